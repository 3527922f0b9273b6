import type { HandlerId, Simulation } from "@k8s-netsim/sim-core";
import { SharedProcessors } from "./shared-processors.ts";

/** Service on shared cores, event by event: whoever is done first is told to `finish`. */
export class SharedService {
  readonly #sim: Simulation;
  readonly #finish: (row: number, pod: number) => void;
  readonly #processors: SharedProcessors = new SharedProcessors();
  readonly #done: HandlerId;
  /** By pod: counts changes of who shares its cores; an event planned before the last one is void. */
  readonly #turns: number[] = [];

  constructor(sim: Simulation, finish: (row: number, pod: number) => void) {
    this.#sim = sim;
    this.#finish = finish;
    this.#done = sim.handler("shared service done", (pod, turn) => this.#onDone(pod, turn));
  }

  begin(pod: number, cores: number, row: number, serviceNs: number): void {
    this.#processors.begin(pod, cores, row, serviceNs, this.#sim.now);
    this.#await(pod);
  }

  busyNs(pod: number): number {
    return this.#processors.busyNs(pod, this.#sim.now);
  }

  stop(pod: number, lose: (row: number) => void): void {
    this.#processors.stop(pod, this.#sim.now, lose);
  }

  /** An event for the request that will be done first if nothing else comes. */
  #await(pod: number): void {
    while (this.#turns.length <= pod) this.#turns.push(0);
    const turn = ((this.#turns[pod] as number) + 1) | 0;
    this.#turns[pod] = turn;
    const untilNs = this.#processors.untilFirstNs(pod);
    if (untilNs >= 0) this.#sim.schedule(untilNs, this.#done, pod, turn);
  }

  #onDone(pod: number, turn: number): void {
    // A stop of the pod leaves nobody behind to be done.
    if (this.#turns[pod] !== turn || this.#processors.untilFirstNs(pod) < 0) return;
    const row = this.#processors.finishFirst(pod, this.#sim.now);
    this.#finish(row, pod);
    this.#await(pod);
  }
}
