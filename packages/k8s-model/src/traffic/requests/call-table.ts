/**
 * Calls in flight, one row each, as a struct of typed arrays with a free list. A row lives while
 * its caller waits (`waiting`) or its server still works on it (`serving`); a stale reference is
 * told from a live one by its generation.
 */
export class CallTable {
  edge: Int32Array = new Int32Array(0);
  /** Pod of the caller; -1 outside the cluster. */
  caller: Int32Array = new Int32Array(0);
  /** Row of the request being served for which this call is made; -1: the first of a tree. */
  parent: Int32Array = new Int32Array(0);
  /** Index of the source that began the tree. */
  source: Int32Array = new Int32Array(0);
  connection: Int32Array = new Int32Array(0);
  /** Start of the first attempt, ns. */
  startedAt: Float64Array = new Float64Array(0);
  /** When the caller gives up this attempt, ns. */
  deadline: Float64Array = new Float64Array(0);
  attempt: Int32Array = new Int32Array(0);
  /** The other copy of a hedged request; -1: none. */
  twin: Int32Array = new Int32Array(0);
  /** When a request with a foreseen answer reaches its server, ns; -1: nothing is foreseen. */
  arriveAt: Float64Array = new Float64Array(0);
  /** When a request of a planned queue leaves its server, ns. */
  departAt: Float64Array = new Float64Array(0);
  /** Position in the server's list of edges, and calls left to make on that edge. */
  cursor: Int32Array = new Int32Array(0);
  repeats: Int32Array = new Int32Array(0);
  /** Epoch of the serving pod when the request reached it. */
  epoch: Int32Array = new Int32Array(0);
  generation: Int32Array = new Int32Array(0);
  /** Next row in the server's queue, or in the free list. */
  next: Int32Array = new Int32Array(0);
  /** What a time-out now would be counted as: position in `FAILURES`. */
  doubt: Uint8Array = new Uint8Array(0);
  waiting: Uint8Array = new Uint8Array(0);
  serving: Uint8Array = new Uint8Array(0);
  /** Begun inside the measured window. */
  measured: Uint8Array = new Uint8Array(0);

  #free = -1;
  #size = 0;
  #live = 0;

  /** Rows in use. */
  get live(): number {
    return this.#live;
  }

  /** One more than the highest row ever used. */
  get size(): number {
    return this.#size;
  }

  take(): number {
    if (this.#free < 0) this.#grow();
    const row = this.#free;
    this.#free = this.next[row] as number;
    this.#live += 1;
    return row;
  }

  /** Frees the row once neither side needs it any more. */
  releaseIfDone(row: number): void {
    if (this.waiting[row] === 1 || this.serving[row] === 1) return;
    this.generation[row] = (this.generation[row] as number) + 1;
    this.next[row] = this.#free;
    this.#free = row;
    this.#live -= 1;
  }

  /** Gives another row the same call: who calls whom since when, for whom. */
  copyTo(row: number, other: number): void {
    this.measured[other] = this.measured[row] as number;
    this.source[other] = this.source[row] as number;
    this.parent[other] = this.parent[row] as number;
    this.edge[other] = this.edge[row] as number;
    this.caller[other] = this.caller[row] as number;
    this.startedAt[other] = this.startedAt[row] as number;
  }

  #grow(): void {
    const from = this.#size;
    const size = from === 0 ? 1024 : from * 2;
    this.edge = widened(this.edge, new Int32Array(size));
    this.caller = widened(this.caller, new Int32Array(size));
    this.parent = widened(this.parent, new Int32Array(size));
    this.source = widened(this.source, new Int32Array(size));
    this.connection = widened(this.connection, new Int32Array(size));
    this.startedAt = widened(this.startedAt, new Float64Array(size));
    this.deadline = widened(this.deadline, new Float64Array(size));
    this.attempt = widened(this.attempt, new Int32Array(size));
    this.twin = widened(this.twin, new Int32Array(size));
    this.arriveAt = widened(this.arriveAt, new Float64Array(size).fill(-1));
    this.departAt = widened(this.departAt, new Float64Array(size));
    this.cursor = widened(this.cursor, new Int32Array(size));
    this.repeats = widened(this.repeats, new Int32Array(size));
    this.epoch = widened(this.epoch, new Int32Array(size));
    this.generation = widened(this.generation, new Int32Array(size));
    this.next = widened(this.next, new Int32Array(size));
    this.doubt = widened(this.doubt, new Uint8Array(size));
    this.waiting = widened(this.waiting, new Uint8Array(size));
    this.serving = widened(this.serving, new Uint8Array(size));
    this.measured = widened(this.measured, new Uint8Array(size));
    for (let row = size - 1; row >= from; row--) {
      this.next[row] = this.#free;
      this.#free = row;
    }
    this.#size = size;
  }
}

/** `to` with the content of `from` at its start. */
export function widened<T extends Int32Array | Float64Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
