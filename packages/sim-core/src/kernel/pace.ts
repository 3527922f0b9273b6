import type { SimTime } from "../time/index.ts";
import type { Progress } from "./run-options.ts";

/** How fast a run goes, by a clock that may be missing. */
export class Pace {
  readonly #startNs: number;
  readonly #endNs: number;
  readonly #clock: (() => number) | undefined;
  readonly #startMs: number;

  constructor(startNs: number, endNs: number, clock: (() => number) | undefined) {
    this.#startNs = startNs;
    this.#endNs = endNs;
    this.#clock = clock;
    this.#startMs = clock?.() ?? 0;
  }

  elapsedMs(): number {
    return this.#clock === undefined ? 0 : this.#clock() - this.#startMs;
  }

  progress(now: number, events: number): Progress {
    const seconds = this.elapsedMs() / 1000;
    const lengthNs = this.#endNs - this.#startNs;
    const share =
      lengthNs === Infinity ? undefined : lengthNs === 0 ? 1 : (now - this.#startNs) / lengthNs;
    return {
      now: now as SimTime,
      events,
      eventsPerSecond: seconds > 0 ? events / seconds : undefined,
      share,
      secondsLeft: seconds > 0 && share ? (seconds * (1 - share)) / share : undefined,
    };
  }
}
