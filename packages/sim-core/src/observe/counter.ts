/** Counts things that happen. */
export class Counter {
  #value = 0;

  get value(): number {
    return this.#value;
  }

  increment(by = 1): void {
    this.#value += by;
  }

  /** Starts again at 0, for example at the end of a warm-up. */
  reset(): void {
    this.#value = 0;
  }

  /** Adds another's count. */
  merge(other: Counter): void {
    this.#value += other.#value;
  }
}
