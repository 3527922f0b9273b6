/**
 * An estimate with its confidence interval. With too little data to say anything (one replication)
 * the interval is infinite, never missing: a comparison with it is then undecided by itself.
 */
export interface Interval {
  /** The estimate: a mean, a difference, a ratio or a quantile. `NaN` where there is no data. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** How many independent observations it rests on. */
  readonly n: number;
  /** The share of experiments whose interval covers the truth, such as 0.95. */
  readonly confidence: number;
}

/**
 * An interval that is `halfWidth` wide on either side; a half-width that is not a number is
 * infinite.
 */
export function intervalAround(
  mean: number,
  halfWidth: number,
  n: number,
  confidence: number,
): Interval {
  return Number.isFinite(mean) && halfWidth >= 0 && halfWidth < Infinity
    ? { mean, low: mean - halfWidth, high: mean + halfWidth, n, confidence }
    : unboundedInterval(mean, n, confidence);
}

/** The interval that excludes nothing. */
export function unboundedInterval(mean: number, n: number, confidence: number): Interval {
  return { mean, low: -Infinity, high: Infinity, n, confidence };
}

/** Half the width of an interval: infinite where it is unbounded. */
export function halfWidth(interval: Interval): number {
  return (interval.high - interval.low) / 2;
}

/**
 * Half the width relative to the estimate; infinite where the estimate is zero and the width is
 * not.
 */
export function relativeHalfWidth(interval: Interval): number {
  const half = halfWidth(interval);
  return half === 0 ? 0 : half / Math.abs(interval.mean);
}

/** Whether a value lies inside, bounds included. */
export function covers(interval: Interval, value: number): boolean {
  return interval.low <= value && value <= interval.high;
}

/** What an interval says about `value < bound` or `value > bound`. */
export type Judgement = "met" | "missed" | "undecided";

/**
 * Judges "below `bound`" on the confidence bounds: met and missed need the whole interval on one
 * side.
 */
export function judgeBelow(interval: Interval, bound: number): Judgement {
  if (interval.high < bound) return "met";
  return interval.low >= bound ? "missed" : "undecided";
}

/** Judges "above `bound`" on the confidence bounds. */
export function judgeAbove(interval: Interval, bound: number): Judgement {
  if (interval.low > bound) return "met";
  return interval.high <= bound ? "missed" : "undecided";
}
