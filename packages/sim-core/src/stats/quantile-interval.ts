import { quantileSorted } from "simple-statistics";
import { SimulationError } from "../errors/index.ts";
import type { Interval } from "./interval.ts";
import { checkConfidence } from "./mean-interval.ts";
import type { Sample } from "./sample.ts";

/**
 * A quantile of independent observations with its order-statistic interval: no distribution is
 * assumed, the bounds are two of the observations, and the confidence is at least the one asked
 * for. A bound that too few observations can give is infinite (the 0.99 quantile needs 368
 * observations for an upper bound at 95 %). The estimate interpolates linearly between neighbours.
 */
export function quantileInterval(
  values: Sample,
  probability: number,
  confidence: number = 0.95,
): Interval {
  checkConfidence(confidence);
  checkProbability(probability);
  const n = values.length;
  const sorted = Float64Array.from(values).sort();
  const mean = n === 0 ? Number.NaN : sampleQuantile(sorted, probability);
  const { lower, upper } = orderBounds(n, probability, (1 - confidence) / 2);
  return {
    mean,
    low: sorted[lower - 1] ?? -Infinity,
    high: sorted[upper - 1] ?? Infinity,
    n,
    confidence,
  };
}

/** A quantile of ascending values, linear between neighbours (type 7, R's and NumPy's default). */
export function sampleQuantile(ascending: Sample, probability: number): number {
  checkProbability(probability);
  return quantileSorted(ascending as number[], probability);
}

/**
 * The ranks (from 1; 0 and n + 1 stand for the infinities) between which the quantile lies, each
 * missed with probability at most `tail`: fewer than `lower` of n observations fall below it, or at
 * least `upper` do, by the binomial distribution.
 */
function orderBounds(
  n: number,
  probability: number,
  tail: number,
): { readonly lower: number; readonly upper: number } {
  const { first, weights } = binomialWeights(n, probability);
  let below = 0;
  let lower = first;
  for (let i = 0; i < weights.length; i++) {
    below += weights[i] as number;
    if (below > tail) break;
    lower = first + i + 1;
  }
  let above = 0;
  let upper = first + weights.length;
  for (let i = weights.length - 1; i >= 0; i--) {
    above += weights[i] as number;
    if (above > tail) break;
    upper = first + i;
  }
  return { lower, upper };
}

/**
 * The binomial probabilities of `first`, `first + 1`, …: ratios outward from the mode until they
 * are negligible, then scaled to one, so that no factorial is needed and nothing overflows.
 */
function binomialWeights(
  n: number,
  p: number,
): { readonly first: number; readonly weights: Float64Array } {
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  const down: number[] = [];
  for (let k = mode, w = 1; k > 0; k--) {
    w *= k / ((n - k + 1) * odds);
    if (!(w > 1e-25)) break;
    down.push(w);
  }
  const up: number[] = [];
  for (let k = mode, w = 1; k < n; k++) {
    w *= ((n - k) * odds) / (k + 1);
    if (!(w > 1e-25)) break;
    up.push(w);
  }
  const weights = Float64Array.from([...down.reverse(), 1, ...up]);
  let total = 0;
  for (const w of weights) total += w;
  return { first: mode - down.length, weights: weights.map((w) => w / total) };
}

function checkProbability(probability: number): void {
  if (!(probability >= 0 && probability <= 1)) {
    throw new SimulationError(
      "probability-out-of-range",
      { probability },
      `The probability of a quantile lies between 0 and 1, not at ${probability}.`,
      "Write the 99th percentile as 0.99.",
    );
  }
}
