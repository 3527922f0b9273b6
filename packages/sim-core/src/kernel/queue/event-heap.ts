import { type EventRecords, NONE } from "./event-records.ts";

/**
 * A heap with four children a node, by (time, priority, sequence). Times are kept beside the slots, so
 * that comparing touches no record unless two times are equal.
 */
export class EventHeap {
  size = 0;
  readonly #records: EventRecords;
  #times: Float64Array = new Float64Array(16);
  #slots: Int32Array = new Int32Array(16);

  constructor(records: EventRecords) {
    this.#records = records;
  }

  get bytes(): number {
    return this.#times.byteLength + this.#slots.byteLength;
  }

  /** The slot of the first event; the heap must not be empty. */
  first(): number {
    return this.#slots[0] as number;
  }

  firstTime(): number {
    return this.#times[0] as number;
  }

  /** The slots, in no order that matters. */
  slots(): Int32Array {
    return this.#slots.subarray(0, this.size);
  }

  push(slot: number): void {
    const position = this.size++;
    if (position === this.#slots.length) this.#grow();
    this.#rise(position, this.#records.time(slot), slot);
  }

  /** Removes the first event and returns its slot; the heap must not be empty. */
  pop(): number {
    const first = this.#slots[0] as number;
    const last = --this.size;
    if (last > 0) this.#sink(0, this.#times[last] as number, this.#slots[last] as number);
    return first;
  }

  remove(slot: number): void {
    const position = this.#records.heapPosition(slot);
    const last = --this.size;
    if (position === last) return;
    const time = this.#times[last] as number;
    const moved = this.#slots[last] as number;
    const parent = (position - 1) >> 2;
    if (position > 0 && this.#before(time, moved, parent)) this.#rise(position, time, moved);
    else this.#sink(position, time, moved);
  }

  /** Whether an event belongs before the one at a position. */
  #before(time: number, slot: number, position: number): boolean {
    const other = this.#times[position] as number;
    if (time !== other) return time < other;
    return this.#records.precedes(slot, this.#slots[position] as number);
  }

  #rise(from: number, time: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const records = this.#records;
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> 2;
      if (!this.#before(time, slot, parent)) break;
      const moved = slots[parent] as number;
      times[position] = times[parent] as number;
      slots[position] = moved;
      records.holdInHeap(moved, position);
      position = parent;
    }
    times[position] = time;
    slots[position] = slot;
    records.holdInHeap(slot, position);
  }

  #sink(from: number, time: number, slot: number): void {
    const times = this.#times;
    const slots = this.#slots;
    const records = this.#records;
    let position = from;
    for (;;) {
      const child = this.#firstChild(position);
      if (child < 0 || this.#before(time, slot, child)) break;
      const moved = slots[child] as number;
      times[position] = times[child] as number;
      slots[position] = moved;
      records.holdInHeap(moved, position);
      position = child;
    }
    times[position] = time;
    slots[position] = slot;
    records.holdInHeap(slot, position);
  }

  /** Position of the child that runs first, or NONE. */
  #firstChild(position: number): number {
    const times = this.#times;
    let best = 4 * position + 1;
    if (best >= this.size) return NONE;
    const end = Math.min(best + 4, this.size);
    let bestTime = times[best] as number;
    for (let child = best + 1; child < end; child++) {
      const time = times[child] as number;
      if (time > bestTime) continue;
      if (time === bestTime && !this.#before(time, this.#slots[child] as number, best)) continue;
      best = child;
      bestTime = time;
    }
    return best;
  }

  #grow(): void {
    const grown = 2 * this.#slots.length;
    const times = new Float64Array(grown);
    times.set(this.#times);
    this.#times = times;
    const slots = new Int32Array(grown);
    slots.set(this.#slots);
    this.#slots = slots;
  }
}
