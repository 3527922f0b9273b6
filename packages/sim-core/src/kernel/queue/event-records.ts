import { SimulationError } from "../../errors/index.ts";
import { type EventId, NO_EVENT } from "../event-id.ts";

/** Words of 8 and of 4 bytes in one record; four 8-byte words are half a cache line. */
export const FLOATS_PER_RECORD = 4;
export const INTS_PER_RECORD = 8;

/** Places of the 4-byte fields in a record; its first 8 bytes are the time. */
const SEQUENCE = 2;
/** The handler in the low half, the handler that was running when the event was scheduled in the high. */
export const HANDLERS = 3;
export const PAYLOAD_A = 4;
export const PAYLOAD_B = 5;
/** The next event in the same list, or the position in the heap. */
export const NEXT = 6;
/** The previous event in the same list, or what else holds the event: see below. */
export const PREVIOUS = 7;

/** No event: the end of a list. */
export const NONE = -1;
/** In `PREVIOUS`: the record is free, and `NEXT` is the next free one. */
export const FREE = -0x80000000;
/** In `PREVIOUS`: the event is in the heap, and `NEXT` is its position there. */
export const IN_HEAP: number = FREE + 1;
/** In `PREVIOUS`: the event is in the front, and `NEXT` means nothing. */
export const IN_FRONT: number = FREE + 2;

const SLOT_COUNT_LIMIT = 0x4000000;
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
  floats: Float64Array;
  ints: Int32Array;
  /** By slot: the generation in the upper 24 bits, the priority in the lower 8. */
  tags: Int32Array;
  /** Slots ever used: all live events are below. */
  used = 0;
  live = 0;
  #firstFree: number = NONE;
  #nextSequence: number;

  constructor(options: { capacity?: number; firstSequence?: number } = {}) {
    const capacity = options.capacity ?? 64;
    this.floats = new Float64Array(capacity * FLOATS_PER_RECORD);
    this.ints = new Int32Array(this.floats.buffer);
    this.tags = new Int32Array(capacity);
    this.#nextSequence = options.firstSequence ?? FIRST_SEQUENCE;
  }

  /** Bytes held, used or not. */
  get bytes(): number {
    return this.floats.byteLength + this.tags.byteLength;
  }

  /** Takes a slot and fills its record, all but the links. */
  allocate(time: number, priority: number, handlers: number, a: number, b: number): number {
    if (this.#nextSequence === LAST_SEQUENCE) this.#renumber();
    let slot = this.#firstFree;
    if (slot === NONE) {
      slot = this.used;
      if (slot === this.tags.length) this.#grow();
      this.used++;
      this.tags[slot] = 0x100 | (priority & 0xff);
    } else {
      this.#firstFree = this.ints[slot * INTS_PER_RECORD + NEXT] as number;
      this.tags[slot] = ((this.tags[slot] as number) & ~0xff) | (priority & 0xff);
    }
    this.live++;
    const record = slot * INTS_PER_RECORD;
    this.floats[slot * FLOATS_PER_RECORD] = time;
    this.ints[record + SEQUENCE] = this.#nextSequence++;
    this.ints[record + HANDLERS] = handlers;
    this.ints[record + PAYLOAD_A] = a;
    this.ints[record + PAYLOAD_B] = b;
    return slot;
  }

  /** Gives a slot back; its event's id is void from now on. */
  free(slot: number): void {
    this.live--;
    const record = slot * INTS_PER_RECORD;
    this.ints[record + PREVIOUS] = FREE;
    const tag = this.tags[slot] as number;
    // A slot whose generations are used up is retired, so that no id is ever given twice.
    if (tag >>> 8 === LAST_GENERATION) {
      this.tags[slot] = 0;
      return;
    }
    this.tags[slot] = tag + 0x100;
    this.ints[record + NEXT] = this.#firstFree;
    this.#firstFree = slot;
  }

  /** The public name of the event in a slot. */
  id(slot: number): EventId {
    return (((this.tags[slot] as number) >>> 8) * SLOT_COUNT_LIMIT + slot) as EventId;
  }

  /** The slot of a pending event, or NONE when it has run, was cancelled or never was. */
  slot(id: EventId): number {
    if (id === NO_EVENT) return NONE;
    const generation = Math.floor(id / SLOT_COUNT_LIMIT);
    const slot = id - generation * SLOT_COUNT_LIMIT;
    const current = slot < this.used && (this.tags[slot] as number) >>> 8 === generation;
    return current ? slot : NONE;
  }

  time(slot: number): number {
    return this.floats[slot * FLOATS_PER_RECORD] as number;
  }

  /** Gives a pending event a new time and a new place among its equals: the last. */
  retime(slot: number, time: number): void {
    if (this.#nextSequence === LAST_SEQUENCE) this.#renumber();
    this.floats[slot * FLOATS_PER_RECORD] = time;
    this.ints[slot * INTS_PER_RECORD + SEQUENCE] = this.#nextSequence++;
  }

  /** Which of two events at the same time runs first: the lower priority, then the earlier scheduled. */
  precedes(slot: number, other: number): boolean {
    const priority = ((this.tags[slot] as number) << 24) >> 24;
    const otherPriority = ((this.tags[other] as number) << 24) >> 24;
    if (priority !== otherPriority) return priority < otherPriority;
    return (
      (this.ints[slot * INTS_PER_RECORD + SEQUENCE] as number) <
      (this.ints[other * INTS_PER_RECORD + SEQUENCE] as number)
    );
  }

  #grow(): void {
    const capacity = this.tags.length;
    if (capacity >= SLOT_COUNT_LIMIT) throw tooManyEvents();
    // By a twentieth once large: what is not used yet still counts as memory.
    const step = capacity < 4096 ? capacity : Math.ceil(capacity / 20);
    const grown = Math.min(SLOT_COUNT_LIMIT, capacity + step);
    const floats = new Float64Array(grown * FLOATS_PER_RECORD);
    floats.set(this.floats);
    this.floats = floats;
    this.ints = new Int32Array(floats.buffer);
    const tags = new Int32Array(grown);
    tags.set(this.tags);
    this.tags = tags;
  }

  /** Closes the gaps in the sequence once its 32 bits are used up, every four thousand million events. */
  #renumber(): void {
    const slots: number[] = [];
    for (let slot = 0; slot < this.used; slot++) {
      if (this.ints[slot * INTS_PER_RECORD + PREVIOUS] !== FREE) slots.push(slot);
    }
    const sequence = (slot: number) => this.ints[slot * INTS_PER_RECORD + SEQUENCE] as number;
    slots.sort((slot, other) => sequence(slot) - sequence(other));
    this.#nextSequence = FIRST_SEQUENCE;
    for (const slot of slots) this.ints[slot * INTS_PER_RECORD + SEQUENCE] = this.#nextSequence++;
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
