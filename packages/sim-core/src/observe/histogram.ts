import { SimulationError } from "../errors/index.ts";

/** A histogram as plain data: what goes through JSON or to another thread. */
export interface HistogramSnapshot {
  readonly subdivisionBits: number;
  readonly firstBin: number;
  readonly counts: readonly number[];
  readonly zeros: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

// A double's upper word holds its exponent and the first 20 bits of its fraction: shifted right, that is
// a bin number which grows with the value and divides every octave into equal parts.
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const UPPER: number = upperWord();
const FRACTION_BITS = 20;

/**
 * Distribution of values from 0 up, with a stated relative error: every octave is divided into equal
 * bins, and a quantile is the middle of its bin. Takes any positive double; memory grows with the span of the
 * values only (512 bytes an octave at 1 %). Histograms of the same error merge without loss, in any order.
 */
export class Histogram {
  /** Quantiles are off by at most this share of the true value. */
  readonly relativeError: number;
  readonly #shift: number;
  #counts: Float64Array = new Float64Array(0);
  /** Bin number of counts[0]. */
  #firstBin = 0;
  #zeros = 0;
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = -Infinity;

  constructor(options: { relativeError?: number } = {}) {
    this.#shift = FRACTION_BITS - subdivisionBits(options.relativeError ?? 0.01);
    this.relativeError = halfBin(FRACTION_BITS - this.#shift);
  }

  /** A histogram from its snapshot. */
  static from(snapshot: HistogramSnapshot): Histogram {
    const histogram = new Histogram({ relativeError: halfBin(snapshot.subdivisionBits) });
    histogram.#counts = Float64Array.from(snapshot.counts);
    histogram.#firstBin = snapshot.firstBin;
    histogram.#zeros = snapshot.zeros;
    histogram.#count = snapshot.counts.reduce((sum, count) => sum + count, snapshot.zeros);
    histogram.#sum = snapshot.sum;
    histogram.#min = histogram.#count > 0 ? snapshot.min : Infinity;
    histogram.#max = histogram.#count > 0 ? snapshot.max : -Infinity;
    return histogram;
  }

  get count(): number {
    return this.#count;
  }

  /** Exact, up to rounding; `NaN` while there is no value. */
  get mean(): number {
    return this.#count === 0 ? Number.NaN : this.#sum / this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** Exact. */
  get min(): number {
    return this.#min;
  }

  /** Exact. */
  get max(): number {
    return this.#max;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#counts.byteLength;
  }

  /** Counts a value, `times` over. */
  record(value: number, times = 1): void {
    if (!(value >= 0 && value < Infinity)) throw notRecordable(value);
    if (value === 0) {
      this.#zeros += times;
    } else {
      double[0] = value;
      let index = ((words[UPPER] as number) >>> this.#shift) - this.#firstBin;
      if (index < 0 || index >= this.#counts.length) index = this.#reach(index);
      this.#counts[index] = (this.#counts[index] as number) + times;
    }
    this.#count += times;
    this.#sum += value * times;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  /**
   * The value that a share `p` of all values stays at or below (nearest rank), within the relative
   * error; `NaN` while there is no value.
   */
  quantile(p: number): number {
    if (!(p >= 0 && p <= 1)) throw notAShare(p);
    if (this.#count === 0) return Number.NaN;
    const rank = Math.max(1, Math.ceil(p * this.#count));
    let below = this.#zeros;
    if (rank <= below) return 0;
    for (let index = 0; index < this.#counts.length; index++) {
      below += this.#counts[index] as number;
      if (below >= rank) return this.#middle(index);
    }
    return this.#max;
  }

  /** Share of the values at or below `value`, or in its bin. */
  shareAtMost(value: number): number {
    if (this.#count === 0) return Number.NaN;
    if (value < 0) return 0;
    if (value >= this.#max) return 1;
    let below = this.#zeros;
    for (let index = 0; index < this.#counts.length && this.#low(index) <= value; index++) {
      below += this.#counts[index] as number;
    }
    return below / this.#count;
  }

  /** Every bin that holds something: its least and its next bin's least value, and the count. */
  *bins(): Generator<{ low: number; high: number; count: number }> {
    if (this.#zeros > 0) yield { low: 0, high: 0, count: this.#zeros };
    for (let index = 0; index < this.#counts.length; index++) {
      const count = this.#counts[index] as number;
      if (count > 0) yield { low: this.#low(index), high: this.#low(index + 1), count };
    }
  }

  /** Adds another's values, as if they had been recorded here; both must have the same error. */
  merge(other: Histogram): void {
    if (other.#shift !== this.#shift) throw unlike(this.relativeError, other.relativeError);
    for (let index = 0; index < other.#counts.length; index++) {
      const count = other.#counts[index] as number;
      if (count === 0) continue;
      let here = index + other.#firstBin - this.#firstBin;
      if (here < 0 || here >= this.#counts.length) here = this.#reach(here);
      this.#counts[here] = (this.#counts[here] as number) + count;
    }
    this.#zeros += other.#zeros;
    this.#count += other.#count;
    this.#sum += other.#sum;
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  reset(): void {
    this.#counts.fill(0);
    this.#zeros = 0;
    this.#count = 0;
    this.#sum = 0;
    this.#min = Infinity;
    this.#max = -Infinity;
  }

  /** All that it holds as plain data, the same for the same values in any order of whole numbers. */
  snapshot(): HistogramSnapshot {
    const used = this.#counts.findIndex((count) => count > 0);
    const last = this.#counts.findLastIndex((count) => count > 0);
    return {
      subdivisionBits: FRACTION_BITS - this.#shift,
      firstBin: used < 0 ? 0 : this.#firstBin + used,
      counts: used < 0 ? [] : [...this.#counts.subarray(used, last + 1)],
      zeros: this.#zeros,
      sum: this.#sum,
      min: this.#count > 0 ? this.#min : 0,
      max: this.#count > 0 ? this.#max : 0,
    };
  }

  /** Least value of a bin. */
  #low(index: number): number {
    double[0] = 0;
    words[UPPER] = (index + this.#firstBin) << this.#shift;
    return double[0];
  }

  #middle(index: number): number {
    const middle = (this.#low(index) + this.#low(index + 1)) / 2;
    return Math.min(Math.max(middle, this.#min), this.#max);
  }

  /** Widens the table, by a quarter of an octave to spare, until it holds a bin; returns its new index. */
  #reach(index: number): number {
    const spare = 16;
    const length = this.#counts.length;
    if (length === 0) {
      this.#counts = new Float64Array(2 * spare);
      this.#firstBin += index - spare;
      return spare;
    }
    const before = index < 0 ? spare - index : 0;
    const after = index >= length ? index - length + spare : 0;
    const counts = new Float64Array(before + length + after);
    counts.set(this.#counts, before);
    this.#counts = counts;
    this.#firstBin -= before;
    return index + before;
  }
}

/** Half a bin of an octave in 2^bits parts, relative to its least value: exact, as a power of two. */
function halfBin(bits: number): number {
  return 1 / (2 << bits);
}

/** Fewest bits that divide an octave finely enough: the middle of 2^bits parts is off by 2^−(bits+1). */
function subdivisionBits(relativeError: number): number {
  for (let bits = 0; bits <= 16; bits++) {
    if (halfBin(bits) <= relativeError) return bits;
  }
  throw new SimulationError(
    "bad-relative-error",
    { given: relativeError },
    `A histogram cannot have a relative error of ${relativeError}.`,
    "Choose one between 0.00001 and 0.5; 0.01 is usual.",
  );
}

/** Which of the two words of a double is the upper one on this machine. */
function upperWord(): 0 | 1 {
  double[0] = 1;
  return words[1] === 0 ? 0 : 1;
}

function notRecordable(value: number): SimulationError {
  return new SimulationError(
    "not-recordable",
    { given: value },
    `A histogram cannot hold ${value}.`,
    "Record finite values from 0 up.",
  );
}

function notAShare(p: number): SimulationError {
  return new SimulationError(
    "not-a-share",
    { given: p },
    `There is no quantile ${p}.`,
    "Ask for a share between 0 and 1: the 99th percentile is 0.99.",
  );
}

function unlike(mine: number, other: number): SimulationError {
  return new SimulationError(
    "unlike-histograms",
    { mine, other },
    `A histogram with a relative error of ${other} does not merge into one of ${mine}.`,
    "Make both with the same relative error.",
  );
}
