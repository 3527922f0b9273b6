import type { Waiter } from "./wait.ts";

/** So many places in front may be empty before the others move up. */
const EMPTY_PLACES = 64;

/**
 * Who waits for units of a resource at one priority, in order of asking. Joining, leaving anywhere and
 * being served take no search: whoever stands in line is told the place.
 */
export class Line {
  readonly priority: number;
  /** By index: who waits, or nobody any more. */
  readonly #waiters: (Waiter | undefined)[] = [];
  readonly #units: number[] = [];
  /** The index of the first in line; where nobody is, that of the end. */
  #first = 0;
  #end = 0;
  /** Places given before those of index 0: no place is ever given twice. */
  #before = 0;

  constructor(priority: number) {
    this.priority = priority;
  }

  get isEmpty(): boolean {
    return this.#first === this.#end;
  }

  /** Units that the first asks for; the line must not be empty. */
  firstUnits(): number {
    return this.#units[this.#first] as number;
  }

  append(waiter: Waiter, units: number): void {
    const end = this.#end;
    this.#waiters[end] = waiter;
    this.#units[end] = units;
    this.#end = (end + 1) | 0;
    waiter.place = this.#before + end;
  }

  /** Takes the first out of the line, which must not be empty. */
  shift(): Waiter {
    const waiter = this.#waiters[this.#first] as Waiter;
    this.#waiters[this.#first] = undefined;
    this.#moveUp();
    return waiter;
  }

  /** False for someone who is not in line. */
  remove(waiter: Waiter): boolean {
    const index = waiter.place - this.#before;
    if (this.#waiters[index] !== waiter) return false;
    this.#waiters[index] = undefined;
    if (index === this.#first) this.#moveUp();
    return true;
  }

  /** The first has left: the next who still waits is the first. */
  #moveUp(): void {
    const waiters = this.#waiters;
    const end = this.#end;
    let first = (this.#first + 1) | 0;
    while (first < end && waiters[first] === undefined) first = (first + 1) | 0;
    this.#first = first;
    if (first === end) this.#renumber();
    else if (first >= EMPTY_PLACES && 2 * first >= end) this.#close();
  }

  /** Moves everyone to the front of the arrays. */
  #close(): void {
    const first = this.#first;
    const end = this.#end;
    this.#waiters.copyWithin(0, first, end).fill(undefined, end - first, end);
    this.#units.copyWithin(0, first, end);
    this.#renumber();
  }

  /** The first in line is at index 0 from now on. */
  #renumber(): void {
    this.#before += this.#first;
    this.#end = (this.#end - this.#first) | 0;
    this.#first = 0;
  }
}
