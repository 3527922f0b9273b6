import { link } from "./event-list.ts";
import { type EventRecords, NONE } from "./event-records.ts";

/** The lower bits of a list's place number the bucket, those above the rung. */
export const BUCKET_BITS = 24;

const LEAST_BUCKETS = 16;
const MOST_BUCKETS = 1 << BUCKET_BITS;

/**
 * A stretch of time cut into equal buckets, each an unordered list. Buckets are emptied in order, and
 * what comes for one that is already empty belongs to the next finer structure.
 *
 * The last bucket also holds everything after the stretch, so that a few late events cannot make the buckets
 * wide.
 */
export class EventRung {
  /** First bucket that has not been emptied. */
  next = 0;
  readonly #records: EventRecords;
  readonly #level: number;
  #buckets = 0;
  #startNs = 0;
  #perNs = 0;
  #heads: Int32Array = new Int32Array(0);

  constructor(records: EventRecords, level: number) {
    this.#records = records;
    this.#level = level;
  }

  get bytes(): number {
    return this.#heads.byteLength;
  }

  get isExhausted(): boolean {
    return this.next === this.#buckets;
  }

  /**
   * Cuts the time from the earliest event to four times as far as the mean, for `count` events: three
   * quarters of any events lie there (Markov), and of most kinds nearly all.
   */
  open(count: number, firstNs: number, meanNs: number): void {
    const buckets = Math.min(MOST_BUCKETS, Math.max(LEAST_BUCKETS, count >> 1));
    if (this.#heads.length < buckets || this.#heads.length > 4 * buckets) {
      this.#heads = new Int32Array(buckets);
    }
    this.#heads.fill(NONE, 0, buckets);
    this.#buckets = buckets;
    this.#startNs = firstNs;
    // A bucket is never shorter than the unit of time, and a mean may be rounded below the first.
    this.#perNs = Math.min(1, buckets / Math.max(1, 4 * (meanNs - firstNs)));
    this.next = 0;
  }

  /** The first time after the stretch. */
  get endNs(): number {
    return this.#startNs + Math.ceil(this.#buckets / this.#perNs);
  }

  /** Takes an event unless its bucket has been emptied. */
  accepts(time: number, slot: number): boolean {
    const position = (time - this.#startNs) * this.#perNs;
    const last = this.#buckets - 1;
    const bucket = position < last ? position | 0 : last;
    if (position < 0 || bucket < this.next) return false;
    const place = (this.#level << BUCKET_BITS) | bucket;
    link(this.#records, slot, this.#heads[bucket] as number, place);
    this.#heads[bucket] = slot;
    return true;
  }

  /** The list of the next bucket that holds something, which is now empty, or NONE. */
  takeBucket(): number {
    const heads = this.#heads;
    const buckets = this.#buckets;
    let { next } = this;
    while (next < buckets) {
      const head = heads[next++] as number;
      if (head !== NONE) {
        this.next = next;
        return head;
      }
    }
    this.next = next;
    return NONE;
  }

  /** Makes another event the first of a bucket. */
  setHead(bucket: number, slot: number): void {
    this.#heads[bucket] = slot;
  }
}
