import type { RandomStream } from "@k8s-netsim/sim-core";
import type { TrafficPlan, WorkloadPlan } from "../plan.ts";
import { NONE, type TrafficState } from "./traffic-state.ts";

/** The calls that serving a request needs, one after another. */
export class CallChain {
  readonly #state: TrafficState;
  readonly #draws: readonly RandomStream[];

  constructor(state: TrafficState, plan: TrafficPlan) {
    this.#state = state;
    this.#draws = plan.edges.map(({ name }) => state.sim.random(`traffic/calls/${name}`));
  }

  begin(row: number): void {
    const { calls } = this.#state;
    calls.cursor[row] = NONE;
    calls.repeats[row] = 0;
  }

  /** Edge of the next call for a request, or NONE where there is none left. */
  next(row: number, { edges }: WorkloadPlan): number {
    const { calls } = this.#state;
    while (calls.repeats[row] === 0) {
      const cursor = (calls.cursor[row] as number) + 1;
      calls.cursor[row] = cursor;
      const edge = edges[cursor];
      if (edge === undefined) return NONE;
      calls.repeats[row] = this.#draw(edge);
    }
    calls.repeats[row] = (calls.repeats[row] as number) - 1;
    return edges[calls.cursor[row] as number] as number;
  }

  #draw(edge: number): number {
    const mean = this.#state.edge(edge).callsPerRequest;
    const whole = Math.floor(mean);
    const rest = mean - whole;
    if (rest === 0) return whole;
    return (this.#draws[edge] as RandomStream).double() < rest ? whole + 1 : whole;
  }
}
