import { anyOf, type First } from "./any-of.ts";
import { PENDING, Wait, type Waiter } from "./wait.ts";

/** How a wait with a limit ended. */
export type Timed<T> =
  | { readonly timedOut: false; readonly value: T }
  | { readonly timedOut: true; readonly value?: undefined };

/** Waits for something, but no longer than a time. Ready at the very last moment still counts. */
export function timeOut<T>(wait: Wait<T>, ns: number): Wait<Timed<T>> {
  return new TimeOut(wait, ns);
}

class TimeOut<T> extends Wait<Timed<T>> {
  readonly #first: Wait<First>;

  constructor(wait: Wait<T>, ns: number) {
    super();
    this.#first = anyOf(wait, ns);
  }

  begin(waiter: Waiter): Timed<T> | typeof PENDING {
    const first = this.#first.begin({
      scheduler: waiter.scheduler,
      place: 0,
      wake: (value) => waiter.wake(timed(value as First)),
      fail: (error) => waiter.fail(error),
    });
    return first === PENDING ? PENDING : timed(first);
  }

  withdraw(waiter: Waiter): void {
    // An any-of knows its waiter itself.
    this.#first.withdraw(waiter);
  }

  override undo(timed: Timed<T>): void {
    if (!timed.timedOut) this.#first.undo({ index: 0, value: timed.value });
  }

  describe(): string {
    return this.#first.describe();
  }
}

function timed<T>({ index, value }: First): Timed<T> {
  return index === 0 ? { timedOut: false, value: value as T } : { timedOut: true };
}
