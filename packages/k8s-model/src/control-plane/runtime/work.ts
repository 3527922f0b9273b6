import type { EventId, SimTime, Simulation } from "@k8s-netsim/sim-core";

/**
 * The control plane's share of the event queue: it knows how much of its own work is still to come,
 * so that a steady state can be told.
 */
export class Work {
  readonly sim: Simulation;
  #pending = 0;

  constructor(sim: Simulation) {
    this.sim = sim;
  }

  get now(): SimTime {
    return this.sim.now;
  }

  /** Events of the control plane that are still to run. */
  get pending(): number {
    return this.#pending;
  }

  at(timeNs: number, action: () => void): EventId {
    this.#pending++;
    return this.sim.at(timeNs, () => {
      this.#pending--;
      action();
    });
  }

  after(delayNs: number, action: () => void): EventId {
    return this.at(this.now + Math.max(0, Math.round(delayNs)), action);
  }

  cancel(event: EventId): void {
    if (this.sim.cancel(event)) this.#pending--;
  }
}
