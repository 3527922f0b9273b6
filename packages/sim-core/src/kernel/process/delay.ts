import { formatDuration, nanos, type SimTime } from "../../time/index.ts";
import { type EventId, NO_EVENT } from "../event-id.ts";
import { PENDING, Wait, type Waiter, type Yieldable } from "./wait.ts";

/** A pause: `yield delay(seconds(1))`. The number itself, so that the commonest wait costs no object. */
export function delay(ns: number): SimTime {
  return nanos(ns);
}

/** A delay among other waits. */
class Delay extends Wait<undefined> {
  readonly #ns: number;
  #event: EventId = NO_EVENT;

  constructor(ns: number) {
    super();
    this.#ns = ns;
  }

  begin(waiter: Waiter): typeof PENDING {
    this.#event = waiter.scheduler.after(this.#ns, () => waiter.wake(undefined));
    return PENDING;
  }

  withdraw(waiter: Waiter): void {
    waiter.scheduler.cancel(this.#event);
  }

  describe(): string {
    return `a delay of ${formatDuration(this.#ns)}`;
  }
}

/** Anything that can be yielded, as a wait. */
export function asWait(yieldable: Yieldable): Wait<unknown> {
  return typeof yieldable === "number" ? new Delay(yieldable) : yieldable;
}
