import type { EventId } from "../event-id.ts";
import { EventFront } from "./event-front.ts";
import { EventHeap } from "./event-heap.ts";
import { EventRecords, NONE } from "./event-records.ts";
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
    const slot = this.records.allocate(priority, handlers, a, b);
    this.records.setTime(slot, time);
    this.place(slot);
    return slot;
  }

  /** Puts an event whose record is filled into the order: the second half of `insert`. */
  place(slot: number): void {
    if (this.records.time(slot) >= this.#far.startNs) this.#far.add(slot);
    else this.#placeNear(slot);
  }

  /** The slot of the event that runs next, or NONE. */
  peek(): number {
    if (this.#front.size === 0 && this.#heap.size === 0 && !this.#refill()) return NONE;
    return this.#isFrontFirst() ? this.#front.first() : this.#heap.first();
  }

  /** When the next event runs; Infinity when there is none. */
  firstTime(): number {
    const front = this.#front;
    if (this.#heap.size === 0 && front.size > 0) return front.firstTime();
    const slot = this.peek();
    return slot < 0 ? Infinity : this.records.time(slot);
  }

  /** Takes the event that runs next out of the order, unless it is after a time; negative then. */
  takeUntil(endNs: number): number {
    const front = this.#front;
    if (front.size === 0 && this.#heap.size === 0 && !this.#refill()) return -1;
    if (!this.#isFrontFirst()) return this.#takeFromHeap(endNs);
    if (front.firstTime() > endNs) return -1;
    const slot = front.first();
    front.size = (front.size - 1) | 0;
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
    this.place(slot);
    return true;
  }

  /** Whether the first event is in the front; front or heap must hold something. */
  #isFrontFirst(): boolean {
    const heap = this.#heap;
    if (heap.size === 0) return true;
    const front = this.#front;
    if (front.size === 0) return false;
    const frontTime = front.firstTime();
    const heapTime = heap.firstTime();
    if (frontTime !== heapTime) return frontTime < heapTime;
    return this.records.precedes(front.first(), heap.first());
  }

  #takeFromHeap(endNs: number): number {
    return this.#heap.firstTime() > endNs ? NONE : this.#heap.pop();
  }

  #placeNear(slot: number): void {
    const rungs = this.#rungs;
    const depth = this.#depth;
    for (let level = 0; level < depth; level++) {
      if ((rungs[level] as EventRung).accepts(slot)) return;
    }
    if (this.#front.isFull) this.#pushHeap(slot);
    else this.#front.insert(slot);
  }

  #pushHeap(slot: number): void {
    this.#heap.push(slot);
    if (this.#heap.size >= this.#cutHeapAt) this.#cutNear(NONE);
  }

  #takeOut(slot: number): void {
    if (this.records.isInFront(slot)) this.#front.remove(slot);
    else if (this.records.isInHeap(slot)) this.#heap.remove(slot);
    else this.#takeOutOfList(slot);
  }

  #takeOutOfList(slot: number): void {
    const time = this.records.time(slot);
    if (time >= this.#far.startNs) this.#far.forget(time);
    const place = this.records.unlink(slot);
    if (place === NONE) return;
    const next = this.records.next(slot);
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
        if (list < 0) continue;
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
    this.#far.releaseAllTo(this.#front);
  }

  /** Cuts three quarters or more of the far events into buckets. */
  #openFar(): void {
    const far = this.#far;
    const rung = this.#addRung();
    rung.open(far.count, far.firstNs, far.meanNs);
    far.releaseTo(rung);
  }

  /** Moves a bucket's events to the front, or to a finer rung when there are too many for it. */
  #spread(list: number): void {
    const { records } = this;
    const front = this.#front;
    let slot = list;
    while (slot >= 0 && !front.isFull) {
      const next = records.next(slot);
      front.insert(slot);
      slot = next;
    }
    if (slot >= 0) this.#cutNear(slot);
  }

  /** Cuts front, heap and a list into a rung of their own; where that cannot help, the list joins the heap. */
  #cutNear(list: number): void {
    const { records } = this;
    const slots = [...this.#front.slots(), ...this.#heap.slots()];
    const rest = slots.length;
    for (let slot = list; slot !== NONE; slot = records.next(slot)) slots.push(slot);
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
    for (const slot of slots) this.place(slot);
  }

  #addRung(): EventRung {
    const level = this.#depth++;
    const rung = this.#rungs[level] ?? new EventRung(this.records, level);
    this.#rungs[level] = rung;
    return rung;
  }
}
