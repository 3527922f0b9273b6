/** A key that waits, and until when. */
export interface WaitingKey {
  readonly key: string;
  dueNs: number;
  /** Its place in the heap. */
  index: number;
}

/**
 * Keys by the time that they wait for, as a binary heap with the moves of Go's container/heap: keys
 * that are due at the same instant come in the order in which they come there.
 */
export class WaitingHeap {
  readonly #heap: WaitingKey[] = [];
  readonly #byKey = new Map<string, WaitingKey>();

  /** The key that is due first. */
  get first(): WaitingKey | undefined {
    return this.#heap[0];
  }

  /** Adds a key; one that waits already keeps the earlier of the two times. */
  insert(key: string, dueNs: number): void {
    const waiting = this.#byKey.get(key);
    if (waiting === undefined) {
      const added = { key, dueNs, index: this.#heap.length };
      this.#byKey.set(key, added);
      this.#heap.push(added);
      this.#up(added.index);
    } else if (dueNs < waiting.dueNs) {
      waiting.dueNs = dueNs;
      if (!this.#down(waiting.index, this.#heap.length)) this.#up(waiting.index);
    }
  }

  /** Takes the first key out. */
  pop(): void {
    const last = this.#heap.length - 1;
    this.#swap(0, last);
    this.#down(0, last);
    const removed = this.#heap.pop();
    if (removed !== undefined) this.#byKey.delete(removed.key);
  }

  #up(from: number): void {
    let child = from;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#less(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  #down(from: number, size: number): boolean {
    let parent = from;
    for (;;) {
      const left = 2 * parent + 1;
      if (left >= size) break;
      const child = left + 1 < size && this.#less(left + 1, left) ? left + 1 : left;
      if (!this.#less(child, parent)) break;
      this.#swap(parent, child);
      parent = child;
    }
    return parent > from;
  }

  #less(a: number, b: number): boolean {
    return (this.#heap[a] as WaitingKey).dueNs < (this.#heap[b] as WaitingKey).dueNs;
  }

  #swap(a: number, b: number): void {
    const one = this.#heap[a] as WaitingKey;
    const other = this.#heap[b] as WaitingKey;
    this.#heap[a] = other;
    this.#heap[b] = one;
    other.index = a;
    one.index = b;
  }
}
