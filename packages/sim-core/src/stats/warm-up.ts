import { SimulationError } from "../errors/index.ts";
import type { Sample } from "./sample.ts";

/** Fewer groups than this say nothing of a warm-up: the rule would cut by chance. */
export const FEWEST_GROUPS = 10;

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
   * `NaN` for a run too short to say.
   */
  readonly statistic: number;
}

/**
 * Where the warm-up of a run ends, by White's MSER rule on means of `group` observations (MSER-5):
 * the cut that makes the standard error of the remaining mean smallest, within the first half.
 * Deterministic; no parameter to tune. A run of fewer than ten groups, 50 observations of MSER-5,
 * is too short to say: nothing is cut, and it does not count as steady.
 *
 * Source: K. P. White, "An effective truncation heuristic for bias reduction in simulation output",
 * Simulation 69(6), 1997; half rule as in Hoad, Robinson and Davies (2010).
 */
export function warmUpCut(values: Sample, group: number = 5): WarmUpCut {
  if (!(Number.isInteger(group) && group >= 1)) throw badGroup(group);
  const groups = Math.floor(values.length / group);
  if (groups < FEWEST_GROUPS) return { cut: 0, steady: false, statistic: Number.NaN };
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

function badGroup(group: number): SimulationError {
  return new SimulationError(
    "bad-warm-up-group",
    { group },
    `A warm-up cannot be looked for in means of ${group} observations.`,
    "Give a whole number from 1 up; 5 is usual.",
  );
}
