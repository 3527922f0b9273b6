/**
 * References to rows of calls in the order in which they came: a ring of (row, generation, time).
 * As time-outs of the calls on one edge it replaces an event a call: all have the same time-out, so
 * they fall due in order, and one event for the first does. A row that has been freed since is told
 * by its generation.
 */
export class RowRing {
  #rows: Int32Array = new Int32Array(16);
  #generations: Int32Array = new Int32Array(16);
  #times: Float64Array = new Float64Array(16);
  #head = 0;
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  push(row: number, generation: number, timeNs: number): void {
    if (this.#count === this.#rows.length) this.#grow();
    const at = (this.#head + this.#count) & (this.#rows.length - 1);
    this.#rows[at] = row;
    this.#generations[at] = generation;
    this.#times[at] = timeNs;
    this.#count += 1;
  }

  get headRow(): number {
    return this.#rows[this.#head] as number;
  }

  get headGeneration(): number {
    return this.#generations[this.#head] as number;
  }

  get headTime(): number {
    return this.#times[this.#head] as number;
  }

  shift(): void {
    this.#head = (this.#head + 1) & (this.#rows.length - 1);
    this.#count -= 1;
  }

  #grow(): void {
    const size = this.#rows.length;
    const rows = new Int32Array(size * 2);
    const generations = new Int32Array(size * 2);
    const times = new Float64Array(size * 2);
    for (let i = 0; i < size; i++) {
      const from = (this.#head + i) & (size - 1);
      rows[i] = this.#rows[from] as number;
      generations[i] = this.#generations[from] as number;
      times[i] = this.#times[from] as number;
    }
    this.#rows = rows;
    this.#generations = generations;
    this.#times = times;
    this.#head = 0;
  }
}
