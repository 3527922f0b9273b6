import { SimulationError } from "../errors/index.ts";
import type { Interval } from "./interval.ts";
import { meanInterval } from "./mean-interval.ts";
import { normalQuantile } from "./normal-distribution.ts";
import { type Sample, sampleMean } from "./sample.ts";

export interface BatchMeansOptions {
  /** How many batches the observations are cut into; 20 unless told, at least 2. */
  readonly batches?: number;
  readonly confidence?: number;
}

export interface BatchMeans {
  readonly interval: Interval;
  readonly batchSize: number;
  /** The mean of each batch, in time order. */
  readonly means: Float64Array;
  /** Correlation of neighbouring batch means. */
  readonly lag1: number;
  /** What `lag1` stays below in 95 of 100 experiments whose batches are independent. */
  readonly lag1Limit: number;
  /** Whether the check passed. If not, the interval is too narrow: run longer. */
  readonly independent: boolean;
}

/**
 * The mean of one long correlated run with its interval: the run is cut into equal batches, whose
 * means are nearly independent when batches are long against the correlation. Observations that do
 * not fill a batch are left out at the *start*, where a warm-up is most likely to linger.
 */
export function batchMeans(values: Sample, options: BatchMeansOptions = {}): BatchMeans {
  const { batches = 20, confidence = 0.95 } = options;
  const batchSize = Math.floor(values.length / batches);
  if (!(Number.isInteger(batches) && batches >= 2 && batchSize >= 1)) {
    throw new SimulationError(
      "too-few-for-batches",
      { observations: values.length, batches },
      `${values.length} observations cannot be cut into ${batches} batches.`,
      "Run longer, or ask for fewer batches (at least 2).",
    );
  }
  const skipped = values.length - batches * batchSize;
  const means = new Float64Array(batches);
  for (let i = 0; i < batches; i++) {
    const start = skipped + i * batchSize;
    means[i] = sampleMean(values.slice(start, start + batchSize));
  }
  const lag1 = autocorrelation(means, 1);
  const lag1Limit = lagLimit(batches);
  return {
    interval: meanInterval(means, confidence),
    batchSize,
    means,
    lag1,
    lag1Limit,
    independent: lag1 <= lag1Limit,
  };
}

/** The sample autocorrelation at a lag; 0 where all values are equal. */
export function autocorrelation(values: Sample, lag: number): number {
  const mean = sampleMean(values);
  let product = 0;
  let square = 0;
  for (let i = 0; i < values.length; i++) {
    const deviation = (values[i] as number) - mean;
    square += deviation * deviation;
    if (i + lag < values.length) product += deviation * ((values[i + lag] as number) - mean);
  }
  return square === 0 ? 0 : product / square;
}

/** Independent values have a lag-1 correlation of mean −1/n and variance near (n−2)²/(n²(n−1)). */
function lagLimit(n: number): number {
  return -1 / n + (normalQuantile(0.95) * (n - 2)) / (n * Math.sqrt(n - 1));
}
