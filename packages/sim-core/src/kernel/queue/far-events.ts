import { link } from "./event-list.ts";
import {
  type EventRecords,
  FLOATS_PER_RECORD,
  FREE,
  INTS_PER_RECORD,
  NEXT,
  NONE,
  PREVIOUS,
} from "./event-records.ts";

/** Where the head of this list is kept; no rung and bucket have that number. */
export const FAR_PLACE = 0x7f000000;

/** Below this share of all records, following the list touches less memory than reading every record. */
const WORTH_READING_ALL = 1 / 4;

/** The events from some time on: an unordered list that knows its first and its mean time. */
export class FarEvents {
  head: number = NONE;
  count = 0;
  /** Exactly the pending events from this time on are here. */
  startNs = 0;
  /** No event here is earlier. */
  firstNs: number = Infinity;
  /** Sum of the distances from `startNs`. */
  #distanceNs = 0;
  readonly #records: EventRecords;

  constructor(records: EventRecords) {
    this.#records = records;
  }

  get meanNs(): number {
    return this.startNs + this.#distanceNs / this.count;
  }

  add(time: number, slot: number): void {
    link(this.#records, slot, this.head, FAR_PLACE);
    this.head = slot;
    this.count++;
    this.#distanceNs += time - this.startNs;
    if (time < this.firstNs) this.firstNs = time;
  }

  /** An event was taken out of the list. */
  forget(time: number): void {
    this.count--;
    this.#distanceNs -= time - this.startNs;
  }

  /** Gives everything before a time to `receive`; what is left starts there. */
  release(endNs: number, receive: (time: number, slot: number) => void): void {
    const { head, count, startNs } = this;
    this.head = NONE;
    this.count = 0;
    this.startNs = endNs;
    this.firstNs = Infinity;
    this.#distanceNs = 0;
    if (count > this.#records.used * WORTH_READING_ALL) this.#releaseByRecord(startNs, receive);
    else this.#releaseByList(head, receive);
  }

  #releaseByList(head: number, receive: (time: number, slot: number) => void): void {
    const { ints, floats } = this.#records;
    let next = NONE;
    for (let slot = head; slot !== NONE; slot = next) {
      next = ints[slot * INTS_PER_RECORD + NEXT] as number;
      const time = floats[slot * FLOATS_PER_RECORD] as number;
      if (time < this.startNs) receive(time, slot);
      else this.add(time, slot);
    }
  }

  /** Reads the records in their order in memory, many times faster than hopping along the list. */
  #releaseByRecord(fromNs: number, receive: (time: number, slot: number) => void): void {
    const { ints, floats, used } = this.#records;
    for (let slot = 0; slot < used; slot++) {
      const time = floats[slot * FLOATS_PER_RECORD] as number;
      if (time < fromNs || ints[slot * INTS_PER_RECORD + PREVIOUS] === FREE) continue;
      if (time < this.startNs) receive(time, slot);
      else this.add(time, slot);
    }
  }
}
