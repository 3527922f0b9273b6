import { SimulationError } from "../errors/index.ts";
import type { SimTime } from "../time/index.ts";
import type { Clock } from "./clock.ts";

/** What happened in one stretch of a timeline. */
export interface TimelineBin {
  readonly startNs: SimTime;
  readonly endNs: SimTime;
  readonly count: number;
  /** Of the values recorded; `NaN` where there is none. */
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** How fine a timeline is. */
export interface TimelineOptions {
  /** Length of a bin to begin with; 1 ms unless given. */
  readonly binNs?: number;
  /** Bins kept, an even number; 1,024 unless given. */
  readonly maxBins?: number;
}

/**
 * Values over time, in bins of equal length. When time outgrows the bins, every two become one of twice
 * the length: memory stays bounded however long the run, and the whole run stays visible.
 */
export class Timeline {
  readonly #clock: Clock;
  readonly #startNs: number;
  readonly #maxBins: number;
  #binNs: number;
  #used = 0;
  readonly #counts: Float64Array;
  readonly #sums: Float64Array;
  readonly #mins: Float64Array;
  readonly #maxs: Float64Array;

  constructor(clock: Clock, options: TimelineOptions = {}) {
    this.#clock = clock;
    this.#startNs = clock.now;
    this.#binNs = Math.round(options.binNs ?? 1_000_000);
    this.#maxBins = options.maxBins ?? 1024;
    if (!(this.#binNs >= 1 && this.#maxBins >= 2 && this.#maxBins % 2 === 0)) {
      throw notATimeline(this.#binNs, this.#maxBins);
    }
    this.#counts = new Float64Array(this.#maxBins);
    this.#sums = new Float64Array(this.#maxBins);
    this.#mins = new Float64Array(this.#maxBins).fill(Infinity);
    this.#maxs = new Float64Array(this.#maxBins).fill(-Infinity);
  }

  /** Present length of a bin. */
  get binNs(): number {
    return this.#binNs;
  }

  /** Records a value now. */
  record(value: number): void {
    let bin = Math.floor((this.#clock.now - this.#startNs) / this.#binNs);
    while (bin >= this.#maxBins) {
      this.#halve();
      bin = Math.floor((this.#clock.now - this.#startNs) / this.#binNs);
    }
    if (bin >= this.#used) this.#used = bin + 1;
    this.#add(bin, 1, value, value, value);
  }

  /** The bins from the start to the last that holds something. */
  bins(): TimelineBin[] {
    return Array.from({ length: this.#used }, (_, bin) => ({
      startNs: (this.#startNs + bin * this.#binNs) as SimTime,
      endNs: (this.#startNs + (bin + 1) * this.#binNs) as SimTime,
      count: this.#counts[bin] as number,
      mean: (this.#sums[bin] as number) / (this.#counts[bin] as number),
      min: this.#counts[bin] === 0 ? Number.NaN : (this.#mins[bin] as number),
      max: this.#counts[bin] === 0 ? Number.NaN : (this.#maxs[bin] as number),
    }));
  }

  #add(bin: number, count: number, sum: number, min: number, max: number): void {
    this.#counts[bin] = (this.#counts[bin] as number) + count;
    this.#sums[bin] = (this.#sums[bin] as number) + sum;
    this.#mins[bin] = Math.min(this.#mins[bin] as number, min);
    this.#maxs[bin] = Math.max(this.#maxs[bin] as number, max);
  }

  /** Makes one bin of every two. */
  #halve(): void {
    for (let bin = 0; bin < this.#used; bin++) {
      const count = this.#counts[bin] as number;
      const sum = this.#sums[bin] as number;
      const min = this.#mins[bin] as number;
      const max = this.#maxs[bin] as number;
      this.#counts[bin] = 0;
      this.#sums[bin] = 0;
      this.#mins[bin] = Infinity;
      this.#maxs[bin] = -Infinity;
      this.#add(bin >> 1, count, sum, min, max);
    }
    this.#used = (this.#used + 1) >> 1;
    this.#binNs *= 2;
  }
}

function notATimeline(binNs: number, maxBins: number): SimulationError {
  return new SimulationError(
    "bad-timeline",
    { binNs, maxBins },
    `A timeline cannot have ${maxBins} bins of ${binNs} ns.`,
    "Bins last at least 1 ns, and there is an even number of them.",
  );
}
