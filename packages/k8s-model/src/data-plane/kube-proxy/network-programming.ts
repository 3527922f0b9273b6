import { Histogram } from "@k8s-netsim/sim-core";

// As in sim-core's Histogram, so that counts can be handed over: the upper word of a double, shifted,
// numbers bins that divide every octave into 64. Inlined here because samples come by the hundred million.
const SUBDIVISION_BITS = 6;
const SHIFT = 20 - SUBDIVISION_BITS;
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
double[0] = 1;
const UPPER = words[1] === 0 ? 0 : 1;
const FIRST_BIN = (words[UPPER] as number) >>> SHIFT;
/** Values below 2^53. */
const BINS = 53 << SUBDIVISION_BITS;

const NS_PER_SECOND = 1_000_000_000;

/** A sum of whole nanoseconds that stays exact beyond 2^53, so that its order cannot matter. */
export class ExactNs {
  #seconds = 0;
  #ns = 0;

  /** Adds a whole number below 2^53. */
  add(ns: number): void {
    const sum = this.#ns + ns;
    const seconds = Math.floor(sum / NS_PER_SECOND);
    this.#seconds += seconds;
    this.#ns = sum - seconds * NS_PER_SECOND;
  }

  get seconds(): number {
    return this.#seconds + this.#ns / NS_PER_SECOND;
  }

  merge(other: ExactNs): void {
    this.#seconds += other.#seconds;
    this.add(other.#ns);
  }
}

/**
 * Samples of `kubeproxy_network_programming_duration_seconds`: from the trigger time of a change to
 * the end of the run that covers it, one for each change and node (ns).
 *
 * A clock that is behind makes negative samples; as in Prometheus they count in the lowest bucket
 * and lower the sum.
 */
export class ProgrammingLatency {
  count = 0;
  /** Samples below 0. */
  negative = 0;
  readonly sum: ExactNs = new ExactNs();
  readonly #counts: Float64Array<ArrayBuffer> = new Float64Array(BINS);
  #zeros = 0;
  #min = Infinity;
  #max = -Infinity;

  /**
   * Takes a sample for each of a row of trigger times that lies after `afterNs`; `NaN` stands for a
   * change without one.
   */
  recordRow(
    triggersNs: Float64Array,
    from: number,
    to: number,
    endNs: number,
    afterNs: number,
  ): void {
    const counts = this.#counts;
    let taken = 0;
    let sumNs = 0;
    let min = this.#min;
    let max = this.#max;
    for (let index = from; index < to; index++) {
      const triggerNs = triggersNs[index] as number;
      if (!(triggerNs > afterNs)) continue;
      const sampleNs = endNs - triggerNs;
      taken++;
      sumNs += sampleNs;
      if (sampleNs < min) min = sampleNs;
      if (sampleNs > max) max = sampleNs;
      if (sampleNs < 1) {
        this.#lowest(sampleNs);
        continue;
      }
      double[0] = sampleNs;
      const bin = ((words[UPPER] as number) >>> SHIFT) - FIRST_BIN;
      counts[bin] = (counts[bin] as number) + 1;
    }
    if (taken === 0) return;
    this.#min = min;
    this.#max = max;
    this.count += taken;
    this.sum.add(sumNs);
  }

  merge(other: ProgrammingLatency): void {
    for (let bin = 0; bin < BINS; bin++) {
      this.#counts[bin] = (this.#counts[bin] as number) + (other.#counts[bin] as number);
    }
    this.count += other.count;
    this.negative += other.negative;
    this.#zeros += other.#zeros;
    this.sum.merge(other.sum);
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  /** All samples (ns) with quantiles within 0.8 %; negative ones stand at 0. */
  histogram(): Histogram {
    const first = this.#counts.findIndex((count) => count > 0);
    const last = this.#counts.findLastIndex((count) => count > 0);
    return Histogram.from({
      subdivisionBits: SUBDIVISION_BITS,
      firstBin: first < 0 ? 0 : FIRST_BIN + first,
      counts: first < 0 ? [] : [...this.#counts.subarray(first, last + 1)],
      zeros: this.#zeros,
      sum: this.sum.seconds * NS_PER_SECOND,
      min: this.count > 0 ? Math.max(0, this.#min) : 0,
      max: this.count > 0 ? Math.max(0, this.#max) : 0,
    });
  }

  #lowest(sampleNs: number): void {
    this.#zeros++;
    if (sampleNs < 0) this.negative++;
  }
}
