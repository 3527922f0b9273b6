import { type Interval, intervalAround, unboundedInterval } from "./interval.ts";
import { checkConfidence, checkPairs, tFactor } from "./mean-interval.ts";
import {
  type Sample,
  sampleCovarianceOf,
  sampleMean,
  sampleSum,
  sampleVarianceOf,
} from "./sample.ts";

/**
 * How the interval of a ratio is found.
 * - `jackknife` (the default): the ratio is taken again without each replication in turn. Symmetric.
 * - `delta`: the first-order error of a ratio of means. Symmetric and the cheapest, a little short
 *   below some ten replications.
 * - `fieller`: exact for normal data. Asymmetric, and unbounded where the denominator itself is not
 *   clearly different from zero.
 */
export type RatioMethod = "jackknife" | "delta" | "fieller";

export interface RatioOptions {
  readonly confidence?: number;
  readonly method?: RatioMethod;
}

/**
 * The ratio of two paired sums over replications, `Σ numerators / Σ denominators` (cross-zone bytes
 * per byte, failures per request), with its interval. It is the ratio of the sums, never the mean
 * of the ratios: a replication with more requests weighs more. A zero denominator gives an infinite
 * interval.
 */
export function ratioInterval(
  numerators: Sample,
  denominators: Sample,
  options: RatioOptions = {},
): Interval {
  const { confidence = 0.95, method = "jackknife" } = options;
  checkConfidence(confidence);
  checkPairs(numerators, denominators);
  const n = numerators.length;
  const ratio = sampleSum(numerators) / sampleSum(denominators);
  if (n < 2 || !Number.isFinite(ratio)) return unboundedInterval(ratio, n, confidence);
  const factor = tFactor(confidence, n - 1);
  if (method === "fieller") return fieller(numerators, denominators, factor, confidence);
  const variance =
    method === "jackknife"
      ? jackknifeVariance(numerators, denominators)
      : deltaVariance(numerators, denominators, ratio);
  return intervalAround(ratio, factor * Math.sqrt(variance), n, confidence);
}

/**
 * The relative difference of two paired sums, `(Σ after − Σ before) / Σ before`, with its interval:
 * −0.25 means a quarter less. Replication i of both must have run under one seed.
 */
export function relativeDifferenceInterval(
  after: Sample,
  before: Sample,
  options: RatioOptions = {},
): Interval {
  const ratio = ratioInterval(after, before, options);
  return { ...ratio, mean: ratio.mean - 1, low: ratio.low - 1, high: ratio.high - 1 };
}

/** Variance of the ratio from the ratios that leave one pair out. */
function jackknifeVariance(numerators: Sample, denominators: Sample): number {
  const n = numerators.length;
  const top = sampleSum(numerators);
  const bottom = sampleSum(denominators);
  const without = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    without[i] = (top - (numerators[i] as number)) / (bottom - (denominators[i] as number));
  }
  return (sampleVarianceOf(without) * (n - 1) * (n - 1)) / n;
}

/** Variance of the ratio from the residuals `numerator − ratio · denominator`. */
function deltaVariance(numerators: Sample, denominators: Sample, ratio: number): number {
  const n = numerators.length;
  const residuals = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    residuals[i] = (numerators[i] as number) - ratio * (denominators[i] as number);
  }
  const meanDenominator = sampleMean(denominators);
  return sampleVarianceOf(residuals) / n / (meanDenominator * meanDenominator);
}

/**
 * Fieller's interval: the ratios that a t test of `numerator − ratio · denominator` cannot reject.
 */
function fieller(
  numerators: Sample,
  denominators: Sample,
  factor: number,
  confidence: number,
): Interval {
  const n = numerators.length;
  const y = sampleMean(numerators);
  const x = sampleMean(denominators);
  const scale = (factor * factor) / n;
  const a = x * x - scale * sampleVarianceOf(denominators);
  const b = x * y - scale * sampleCovarianceOf(numerators, denominators);
  const c = y * y - scale * sampleVarianceOf(numerators);
  const ratio = sampleSum(numerators) / sampleSum(denominators);
  if (!(a > 0)) return unboundedInterval(ratio, n, confidence);
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  return { mean: ratio, low: (b - root) / a, high: (b + root) / a, n, confidence };
}
