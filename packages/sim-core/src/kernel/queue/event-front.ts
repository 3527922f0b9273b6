import type { EventRecords } from "./event-records.ts";

/** Enough for a burst, few enough that moving half of them is cheaper than a heap. */
const CAPACITY = 64;

/**
 * The few events that run next, sorted with the first at the end: taking is a decrement, and inserting
 * moves those that run before.
 */
export class EventFront {
  size = 0;
  readonly #records: EventRecords;
  readonly #times: Float64Array = new Float64Array(CAPACITY);
  readonly #slots: Int32Array = new Int32Array(CAPACITY);

  constructor(records: EventRecords) {
    this.#records = records;
  }

  get bytes(): number {
    return this.#times.byteLength + this.#slots.byteLength;
  }

  get isFull(): boolean {
    return this.size === CAPACITY;
  }

  /** The slot of the first event; the front must not be empty. */
  first(): number {
    return this.#slots[this.size - 1] as number;
  }

  firstTime(): number {
    return this.#times[this.size - 1] as number;
  }

  /** The slots, from the last to run to the first. */
  slots(): Int32Array {
    return this.#slots.subarray(0, this.size);
  }

  /** There must be room. */
  insert(slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const time = this.#records.time(slot);
    let position = this.size;
    this.size = (position + 1) | 0;
    // Without a call, so that compiled code looks at the arrays once and not at every turn.
    while (position > 0) {
      const before = (position - 1) | 0;
      const other = times[before] as number;
      if (other >= time) break;
      times[position] = other;
      slots[position] = slots[before] as number;
      position = before;
    }
    times[position] = time;
    slots[position] = slot;
    if (position > 0 && times[(position - 1) | 0] === time) this.#passEquals(position);
    this.#records.holdInFront(slot);
  }

  /** Moves an event past those at its time that run before it. */
  #passEquals(from: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const slot = slots[from] as number;
    let position = from;
    while (position > 0 && times[position - 1] === times[from]) {
      const other = slots[position - 1] as number;
      if (!this.#records.precedes(other, slot)) break;
      slots[position] = other;
      position--;
    }
    slots[position] = slot;
  }

  remove(slot: number): void {
    const position = this.#slots.indexOf(slot);
    this.#times.copyWithin(position, position + 1, this.size);
    this.#slots.copyWithin(position, position + 1, this.size);
    this.size--;
  }
}
