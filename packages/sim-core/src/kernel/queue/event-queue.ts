import type { EventId } from "../event-id.ts";
import { EventFront, FRONT_CAPACITY } from "./event-front.ts";
import { EventHeap } from "./event-heap.ts";
import { unlink } from "./event-list.ts";
import {
  EventRecords,
  FLOATS_PER_RECORD,
  IN_FRONT,
  IN_HEAP,
  INTS_PER_RECORD,
  NEXT,
  NONE,
  PREVIOUS,
} from "./event-records.ts";
import { BUCKET_BITS, EventRung } from "./event-rung.ts";
import { FAR_PLACE, FarEvents } from "./far-events.ts";

/** Each rung divides the time of one bucket of the rung above by hundreds and more. */
const MOST_RUNGS = 8;
/** So few far events are sorted at once, and all to come with them: a list of its own costs more. */
const FEW = 16;
/** A heap this large is worth cutting into buckets. */
const HEAP_WORTH_CUTTING = 256;

/**
 * The pending events in one total order: time, then priority (lower first), then order of scheduling.
 *
 * From far to near: a list of far events in no order; rungs of buckets, each cutting one bucket of the rung above;
 * a sorted front of the few events that run next, with a heap beside it for what does not fit. Events move nearer
 * in bulk and are sorted only at the end, so that their number hardly matters. Widths follow the events at hand,
 * and where cutting does not help, as with equal times, the heap takes over: no order of events costs more
 * than a heap would, plus a constant.
 *
 * Knows slots, not handlers: what an event means is its owner's business.
 */
export class EventQueue {
  readonly records: EventRecords;
  readonly #front: EventFront;
  readonly #heap: EventHeap;
  readonly #rungs: EventRung[] = [];
  readonly #far: FarEvents;
  /** Rungs in use, the coarsest first. */
  #depth = 0;
  /** Size at which the heap is next tried to be cut. */
  #cutHeapAt: number = HEAP_WORTH_CUTTING;

  constructor(options: { firstSequence?: number } = {}) {
    this.records = new EventRecords(options);
    this.#front = new EventFront(this.records);
    this.#heap = new EventHeap(this.records);
    this.#far = new FarEvents(this.records);
  }

  /** Pending events. */
  get size(): number {
    return this.records.live;
  }

  /** Bytes held by the queue, used or not. */
  get bytes(): number {
    const rungs = this.#rungs.reduce((sum, rung) => sum + rung.bytes, 0);
    return this.records.bytes + this.#front.bytes + this.#heap.bytes + rungs;
  }

  /** Adds an event; its slot is the result, and `records.id` names it. */
  insert(time: number, priority: number, handlers: number, a: number, b: number): number {
    const slot = this.records.allocate(time, priority, handlers, a, b);
    this.#place(time, slot);
    return slot;
  }

  /** The slot of the event that runs next, or NONE. */
  peek(): number {
    if (this.#heap.size > 0) return this.#isFrontFirst() ? this.#front.first() : this.#heap.first();
    if (this.#front.size > 0) return this.#front.first();
    return this.#refill() ? this.peek() : NONE;
  }

  /** When the next event runs; Infinity when there is none. */
  firstTime(): number {
    if (this.#heap.size === 0 && this.#front.size > 0) return this.#front.firstTime();
    const slot = this.peek();
    return slot === NONE ? Infinity : this.records.time(slot);
  }

  /** Takes the event that runs next out of the order, unless it is after a time; NONE then. */
  takeUntil(endNs: number): number {
    const slot = this.peek();
    if (slot === NONE || this.records.time(slot) > endNs) return NONE;
    if (this.#heap.size === 0 || this.#isFrontFirst()) this.#front.size--;
    else this.#heap.pop();
    return slot;
  }

  /** Removes a pending event; false when there is none of that name any more. */
  cancel(id: EventId): boolean {
    const slot = this.records.slot(id);
    if (slot === NONE) return false;
    this.#takeOut(slot);
    this.records.free(slot);
    return true;
  }

  /** Moves a pending event, after its equals at the new time; false when there is none of that name. */
  reschedule(id: EventId, time: number): boolean {
    const slot = this.records.slot(id);
    if (slot === NONE) return false;
    this.#takeOut(slot);
    this.records.retime(slot, time);
    this.#place(time, slot);
    return true;
  }

  /** Whether the first event is in the front, when there is a heap. */
  #isFrontFirst(): boolean {
    if (this.#front.size === 0) return false;
    const frontTime = this.#front.firstTime();
    const heapTime = this.#heap.firstTime();
    if (frontTime !== heapTime) return frontTime < heapTime;
    return this.records.precedes(this.#front.first(), this.#heap.first());
  }

  #place(time: number, slot: number): void {
    if (time >= this.#far.startNs) {
      this.#far.add(time, slot);
      return;
    }
    for (let level = 0; level < this.#depth; level++) {
      if ((this.#rungs[level] as EventRung).accepts(time, slot)) return;
    }
    if (this.#front.size < FRONT_CAPACITY) this.#front.insert(time, slot);
    else this.#pushHeap(slot);
  }

  #pushHeap(slot: number): void {
    this.#heap.push(slot);
    if (this.#heap.size >= this.#cutHeapAt) this.#cutNear(NONE);
  }

  #takeOut(slot: number): void {
    const previous = this.records.ints[slot * INTS_PER_RECORD + PREVIOUS] as number;
    if (previous === IN_FRONT) this.#front.remove(slot);
    else if (previous === IN_HEAP) this.#heap.remove(slot);
    else this.#takeOutOfList(slot);
  }

  #takeOutOfList(slot: number): void {
    const time = this.records.time(slot);
    if (time >= this.#far.startNs) this.#far.forget(time);
    const place = unlink(this.records, slot);
    if (place === NONE) return;
    const next = this.records.ints[slot * INTS_PER_RECORD + NEXT] as number;
    if (place === FAR_PLACE) this.#far.head = next;
    else this.#rungs[place >> BUCKET_BITS]?.setHead(place & ((1 << BUCKET_BITS) - 1), next);
  }

  /** Fills front or heap, which are empty, from the next bucket that holds something; false if none does. */
  #refill(): boolean {
    this.#cutHeapAt = HEAP_WORTH_CUTTING;
    for (;;) {
      if (this.#depth > 0) {
        const rung = this.#rungs[this.#depth - 1] as EventRung;
        const list = rung.takeBucket();
        if (rung.isExhausted) this.#depth--;
        if (list === NONE) continue;
        this.#spread(list);
      } else {
        if (this.#far.count === 0) return false;
        if (this.#far.count <= FEW) this.#bringAllNear();
        else this.#openFar();
      }
      if (this.#front.size > 0 || this.#heap.size > 0) return true;
    }
  }

  /** Leaves nothing far: from now on whatever comes is near, until it becomes too much. */
  #bringAllNear(): void {
    this.#far.release(Infinity, (time, slot) => this.#front.insert(time, slot));
  }

  /** Cuts three quarters or more of the far events into buckets. */
  #openFar(): void {
    const far = this.#far;
    const rung = this.#addRung();
    rung.open(far.count, far.firstNs, far.meanNs);
    far.release(rung.endNs, (time, slot) => rung.accepts(time, slot));
  }

  /** Moves a bucket's events to the front, or to a finer rung when there are too many for it. */
  #spread(list: number): void {
    const { ints, floats } = this.records;
    let slot = list;
    while (slot !== NONE && this.#front.size < FRONT_CAPACITY) {
      const next = ints[slot * INTS_PER_RECORD + NEXT] as number;
      this.#front.insert(floats[slot * FLOATS_PER_RECORD] as number, slot);
      slot = next;
    }
    if (slot !== NONE) this.#cutNear(slot);
  }

  /** Cuts front, heap and a list into a rung of their own; where that cannot help, the list joins the heap. */
  #cutNear(list: number): void {
    const { records } = this;
    const slots = [...this.#front.slots(), ...this.#heap.slots()];
    const rest = slots.length;
    for (let slot = list; slot !== NONE; ) {
      slots.push(slot);
      slot = records.ints[slot * INTS_PER_RECORD + NEXT] as number;
    }
    let firstNs = Infinity;
    let lastNs = 0;
    let distanceNs = 0;
    const originNs = records.time(slots[0] as number);
    for (const slot of slots) {
      const time = records.time(slot);
      distanceNs += time - originNs;
      if (time < firstNs) firstNs = time;
      if (time > lastNs) lastNs = time;
    }
    if (lastNs === firstNs || this.#depth === MOST_RUNGS) {
      for (let i = rest; i < slots.length; i++) this.#heap.push(slots[i] as number);
      this.#cutHeapAt = 2 * this.#heap.size;
      return;
    }
    const isAll = this.#depth === 0 && this.#far.startNs === Infinity;
    const rung = this.#addRung();
    rung.open(slots.length, firstNs, originNs + distanceNs / slots.length);
    if (isAll) this.#far.startNs = rung.endNs;
    this.#front.size = 0;
    this.#heap.size = 0;
    for (const slot of slots) this.#place(records.time(slot), slot);
  }

  #addRung(): EventRung {
    const level = this.#depth++;
    const rung = this.#rungs[level] ?? new EventRung(this.records, level);
    this.#rungs[level] = rung;
    return rung;
  }
}
