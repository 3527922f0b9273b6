/** Count, mean and spread of single values, in constant memory; by Welford's recurrence. */
export class Tally {
  #count = 0;
  #mean = 0;
  /** Sum of squared distances from the mean. */
  #squares = 0;
  #min = Infinity;
  #max = -Infinity;

  get count(): number {
    return this.#count;
  }

  /** `NaN` while there is no value. */
  get mean(): number {
    return this.#count === 0 ? Number.NaN : this.#mean;
  }

  /** Variance of the sample (divided by count − 1); `NaN` below two values. */
  get variance(): number {
    return this.#count < 2 ? Number.NaN : this.#squares / (this.#count - 1);
  }

  get standardDeviation(): number {
    return Math.sqrt(this.variance);
  }

  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  get sum(): number {
    return this.#mean * this.#count;
  }

  record(value: number): void {
    this.#count++;
    const distance = value - this.#mean;
    this.#mean += distance / this.#count;
    this.#squares += distance * (value - this.#mean);
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /** Adds another's values, as if they had been recorded here. */
  merge(other: Tally): void {
    if (other.#count === 0) return;
    const count = this.#count + other.#count;
    const distance = other.#mean - this.#mean;
    this.#squares += other.#squares + (distance * distance * this.#count * other.#count) / count;
    this.#mean += (distance * other.#count) / count;
    this.#count = count;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  reset(): void {
    this.#count = 0;
    this.#mean = 0;
    this.#squares = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
  }
}
