import type { Arrivals, NextArrival, RandomStream } from "../random/index.ts";
import { MAX_TIME } from "../time/index.ts";
import type { Action } from "./closures.ts";
import { type EventId, NO_EVENT } from "./event-id.ts";
import type { Scheduler } from "./scheduler.ts";

/** Runs an action at every arrival, one pending event at a time, until stopped or the arrivals end. */
export class ArrivalSource {
  readonly #scheduler: Scheduler;
  readonly #next: NextArrival;
  readonly #action: Action;
  #event: EventId = NO_EVENT;
  #stopped = false;

  constructor(scheduler: Scheduler, arrivals: Arrivals, stream: RandomStream, action: Action) {
    this.#scheduler = scheduler;
    this.#next = arrivals.begin(stream, scheduler.now);
    this.#action = action;
    this.#scheduleNext();
  }

  /** No arrival comes after this. */
  stop(): void {
    this.#stopped = true;
    this.#scheduler.cancel(this.#event);
  }

  #scheduleNext(): void {
    const { now } = this.#scheduler;
    const time = Math.max(now, this.#next());
    if (time > MAX_TIME) return;
    this.#event = this.#scheduler.after(time - now, () => {
      this.#action();
      if (!this.#stopped) this.#scheduleNext();
    });
  }
}
