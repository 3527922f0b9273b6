import { SimulationError } from "../errors/index.ts";
import { type Interval, intervalAround, unboundedInterval } from "./interval.ts";
import { type Sample, sampleMean, sampleVarianceOf } from "./sample.ts";
import { studentTQuantile, studentTTail } from "./student-t-distribution.ts";

/**
 * The mean of independent observations with its Student t interval. One observation gives an
 * infinite interval, equal observations one of no width, no observation a `NaN` mean.
 *
 * The observations are taken as independent and their mean as nearly normal: one value per
 * replication, or per batch; never the raw values of one run, which are correlated.
 */
export function meanInterval(values: Sample, confidence: number = 0.95): Interval {
  checkConfidence(confidence);
  const n = values.length;
  const mean = sampleMean(values);
  if (n < 2) return unboundedInterval(mean, n, confidence);
  const standardError = Math.sqrt(sampleVarianceOf(values) / n);
  return intervalAround(mean, tFactor(confidence, n - 1) * standardError, n, confidence);
}

/**
 * The mean of `after − before` over pairs (replication i under both configurations, with the same
 * seed), with its Student t interval. Common random numbers make it far narrower than Welch's.
 */
export function pairedInterval(after: Sample, before: Sample, confidence: number = 0.95): Interval {
  return meanInterval(pairedDifferences(after, before), confidence);
}

/**
 * The difference of the means of two independent samples, `after − before`, with Welch's interval:
 * unequal variances and sizes are allowed (Welch and Satterthwaite's degrees of freedom).
 */
export function welchInterval(after: Sample, before: Sample, confidence: number = 0.95): Interval {
  checkConfidence(confidence);
  const mean = sampleMean(after) - sampleMean(before);
  const n = Math.min(after.length, before.length);
  if (n < 2) return unboundedInterval(mean, n, confidence);
  const { standardError, degrees } = welchError(after, before);
  if (standardError === 0) return intervalAround(mean, 0, n, confidence);
  return intervalAround(mean, tFactor(confidence, degrees) * standardError, n, confidence);
}

/**
 * Two-sided p value of "the mean is `hypothesis`" by Student's t test: 1 where nothing can be said
 * (fewer than two observations), 0 or 1 where all observations are equal.
 */
export function meanTest(values: Sample, hypothesis: number = 0): number {
  const n = values.length;
  if (n < 2) return 1;
  const distance = Math.abs(sampleMean(values) - hypothesis);
  const standardError = Math.sqrt(sampleVarianceOf(values) / n);
  if (standardError === 0) return distance === 0 ? 1 : 0;
  return 2 * studentTTail(distance / standardError, n - 1);
}

/** Two-sided p value of "both configurations have one mean", by the paired t test. */
export function pairedTest(after: Sample, before: Sample): number {
  return meanTest(pairedDifferences(after, before));
}

/** Two-sided p value of "both samples have one mean", by Welch's t test. */
export function welchTest(after: Sample, before: Sample): number {
  if (Math.min(after.length, before.length) < 2) return 1;
  const distance = Math.abs(sampleMean(after) - sampleMean(before));
  const { standardError, degrees } = welchError(after, before);
  if (standardError === 0) return distance === 0 ? 1 : 0;
  return 2 * studentTTail(distance / standardError, degrees);
}

/** `after − before`, pair by pair. */
export function pairedDifferences(after: Sample, before: Sample): Float64Array {
  checkPairs(after, before);
  const differences = new Float64Array(after.length);
  for (let i = 0; i < differences.length; i++) {
    differences[i] = (after[i] as number) - (before[i] as number);
  }
  return differences;
}

/** Throws unless both samples hold one value per pair. */
export function checkPairs(a: Sample, b: Sample): void {
  if (a.length !== b.length) {
    throw new SimulationError(
      "unequal-pairs",
      { left: a.length, right: b.length },
      `Paired samples must have one length, these have ${a.length} and ${b.length} values.`,
      "Pair the values of the same replications, or use welchInterval for independent samples.",
    );
  }
}

/** Throws unless `confidence` lies strictly between 0 and 1. */
export function checkConfidence(confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) {
    throw new SimulationError(
      "confidence-out-of-range",
      { confidence },
      `A confidence level lies strictly between 0 and 1, not at ${confidence}.`,
      "Write 95 % as 0.95.",
    );
  }
}

/** The factor between a standard error and the half-width of a two-sided interval. */
export function tFactor(confidence: number, degrees: number): number {
  return studentTQuantile(0.5 + confidence / 2, degrees);
}

function welchError(
  after: Sample,
  before: Sample,
): { readonly standardError: number; readonly degrees: number } {
  const a = sampleVarianceOf(after) / after.length;
  const b = sampleVarianceOf(before) / before.length;
  const degrees =
    ((a + b) * (a + b)) / ((a * a) / (after.length - 1) + (b * b) / (before.length - 1));
  return { standardError: Math.sqrt(a + b), degrees };
}
