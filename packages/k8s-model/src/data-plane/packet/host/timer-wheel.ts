import type { EventId, Simulation } from "@k8s-netsim/sim-core";

/** Slots of each level of the kernel's timer wheel; each level is eight times as coarse as the one before. */
const SLOTS = 64;
const COARSER = 8;
const LEVELS = 9;

/**
 * When the kernel runs a timer that is due after a delay: never early, and the later the coarser (at
 * HZ 250 to 4 ms below 252 ms, to 32 ms below 2 s, to 256 ms below 16 s).
 */
function timerExpiryNs(nowNs: number, delayNs: number, tickNs: number): number {
  const now = Math.floor(nowNs / tickNs);
  const due = now + Math.ceil(delayNs / tickNs);
  let grain = 1;
  for (let level = 1; level < LEVELS && due - now >= (SLOTS - 1) * grain; level++) grain *= COARSER;
  return (Math.floor(due / grain) + 1) * grain * tickNs;
}

/** One timer of a socket: started anew, it forgets what it waited for before. */
export class KernelTimer {
  readonly #simulation: Simulation;
  readonly #tickNs: number;
  #event: EventId | undefined;

  constructor(simulation: Simulation, tickNs: number) {
    this.#simulation = simulation;
    this.#tickNs = tickNs;
  }

  get isPending(): boolean {
    return this.#event !== undefined;
  }

  start(delayNs: number, action: () => void): void {
    this.stop();
    const atNs = timerExpiryNs(this.#simulation.now, delayNs, this.#tickNs);
    this.#event = this.#simulation.at(atNs, () => {
      this.#event = undefined;
      action();
    });
  }

  stop(): void {
    if (this.#event !== undefined) this.#simulation.cancel(this.#event);
    this.#event = undefined;
  }
}
