import type { HandlerId } from "@k8s-netsim/sim-core";
import type { Meter } from "./meter.ts";
import type { PlannedQueues } from "./planned-queues.ts";
import { NONE, type TrafficState } from "./traffic-state.ts";

/** What foreseen answers need of the server that they stand for. */
export interface ForeseenServer {
  /** Handler of a request's arrival: payload (row). */
  readonly arrival: HandlerId;
  readonly planned: PlannedQueues;
  drawServiceNs(workload: number): number;
  /** An answer arrives now; failure code, or NONE. */
  answered(row: number, failure: number): void;
  lose(row: number): void;
}

/**
 * Requests to pods at which nobody ever waits and nothing but their stop can interrupt: one event stands for
 * arrival, service, departure and answer.
 */
export class ForeseenAnswers {
  readonly #state: TrafficState;
  readonly #meter: Meter;
  readonly #server: ForeseenServer;
  /** Handler of an answer foreseen when its request was sent: payload (row, generation). */
  readonly #answer: HandlerId;

  constructor(state: TrafficState, meter: Meter, server: ForeseenServer) {
    this.#state = state;
    this.#meter = meter;
    this.#server = server;
    this.#answer = state.sim.handler("answer arrives", (row, generation) =>
      this.#arrives(row, generation),
    );
  }

  /** Sends a request that arrives after `untilArrivalNs` at a pod of a workload. */
  send(row: number, untilArrivalNs: number, workload: number): void {
    const { calls, pools, sim } = this.#state;
    const connection = calls.connection[row] as number;
    const serviceNs = this.#server.drawServiceNs(workload);
    const arriveNs = sim.now + Math.round(untilArrivalNs);
    calls.arriveAt[row] = arriveNs;
    calls.departAt[row] = arriveNs + serviceNs;
    const backNs = this.#state.oneWayNs(pools.table.distance[connection] as number);
    const generation = calls.generation[row] as number;
    sim.scheduleAt(arriveNs + serviceNs + backNs, this.#answer, row, generation);
  }

  /** What was foreseen for requests on their way to a pod that stops, or in it, will not happen. */
  takeBack(pod: number): void {
    const { calls, sim } = this.#state;
    for (let row = 0; row < calls.size; row++) {
      const arriveNs = calls.arriveAt[row] as number;
      if (calls.serving[row] === 0 || arriveNs < 0 || this.#state.backendOf(row) !== pod) continue;
      if ((calls.departAt[row] as number) <= sim.now) continue;
      calls.arriveAt[row] = NONE;
      calls.departAt[row] = NONE;
      if (arriveNs > sim.now) sim.scheduleAt(arriveNs, this.#server.arrival, row);
      else {
        this.#meter.edgeOf(row)?.reached(pod);
        this.#server.lose(row);
      }
    }
  }

  #arrives(row: number, generation: number): void {
    const { calls } = this.#state;
    if (calls.generation[row] !== generation || (calls.arriveAt[row] as number) < 0) return;
    const pod = this.#state.backendOf(row);
    this.#meter.edgeOf(row)?.reached(pod);
    const servedNs = (calls.departAt[row] as number) - (calls.arriveAt[row] as number);
    this.#server.planned.count(pod, servedNs);
    this.#meter.answerSent(row, true);
    calls.departAt[row] = NONE;
    this.#server.answered(row, NONE);
  }
}
