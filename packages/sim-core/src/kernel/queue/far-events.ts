import type { EventFront } from "./event-front.ts";
import type { EventRecords } from "./event-records.ts";
import type { EventRung } from "./event-rung.ts";

/** Where the head of this list is kept; no rung and bucket have that number. */
export const FAR_PLACE = 0x7f000000;

const PLACE = 0x7f000000;
const EMPTY = -1;
/** Below this share of all records, following the list touches less memory than reading every record. */
const WORTH_READING_ALL = 1 / 4;

/** The events from some time on: an unordered list that knows its first and its mean time. */
export class FarEvents {
  head: number = EMPTY;
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

  add(slot: number): void {
    const time = this.#records.time(slot);
    this.#records.link(slot, this.head, PLACE);
    this.head = slot;
    this.count = (this.count + 1) | 0;
    this.#distanceNs += time - this.startNs;
    if (time < this.firstNs) this.firstNs = time;
  }

  /** An event was taken out of the list. */
  forget(time: number): void {
    this.count--;
    this.#distanceNs -= time - this.startNs;
  }

  /** Gives what is before a rung's end to the rung; what is left starts there. */
  releaseTo(rung: EventRung): void {
    const { head, count, startNs } = this;
    this.#clear(rung.endNs);
    if (count > this.#records.used * WORTH_READING_ALL) this.#releaseByRecord(startNs, rung);
    else this.#releaseByList(head, rung);
  }

  /** Gives everything to the front, which must have room for it; from now on no event is far. */
  releaseAllTo(front: EventFront): void {
    let slot = this.head;
    this.#clear(Infinity);
    while (slot >= 0) {
      const next = this.#records.next(slot);
      front.insert(slot);
      slot = next;
    }
  }

  #clear(startNs: number): void {
    this.head = EMPTY;
    this.count = 0;
    this.startNs = startNs;
    this.firstNs = Infinity;
    this.#distanceNs = 0;
  }

  #releaseByList(head: number, rung: EventRung): void {
    const records = this.#records;
    const endNs = this.startNs;
    let next = EMPTY;
    for (let slot = head; slot >= 0; slot = next) {
      next = records.next(slot);
      if (records.time(slot) < endNs) rung.accepts(slot);
      else this.add(slot);
    }
  }

  /** Reads the records in their order in memory, many times faster than hopping along the list. */
  #releaseByRecord(fromNs: number, rung: EventRung): void {
    const records = this.#records;
    const endNs = this.startNs;
    const { used } = records;
    for (let slot = 0; slot < used; slot++) {
      const time = records.time(slot);
      if (time < fromNs || records.isFree(slot)) continue;
      if (time < endNs) rung.accepts(slot);
      else this.add(slot);
    }
  }
}
