/**
 * Deadlines of the calls on one edge. All have the same time-out, so they fall due in the order in
 * which they were made: a ring of (row, generation, deadline) and one event for its head replace an event a
 * call.
 */
export class TimeOutRing {
  #rows: Int32Array = new Int32Array(256);
  #generations: Int32Array = new Int32Array(256);
  #deadlines: Float64Array = new Float64Array(256);
  #head = 0;
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  push(row: number, generation: number, deadlineNs: number): void {
    if (this.#count === this.#rows.length) this.#grow();
    const at = (this.#head + this.#count) & (this.#rows.length - 1);
    this.#rows[at] = row;
    this.#generations[at] = generation;
    this.#deadlines[at] = deadlineNs;
    this.#count += 1;
  }

  get headRow(): number {
    return this.#rows[this.#head] as number;
  }

  get headGeneration(): number {
    return this.#generations[this.#head] as number;
  }

  get headDeadline(): number {
    return this.#deadlines[this.#head] as number;
  }

  shift(): void {
    this.#head = (this.#head + 1) & (this.#rows.length - 1);
    this.#count -= 1;
  }

  #grow(): void {
    const size = this.#rows.length;
    const rows = new Int32Array(size * 2);
    const generations = new Int32Array(size * 2);
    const deadlines = new Float64Array(size * 2);
    for (let i = 0; i < size; i++) {
      const from = (this.#head + i) & (size - 1);
      rows[i] = this.#rows[from] as number;
      generations[i] = this.#generations[from] as number;
      deadlines[i] = this.#deadlines[from] as number;
    }
    this.#rows = rows;
    this.#generations = generations;
    this.#deadlines = deadlines;
    this.#head = 0;
  }
}
