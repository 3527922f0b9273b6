import { fsum } from "d3-array";
import { sampleCovariance, sampleVariance } from "simple-statistics";

/** Observations in the order they were made. */
export type Sample = readonly number[] | Float64Array;

/**
 * The sum of a sample, correctly rounded (d3-array's `fsum`), so that it does not depend on the
 * order in which the values came together.
 */
export function sampleSum(values: Sample): number {
  // fsum would leave out NaN in silence, which a missing measure must never be.
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return plainSum(values);
  return fsum(values);
}

/**
 * The mean of a sample, from its correctly rounded sum: `NaN` for an empty one, exactly the value
 * where all are equal.
 */
export function sampleMean(values: Sample): number {
  if (values.length === 0) return Number.NaN;
  return allEqual(values) ? (values[0] as number) : sampleSum(values) / values.length;
}

/** The unbiased variance of a sample; exactly 0 where all values are equal, `NaN` below two. */
export function sampleVarianceOf(values: Sample): number {
  if (values.length < 2) return Number.NaN;
  return allEqual(values) ? 0 : sampleVariance(values as number[]);
}

/** The unbiased covariance of two samples of one length; `NaN` below two pairs. */
export function sampleCovarianceOf(a: Sample, b: Sample): number {
  if (a.length < 2) return Number.NaN;
  return allEqual(a) || allEqual(b) ? 0 : sampleCovariance(a as number[], b as number[]);
}

/** Whether every value is the same: rounding of a mean must not turn that into a small variance. */
function allEqual(values: Sample): boolean {
  const first = values[0];
  for (let i = 1; i < values.length; i++) if (values[i] !== first) return false;
  return true;
}

function plainSum(values: Sample): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum;
}
