import { SimulationError } from "../errors/index.ts";
import type { Action } from "./closures.ts";
import { type EventId, NO_EVENT } from "./event-id.ts";
import type { Scheduler } from "./scheduler.ts";

/** An action that runs again and again until it is stopped. */
export class Repetition {
  readonly #scheduler: Scheduler;
  readonly #periodNs: number;
  readonly #action: Action;
  #next: EventId = NO_EVENT;
  #stopped = false;

  constructor(scheduler: Scheduler, periodNs: number, action: Action, firstNs: number) {
    if (!(Math.round(periodNs) >= 1)) throw notAPeriod(periodNs);
    this.#scheduler = scheduler;
    this.#periodNs = Math.round(periodNs);
    this.#action = action;
    this.#scheduleAfter(firstNs);
  }

  /** Ends the repetition, from outside or from the action itself. */
  stop(): void {
    this.#stopped = true;
    this.#scheduler.cancel(this.#next);
  }

  #scheduleAfter(delayNs: number): void {
    this.#next = this.#scheduler.after(delayNs, () => {
      this.#action();
      if (!this.#stopped) this.#scheduleAfter(this.#periodNs);
    });
  }
}

function notAPeriod(periodNs: number): SimulationError {
  return new SimulationError(
    "not-a-period",
    { given: periodNs },
    `Cannot repeat every ${periodNs} ns: time would stand still.`,
    "Give a period of at least 1 ns.",
  );
}
