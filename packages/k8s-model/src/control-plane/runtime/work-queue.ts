import type { EventId } from "@k8s-netsim/sim-core";
import type { RateLimiter } from "./rate-limiter.ts";
import { WaitingHeap } from "./waiting-heap.ts";
import type { Work } from "./work.ts";

/**
 * The queue of a controller, with client-go's semantics: first in, first out; a key is queued once;
 * a key that is being worked on and comes again is queued when that work is done; a key waits once,
 * for the earliest of its times; failures back off by a {@link RateLimiter}.
 *
 * `onReady` is told when there may be something to get.
 */
export class WorkQueue {
  readonly #work: Work;
  readonly #limiter: RateLimiter;
  readonly #onReady: () => void;
  /** Keys to be worked on, in the order in which they came. */
  readonly #queue = new Set<string>();
  /** Keys whose work is not done yet, and among them those that came again. */
  readonly #processing = new Set<string>();
  readonly #dirty = new Set<string>();
  readonly #waiting = new WaitingHeap();
  /** The event for the first key that waits. */
  #alarm: { readonly dueNs: number; readonly event: EventId } | undefined;

  constructor(work: Work, limiter: RateLimiter, onReady: () => void) {
    this.#work = work;
    this.#limiter = limiter;
    this.#onReady = onReady;
  }

  /** Keys that could be taken now. */
  get length(): number {
    return this.#queue.size;
  }

  /** Keys that were taken and are not done. */
  get inWork(): number {
    return this.#processing.size;
  }

  add(key: string): void {
    if (this.#processing.has(key)) this.#dirty.add(key);
    else this.#queue.add(key);
    this.#onReady();
  }

  /** Queues the key after a time; a later date than the one it waits for already adds nothing. */
  addAfter(key: string, delayNs: number): void {
    if (delayNs <= 0) {
      this.add(key);
      return;
    }
    this.#waiting.insert(key, this.#work.now + Math.round(delayNs));
    this.#setAlarm();
  }

  /** Queues the key after its back-off, and says how long that is (ns). */
  addRateLimited(key: string): number {
    const delayNs = this.#limiter.when(key, this.#work.now);
    this.addAfter(key, delayNs);
    return delayNs;
  }

  /** Ends the key's row of failures; it stays queued or waiting where it is. */
  forget(key: string): void {
    this.#limiter.forget(key);
  }

  numRequeues(key: string): number {
    return this.#limiter.numRequeues(key);
  }

  /** The next key, to be worked on until `done`. */
  get(): string | undefined {
    for (const key of this.#queue) {
      this.#queue.delete(key);
      this.#processing.add(key);
      return key;
    }
    return undefined;
  }

  done(key: string): void {
    this.#processing.delete(key);
    if (this.#dirty.delete(key)) this.#queue.add(key);
    this.#onReady();
  }

  #setAlarm(): void {
    const { first } = this.#waiting;
    if (first === undefined || first.dueNs === this.#alarm?.dueNs) return;
    if (this.#alarm !== undefined) this.#work.cancel(this.#alarm.event);
    const event = this.#work.at(first.dueNs, () => this.#addDue());
    this.#alarm = { dueNs: first.dueNs, event };
  }

  #addDue(): void {
    this.#alarm = undefined;
    for (;;) {
      const { first } = this.#waiting;
      if (first === undefined || first.dueNs > this.#work.now) break;
      this.#waiting.pop();
      this.add(first.key);
    }
    this.#setAlarm();
  }
}
