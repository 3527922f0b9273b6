interface Entry {
  readonly number: number;
  time: number;
  readonly priority: number;
  sequence: number;
}

/** The same order by the plainest means: a sorted array, the first event at its end. */
export class BruteForceQueue {
  readonly #sorted: Entry[] = [];
  readonly #byNumber = new Map<number, Entry>();
  #sequence = 0;

  get size(): number {
    return this.#sorted.length;
  }

  insert(number: number, time: number, priority: number): void {
    const entry = { number, time, priority, sequence: this.#sequence++ };
    this.#byNumber.set(number, entry);
    this.#sorted.splice(this.#position(entry), 0, entry);
  }

  takeFirst(): { number: number; time: number } | undefined {
    const first = this.#sorted.pop();
    if (first !== undefined) this.#byNumber.delete(first.number);
    return first;
  }

  cancel(number: number): boolean {
    const entry = this.#byNumber.get(number);
    if (entry === undefined) return false;
    this.#sorted.splice(this.#position(entry), 1);
    this.#byNumber.delete(number);
    return true;
  }

  reschedule(number: number, time: number): boolean {
    const entry = this.#byNumber.get(number);
    if (entry === undefined) return false;
    this.cancel(number);
    this.insert(number, time, entry.priority);
    return true;
  }

  /** Of the entry itself, or where it belongs. */
  #position(entry: Entry): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#isBefore(entry, this.#sorted[middle] as Entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore(entry: Entry, other: Entry): boolean {
    if (entry.time !== other.time) return entry.time < other.time;
    if (entry.priority !== other.priority) return entry.priority < other.priority;
    return entry.sequence < other.sequence;
  }
}
