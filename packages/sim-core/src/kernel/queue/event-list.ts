import { type EventRecords, INTS_PER_RECORD, NEXT, NONE, PREVIOUS } from "./event-records.ts";

/**
 * Puts an event in front of an unordered list. `place`, from 0 up, says where the list's head is kept,
 * so that the first event can be taken out too.
 */
export function link(records: EventRecords, slot: number, head: number, place: number): void {
  const { ints } = records;
  const record = slot * INTS_PER_RECORD;
  ints[record + NEXT] = head;
  ints[record + PREVIOUS] = ~place;
  if (head !== NONE) ints[head * INTS_PER_RECORD + PREVIOUS] = slot;
}

/**
 * Takes an event out of its list. When it was the first the result is the list's place, whose head is
 * now the event's next; otherwise NONE.
 */
export function unlink(records: EventRecords, slot: number): number {
  const { ints } = records;
  const previous = ints[slot * INTS_PER_RECORD + PREVIOUS] as number;
  const next = ints[slot * INTS_PER_RECORD + NEXT] as number;
  if (next !== NONE) ints[next * INTS_PER_RECORD + PREVIOUS] = previous;
  if (previous < 0) return ~previous;
  ints[previous * INTS_PER_RECORD + NEXT] = next;
  return NONE;
}
