import { SimulationError } from "../../errors/index.ts";
import { type EventId, NO_EVENT } from "../event-id.ts";

/** One record is four 8-byte words, half a cache line, or eight 4-byte words: shifts from slot to word. */
const FLOATS_SHIFT = 2;
const INTS_SHIFT = 3;

/** Places of the 4-byte fields in a record; its first 8 bytes are the time. */
const SEQUENCE = 2;
/** The handler in the low half, the handler that was running when the event was scheduled in the high. */
const HANDLERS = 3;
const PAYLOAD_A = 4;
const PAYLOAD_B = 5;
/** The next event in the same list, or the position in the heap. */
const NEXT = 6;
/** The previous event in the same list, or what else holds the event: see below. */
const PREVIOUS = 7;

/** No event: the end of a list. All real slots are 0 or more, and hot code asks for the sign. */
export const NONE = -1;
/** In `PREVIOUS`: the record is free, and `NEXT` is the next free one. */
const FREE = -0x80000000;
/** In `PREVIOUS`: the event is in the heap, and `NEXT` is its position there. */
const IN_HEAP = -0x7fffffff;
/** In `PREVIOUS`: the event is in the front, and `NEXT` means nothing. */
const IN_FRONT = -0x7ffffffe;

const SLOT_COUNT_LIMIT = 0x4000000;
/** Not 1: ids are beyond 32-bit integers from the start, so that compiled code need not learn it later. */
const FIRST_TAG = 0x4000;
const LAST_GENERATION = 0xffffff;
const FIRST_SEQUENCE = -0x80000000;
const LAST_SEQUENCE = 0x7fffffff;

/**
 * The pending events, one record of 36 bytes each, in typed arrays: nothing here is ever garbage.
 *
 * A record is found by its slot. Slots are used again, the one freed last first, because it is still
 * in the cache; a generation in each slot tells an event's id from its predecessors'.
 */
export class EventRecords {
  /** Record of slot s: floats[4s] is the time, ints[8s + FIELD] the rest. One buffer, two views. */
  #floats: Float64Array;
  #ints: Int32Array;
  /** By slot: the generation in the upper 24 bits, the priority in the lower 8. */
  #tags: Int32Array;
  /** Slots ever used: all live events are below. */
  used = 0;
  live = 0;
  #firstFree: number = NONE;
  #nextSequence: number;

  constructor(options: { capacity?: number; firstSequence?: number } = {}) {
    const capacity = options.capacity ?? 64;
    this.#floats = new Float64Array(capacity << FLOATS_SHIFT);
    this.#ints = new Int32Array(this.#floats.buffer);
    this.#tags = new Int32Array(capacity);
    this.#nextSequence = options.firstSequence ?? FIRST_SEQUENCE;
  }

  /** Bytes held, used or not. */
  get bytes(): number {
    return this.#floats.byteLength + this.#tags.byteLength;
  }

  /**
   * Takes a slot and fills its record, all but the links and the time: only integers go from function to
   * function, because compiled code makes an object of a time that it hands on.
   */
  allocate(priority: number, handlers: number, a: number, b: number): number {
    let slot = this.#firstFree;
    if (slot < 0) slot = this.#extend();
    else this.#firstFree = this.#ints[(slot << INTS_SHIFT) | NEXT] as number;
    if (this.#nextSequence === LAST_SEQUENCE) this.#renumber();
    const record = slot << INTS_SHIFT;
    const ints = this.#ints;
    const tags = this.#tags;
    tags[slot] = ((tags[slot] as number) & ~0xff) | (priority & 0xff);
    ints[record | SEQUENCE] = this.#nextSequence;
    // Said to be integers, or compiled code goes by way of a double.
    ints[record | HANDLERS] = handlers | 0;
    ints[record | PAYLOAD_A] = a | 0;
    ints[record | PAYLOAD_B] = b | 0;
    this.#nextSequence = (this.#nextSequence + 1) | 0;
    this.live = (this.live + 1) | 0;
    return slot;
  }

  /** Gives a slot back; its event's id is void from now on. */
  free(slot: number): void {
    const record = slot << INTS_SHIFT;
    const ints = this.#ints;
    const tag = this.#tags[slot] as number;
    this.live = (this.live - 1) | 0;
    ints[record | PREVIOUS] = FREE;
    // A slot whose generations are used up is retired, so that no id is ever given twice.
    if (tag >>> 8 === LAST_GENERATION) {
      this.#tags[slot] = 0;
      return;
    }
    this.#tags[slot] = tag + 0x100;
    ints[record | NEXT] = this.#firstFree;
    this.#firstFree = slot;
  }

  /** The public name of the event in a slot. */
  id(slot: number): EventId {
    return (((this.#tags[slot] as number) >>> 8) * SLOT_COUNT_LIMIT + slot) as EventId;
  }

  /** The slot of a pending event, or NONE when it has run, was cancelled or never was. */
  slot(id: EventId): number {
    if (id === NO_EVENT) return NONE;
    const generation = Math.floor(id / SLOT_COUNT_LIMIT);
    const slot = id - generation * SLOT_COUNT_LIMIT;
    const current = slot < this.used && (this.#tags[slot] as number) >>> 8 === generation;
    return current ? slot : NONE;
  }

  time(slot: number): number {
    return this.#floats[slot << FLOATS_SHIFT] as number;
  }

  /** Gives an event that is not in the order yet its time. */
  setTime(slot: number, time: number): void {
    this.#floats[slot << FLOATS_SHIFT] = time;
  }

  /** The handler in the low half, in the high the handler that was running when it was scheduled. */
  handlers(slot: number): number {
    return this.#ints[(slot << INTS_SHIFT) | HANDLERS] as number;
  }

  payloadA(slot: number): number {
    return this.#ints[(slot << INTS_SHIFT) | PAYLOAD_A] as number;
  }

  payloadB(slot: number): number {
    return this.#ints[(slot << INTS_SHIFT) | PAYLOAD_B] as number;
  }

  /** The next event in the same list; for a free slot, the next free one. */
  next(slot: number): number {
    return this.#ints[(slot << INTS_SHIFT) | NEXT] as number;
  }

  /** Notes that an event is in the front. */
  holdInFront(slot: number): void {
    this.#ints[(slot << INTS_SHIFT) | PREVIOUS] = IN_FRONT;
  }

  isInFront(slot: number): boolean {
    return this.#ints[(slot << INTS_SHIFT) | PREVIOUS] === IN_FRONT;
  }

  /** Notes that an event is in the heap, at a position. */
  holdInHeap(slot: number, position: number): void {
    const record = slot << INTS_SHIFT;
    this.#ints[record | NEXT] = position;
    this.#ints[record | PREVIOUS] = IN_HEAP;
  }

  isInHeap(slot: number): boolean {
    return this.#ints[(slot << INTS_SHIFT) | PREVIOUS] === IN_HEAP;
  }

  heapPosition(slot: number): number {
    return this.#ints[(slot << INTS_SHIFT) | NEXT] as number;
  }

  isFree(slot: number): boolean {
    return this.#ints[(slot << INTS_SHIFT) | PREVIOUS] === FREE;
  }

  /**
   * Puts an event in front of an unordered list. `place`, from 0 up, says where the list's head is kept,
   * so that the first event can be taken out too.
   */
  link(slot: number, head: number, place: number): void {
    const ints = this.#ints;
    const record = slot << INTS_SHIFT;
    ints[record | NEXT] = head;
    ints[record | PREVIOUS] = ~place;
    if (head >= 0) ints[(head << INTS_SHIFT) | PREVIOUS] = slot;
  }

  /**
   * Takes an event out of its list. When it was the first the result is the list's place, whose head is
   * now the event's next; otherwise NONE.
   */
  unlink(slot: number): number {
    const ints = this.#ints;
    const previous = ints[(slot << INTS_SHIFT) | PREVIOUS] as number;
    const next = ints[(slot << INTS_SHIFT) | NEXT] as number;
    if (next >= 0) ints[(next << INTS_SHIFT) | PREVIOUS] = previous;
    if (previous < 0) return ~previous;
    ints[(previous << INTS_SHIFT) | NEXT] = next;
    return NONE;
  }

  /** Gives a pending event a new time and a new place among its equals: the last. */
  retime(slot: number, time: number): void {
    if (this.#nextSequence === LAST_SEQUENCE) this.#renumber();
    this.#floats[slot << FLOATS_SHIFT] = time;
    this.#ints[(slot << INTS_SHIFT) | SEQUENCE] = this.#nextSequence++;
  }

  /** Which of two events at the same time runs first: the lower priority, then the earlier scheduled. */
  precedes(slot: number, other: number): boolean {
    const tags = this.#tags;
    const priority = ((tags[slot] as number) << 24) >> 24;
    const otherPriority = ((tags[other] as number) << 24) >> 24;
    if (priority !== otherPriority) return priority < otherPriority;
    const ints = this.#ints;
    return (
      (ints[(slot << INTS_SHIFT) | SEQUENCE] as number) <
      (ints[(other << INTS_SHIFT) | SEQUENCE] as number)
    );
  }

  /** A slot never used before. */
  #extend(): number {
    const slot = this.used;
    if (slot === this.#tags.length) this.#grow();
    this.used = slot + 1;
    this.#tags[slot] = FIRST_TAG;
    // Not pending yet, should the sequence be renumbered before its record is filled.
    this.#ints[(slot << INTS_SHIFT) | PREVIOUS] = FREE;
    return slot;
  }

  #grow(): void {
    const capacity = this.#tags.length;
    if (capacity >= SLOT_COUNT_LIMIT) throw tooManyEvents();
    // By a twentieth once large: what is not used yet still counts as memory.
    const step = capacity < 4096 ? capacity : Math.ceil(capacity / 20);
    const grown = Math.min(SLOT_COUNT_LIMIT, capacity + step);
    const floats = new Float64Array(grown << FLOATS_SHIFT);
    floats.set(this.#floats);
    this.#floats = floats;
    this.#ints = new Int32Array(floats.buffer);
    const tags = new Int32Array(grown);
    tags.set(this.#tags);
    this.#tags = tags;
  }

  /** Closes the gaps in the sequence once its 32 bits are used up, every four thousand million events. */
  #renumber(): void {
    const ints = this.#ints;
    const slots: number[] = [];
    for (let slot = 0; slot < this.used; slot++) {
      if (!this.isFree(slot)) slots.push(slot);
    }
    const sequence = (slot: number) => ints[(slot << INTS_SHIFT) | SEQUENCE] as number;
    slots.sort((slot, other) => sequence(slot) - sequence(other));
    this.#nextSequence = FIRST_SEQUENCE;
    for (const slot of slots) ints[(slot << INTS_SHIFT) | SEQUENCE] = this.#nextSequence++;
  }
}

function tooManyEvents(): SimulationError {
  return new SimulationError(
    "too-many-events",
    { limit: SLOT_COUNT_LIMIT },
    `More than ${SLOT_COUNT_LIMIT} events are pending.`,
    "Look for a component that schedules without end, or schedule the next event only when one has run.",
  );
}
