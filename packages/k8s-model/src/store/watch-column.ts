/** One number for each version of a sub-log, by position: grows at its end, forgets at its start. */
export class WatchColumn {
  /** By position less `base`; replaced when it grows. */
  values: Float64Array<ArrayBuffer> = new Float64Array(64);
  /** Position of the value at index 0. */
  base = 0;
  #length = 0;

  /** The position after the newest value. */
  get end(): number {
    return this.base + this.#length;
  }

  push(value: number): void {
    if (this.#length === this.values.length) {
      const twice = new Float64Array(this.values.length * 2);
      twice.set(this.values);
      this.values = twice;
    }
    this.values[this.#length++] = value;
  }

  at(position: number): number {
    return this.values[position - this.base] as number;
  }

  set(position: number, value: number): void {
    if (position >= this.base) this.values[position - this.base] = value;
  }

  /** Forgets what lies below a position. */
  dropBelow(position: number): void {
    const count = Math.min(position - this.base, this.#length);
    if (count <= 0) return;
    this.values.copyWithin(0, count, this.#length);
    this.base += count;
    this.#length -= count;
  }
}
