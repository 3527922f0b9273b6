import type { Simulation } from "@k8s-netsim/sim-core";

/** While a program's call holds a socket, what arrives waits until the call returns. */
export class SocketBacklog {
  #waiting: (() => void)[] | undefined;

  get isHeld(): boolean {
    return this.#waiting !== undefined;
  }

  /** Does something now, or when the call returns that holds the socket. */
  take(action: () => void): void {
    if (this.#waiting === undefined) action();
    else this.#waiting.push(action);
  }

  /** A call holds the socket for so long; `after` comes after what has waited. */
  hold(simulation: Simulation, durationNs: number, after: () => void): void {
    this.#waiting = [];
    simulation.after(durationNs, () => {
      const waiting = this.#waiting ?? [];
      this.#waiting = undefined;
      for (const action of waiting) action();
      after();
    });
  }
}
