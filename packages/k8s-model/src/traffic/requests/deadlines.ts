import type { HandlerId, SimTime } from "@k8s-netsim/sim-core";
import type { TrafficPlan } from "../plan.ts";
import { RowRing } from "./row-ring.ts";
import type { TrafficState } from "./traffic-state.ts";

/** When callers give up waiting: one ring an edge, whose calls all have the same time-out. */
export class Deadlines {
  readonly #state: TrafficState;
  readonly #rings: readonly RowRing[];
  readonly #handlers: readonly HandlerId[];
  readonly #giveUp: (row: number) => void;

  constructor(state: TrafficState, plan: TrafficPlan, giveUp: (row: number) => void) {
    this.#state = state;
    this.#giveUp = giveUp;
    this.#rings = plan.edges.map(() => new RowRing());
    this.#handlers = plan.edges.map((edge, index) =>
      state.sim.handler(`time-outs ${edge.name}`, () => this.#onDeadline(index)),
    );
  }

  /** Watches an attempt that begins now. */
  watch(row: number): void {
    const { calls, sim } = this.#state;
    const edge = calls.edge[row] as number;
    const ring = this.#rings[edge] as RowRing;
    const deadline = (sim.now + this.#state.edge(edge).timeoutNs) as SimTime;
    calls.deadline[row] = deadline;
    if (ring.isEmpty) sim.scheduleAt(deadline, this.#handlers[edge] as HandlerId);
    ring.push(row, calls.generation[row] as number, deadline);
  }

  #onDeadline(edge: number): void {
    const { calls, sim } = this.#state;
    const ring = this.#rings[edge] as RowRing;
    while (!ring.isEmpty) {
      const { headRow: row, headTime: deadline } = ring;
      const live =
        calls.generation[row] === ring.headGeneration &&
        calls.waiting[row] === 1 &&
        calls.deadline[row] === deadline;
      if (live && deadline > sim.now) {
        sim.scheduleAt(deadline, this.#handlers[edge] as HandlerId);
        return;
      }
      ring.shift();
      if (live) this.#giveUp(row);
    }
  }
}
