import type { Sample } from "./sample.ts";

export interface WarmUpCut {
  /** How many observations to drop from the start. */
  readonly cut: number;
  /**
   * False where the best cut lies at the end of the half that may be cut: the run shows no steady
   * state, and its mean should not be believed. Run longer.
   */
  readonly steady: boolean;
  /**
   * Squared standard error of the mean of what is kept, as if independent: what the cut minimises.
   */
  readonly statistic: number;
}

/**
 * Where the warm-up of a run ends, by White's MSER rule on means of `group` observations (MSER-5):
 * the cut that makes the standard error of the remaining mean smallest, within the first half.
 * Deterministic; no parameter to tune. Below 2 groups nothing is cut.
 *
 * Source: K. P. White, "An effective truncation heuristic for bias reduction in simulation output",
 * Simulation 69(6), 1997; half rule as in Hoad, Robinson and Davies (2010).
 */
export function warmUpCut(values: Sample, group: number = 5): WarmUpCut {
  const groups = Math.floor(values.length / group);
  if (groups < 2) return { cut: 0, steady: false, statistic: Number.NaN };
  const means = groupMeans(values, group, groups);
  const limit = Math.floor(groups / 2);
  let best = limit;
  let statistic = Infinity;
  let mean = 0;
  let squares = 0;
  // Backwards, so that each cut adds one group to a running mean and sum of squares (Welford).
  for (let start = groups - 1, kept = 1; start >= 0; start--, kept++) {
    const value = means[start] as number;
    const deviation = value - mean;
    mean += deviation / kept;
    squares += deviation * (value - mean);
    if (start > limit) continue;
    const candidate = squares / kept / kept;
    if (candidate <= statistic) {
      statistic = candidate;
      best = start;
    }
  }
  return { cut: best * group, steady: best < limit || squares === 0, statistic };
}

function groupMeans(values: Sample, group: number, groups: number): Float64Array {
  const means = new Float64Array(groups);
  for (let g = 0; g < groups; g++) {
    let sum = 0;
    for (let i = 0; i < group; i++) sum += values[g * group + i] as number;
    means[g] = sum / group;
  }
  return means;
}
