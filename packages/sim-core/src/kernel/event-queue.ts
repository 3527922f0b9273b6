import { EventHeap } from "./event-heap.ts";
import type { EventId } from "./event-id.ts";
import { EventRecords, NONE } from "./event-records.ts";

/**
 * The pending events in one total order: time, then priority (lower first), then order of scheduling.
 *
 * Knows slots, not handlers: what an event means is its owner's business.
 */
export class EventQueue {
  readonly records: EventRecords;
  readonly #heap: EventHeap;

  constructor(options: { firstSequence?: number } = {}) {
    this.records = new EventRecords(options);
    this.#heap = new EventHeap(this.records);
  }

  /** Pending events. */
  get size(): number {
    return this.records.live;
  }

  /** Bytes held by the queue, used or not. */
  get bytes(): number {
    return this.records.bytes + this.#heap.bytes;
  }

  insert(time: number, priority: number, handlers: number, a: number, b: number): EventId {
    const slot = this.records.allocate(time, priority, handlers, a, b);
    this.#heap.push(slot);
    return this.records.id(slot);
  }

  /** The slot of the event that runs next, or NONE. */
  peek(): number {
    return this.#heap.size === 0 ? NONE : this.#heap.first();
  }

  /** Removes the event that `peek` returned. Its record can be read until the next insertion. */
  dropFirst(): void {
    this.records.free(this.#heap.pop());
  }

  /** Removes a pending event; false when there is none of that name any more. */
  cancel(id: EventId): boolean {
    const slot = this.records.slot(id);
    if (slot === NONE) return false;
    this.#heap.remove(slot);
    this.records.free(slot);
    return true;
  }

  /** Moves a pending event, after its equals at the new time; false when there is none of that name. */
  reschedule(id: EventId, time: number): boolean {
    const slot = this.records.slot(id);
    if (slot === NONE) return false;
    this.#heap.remove(slot);
    this.records.retime(slot, time);
    this.#heap.push(slot);
    return true;
  }
}
