import { PENDING, Wait, type Waiter } from "./wait.ts";

/**
 * Wakes everyone who waits for it at the moment it fires, in the order in which they came.
 *
 * A latched signal stays fired: who waits for it later goes on at once, with the same value.
 */
export class Signal<T = void> extends Wait<T> {
  readonly name: string;
  readonly #latched: boolean;
  #waiting = new Set<Waiter>();
  #last: { readonly value: T } | undefined;

  constructor(name: string, options: { latched?: boolean } = {}) {
    super();
    this.name = name;
    this.#latched = options.latched ?? false;
  }

  /** Whether a latched signal has fired. */
  get fired(): boolean {
    return this.#last !== undefined;
  }

  /** Wakes all who wait now; returns how many. A latched signal keeps its first value. */
  fire(value: T): number {
    if (this.#latched) this.#last ??= { value };
    const woken = this.#waiting;
    this.#waiting = new Set();
    for (const waiter of woken) waiter.wake(value);
    return woken.size;
  }

  begin(waiter: Waiter): T | typeof PENDING {
    if (this.#last !== undefined) return this.#last.value;
    this.#waiting.add(waiter);
    return PENDING;
  }

  withdraw(waiter: Waiter): void {
    this.#waiting.delete(waiter);
  }

  describe(): string {
    return `signal "${this.name}"`;
  }
}
