import { SimulationError } from "../../errors/index.ts";
import { PENDING, Wait, type Waiter, waitInUse } from "./wait.ts";

/**
 * Hands items from processes that put them in to processes that take them out, first in, first out:
 * a mailbox, a buffer, a shelf. Who finds it empty, or full, waits.
 */
export class Store<T> {
  readonly name: string;
  readonly capacity: number;
  readonly #items = new Fifo<T>();
  readonly #takers = new Set<Get<T>>();
  readonly #putters = new Set<Put<T>>();

  constructor(name: string, options: { capacity?: number } = {}) {
    this.name = name;
    this.capacity = options.capacity ?? Infinity;
    if (!(this.capacity > 0)) throw badCapacity(name, this.capacity);
  }

  /** Items in the store. */
  get size(): number {
    return this.#items.size;
  }

  /** A wait for the oldest item. */
  get(): Wait<T> {
    return new Get(this);
  }

  /** A wait until there is room for the item and it is in. */
  put(item: T): Wait<undefined> {
    return new Put(this, item);
  }

  /** Puts an item in without waiting, from an action or a handler; false when the store is full. */
  offer(item: T): boolean {
    const [taker] = this.#takers;
    if (taker !== undefined) {
      this.#takers.delete(taker);
      taker.grant(item);
      return true;
    }
    if (this.#items.size >= this.capacity) return false;
    this.#items.push(item);
    return true;
  }

  /** Takes the oldest item, or joins those who wait. Called by the waits of this store only. */
  take(request: Get<T>): T | typeof PENDING {
    if (this.#items.size === 0) {
      this.#takers.add(request);
      return PENDING;
    }
    const item = this.#items.shift();
    this.#admit();
    return item;
  }

  /** Called by the waits of this store only. */
  join(request: Put<T>): boolean {
    if (this.offer(request.item)) return true;
    this.#putters.add(request);
    return false;
  }

  /** Called by the waits of this store only. */
  leave(request: Get<T> | Put<T>): void {
    if (request instanceof Get) this.#takers.delete(request);
    else this.#putters.delete(request);
  }

  /** Puts an item back where it came from. Called by the waits of this store only. */
  restore(item: T): void {
    const [taker] = this.#takers;
    if (taker === undefined) {
      this.#items.unshift(item);
      return;
    }
    this.#takers.delete(taker);
    taker.grant(item);
  }

  #admit(): void {
    const [putter] = this.#putters;
    if (putter === undefined) return;
    this.#putters.delete(putter);
    this.#items.push(putter.item);
    putter.grant();
  }
}

class Get<T> extends Wait<T> {
  readonly #store: Store<T>;
  #waiter: Waiter | undefined = undefined;

  constructor(store: Store<T>) {
    super();
    this.#store = store;
  }

  begin(waiter: Waiter): T | typeof PENDING {
    if (this.#waiter !== undefined) throw waitInUse(this.describe());
    const item = this.#store.take(this);
    if (item === PENDING) this.#waiter = waiter;
    return item;
  }

  grant(item: T): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.wake(item);
  }

  withdraw(): void {
    this.#waiter = undefined;
    this.#store.leave(this);
  }

  override undo(item: T): void {
    this.#store.restore(item);
  }

  describe(): string {
    return `an item from store "${this.#store.name}"`;
  }
}

class Put<T> extends Wait<undefined> {
  readonly item: T;
  readonly #store: Store<T>;
  #waiter: Waiter | undefined = undefined;

  constructor(store: Store<T>, item: T) {
    super();
    this.#store = store;
    this.item = item;
  }

  begin(waiter: Waiter): undefined | typeof PENDING {
    if (this.#waiter !== undefined) throw waitInUse(this.describe());
    if (this.#store.join(this)) return undefined;
    this.#waiter = waiter;
    return PENDING;
  }

  grant(): void {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.wake(undefined);
  }

  withdraw(): void {
    this.#waiter = undefined;
    this.#store.leave(this);
  }

  describe(): string {
    return `room in store "${this.#store.name}" (${this.#store.size} of ${this.#store.capacity})`;
  }
}

/** A queue whose ends both take constant time: the front of an array is moved only now and then. */
class Fifo<T> {
  #items: T[] = [];
  #first = 0;

  get size(): number {
    return this.#items.length - this.#first;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T {
    const item = this.#items[this.#first] as T;
    this.#items[this.#first++] = undefined as T;
    if (this.#first > 32 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }

  unshift(item: T): void {
    if (this.#first === 0) this.#items.unshift(item);
    else this.#items[--this.#first] = item;
  }
}

function badCapacity(name: string, capacity: number): SimulationError {
  return new SimulationError(
    "bad-store-capacity",
    { store: name, capacity },
    `Store "${name}" cannot have a capacity of ${capacity}.`,
    "Give a capacity above 0, or none for a store without bound.",
  );
}
