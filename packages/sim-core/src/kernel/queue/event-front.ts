import { type EventRecords, IN_FRONT, INTS_PER_RECORD, PREVIOUS } from "./event-records.ts";

/** Enough for a burst, few enough that moving half of them is cheaper than a heap. */
export const FRONT_CAPACITY = 64;

/**
 * The few events that run next, sorted with the first at the end: taking is a decrement, and inserting
 * moves those that run before.
 */
export class EventFront {
  size = 0;
  readonly #records: EventRecords;
  readonly #times: Float64Array = new Float64Array(FRONT_CAPACITY);
  readonly #slots: Int32Array = new Int32Array(FRONT_CAPACITY);

  constructor(records: EventRecords) {
    this.#records = records;
  }

  get bytes(): number {
    return this.#times.byteLength + this.#slots.byteLength;
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
  insert(time: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const records = this.#records;
    let position = this.size++;
    while (position > 0) {
      const other = times[position - 1] as number;
      if (other > time) break;
      const otherSlot = slots[position - 1] as number;
      if (other === time && !records.precedes(otherSlot, slot)) break;
      times[position] = other;
      slots[position] = otherSlot;
      position--;
    }
    times[position] = time;
    slots[position] = slot;
    records.ints[slot * INTS_PER_RECORD + PREVIOUS] = IN_FRONT;
  }

  remove(slot: number): void {
    const position = this.#slots.indexOf(slot);
    this.#times.copyWithin(position, position + 1, this.size);
    this.#slots.copyWithin(position, position + 1, this.size);
    this.size--;
  }
}
