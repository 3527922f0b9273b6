import type { EventRecords } from "./event-records.ts";

/** The lower bits of a list's place number the bucket, those above the rung. */
export const BUCKET_BITS = 24;

const LEVEL_SHIFT = 24;
const LEAST_BUCKETS = 16;
const MOST_BUCKETS = 0x1000000;
const EMPTY = -1;

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
  readonly #place: number;
  #last = 0;
  #startNs = 0;
  #perNs = 0;
  #heads: Int32Array = new Int32Array(0);

  constructor(records: EventRecords, level: number) {
    this.#records = records;
    this.#place = level << LEVEL_SHIFT;
  }

  get bytes(): number {
    return this.#heads.byteLength;
  }

  get isExhausted(): boolean {
    return this.next > this.#last;
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
    this.#heads.fill(EMPTY, 0, buckets);
    this.#last = buckets - 1;
    this.#startNs = firstNs;
    // A bucket is never shorter than the unit of time, and a mean may be rounded below the first.
    this.#perNs = Math.min(1, buckets / Math.max(1, 4 * (meanNs - firstNs)));
    this.next = 0;
  }

  /** The first time after the stretch. */
  get endNs(): number {
    return this.#startNs + Math.ceil((this.#last + 1) / this.#perNs);
  }

  /** Takes an event unless its bucket has been emptied. */
  accepts(slot: number): boolean {
    const position = (this.#records.time(slot) - this.#startNs) * this.#perNs;
    const last = this.#last;
    const bucket = position < last ? position | 0 : last;
    if (bucket < this.next || position < 0) return false;
    const heads = this.#heads;
    this.#records.link(slot, heads[bucket] as number, this.#place | bucket);
    heads[bucket] = slot;
    return true;
  }

  /** The list of the next bucket that holds something, which is now empty; negative when none does. */
  takeBucket(): number {
    const heads = this.#heads;
    const last = this.#last;
    let { next } = this;
    let head = EMPTY;
    while (next <= last) {
      head = heads[next] as number;
      next = (next + 1) | 0;
      if (head >= 0) break;
    }
    this.next = next;
    return head;
  }

  /** Makes another event the first of a bucket. */
  setHead(bucket: number, slot: number): void {
    this.#heads[bucket] = slot;
  }
}
