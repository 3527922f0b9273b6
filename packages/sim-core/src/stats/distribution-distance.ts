import { SimulationError } from "../errors/index.ts";
import { exp, log } from "../math/index.ts";
import { complementaryErrorFunction } from "./normal-distribution.ts";
import type { Sample } from "./sample.ts";

/**
 * Kolmogorov and Smirnov's distance between two samples: the largest gap between their empirical
 * distribution functions, from 0 (alike) to 1 (disjoint). `NaN` where a sample is empty.
 */
export function ksDistance(a: Sample, b: Sample): number {
  if (a.length === 0 || b.length === 0) return Number.NaN;
  const x = Float64Array.from(a).sort();
  const y = Float64Array.from(b).sort();
  let i = 0;
  let j = 0;
  let largest = 0;
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i] as number, y[j] as number);
    while (i < x.length && (x[i] as number) <= value) i++;
    while (j < y.length && (y[j] as number) <= value) j++;
    largest = Math.max(largest, Math.abs(i / x.length - j / y.length));
  }
  return largest;
}

/** The distance between a sample and a distribution given by its cumulative function. */
export function ksDistanceTo(values: Sample, cdf: (value: number) => number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  let largest = 0;
  for (let i = 0; i < n; i++) {
    const expected = cdf(sorted[i] as number);
    largest = Math.max(largest, expected - i / n, (i + 1) / n - expected);
  }
  return largest;
}

/**
 * How likely a distance at least this large is when both sides have one continuous distribution
 * (Kolmogorov's limit with Stephens' correction; good from some 20 observations). For two samples
 * `n` is `n₁ n₂ / (n₁ + n₂)`.
 */
export function ksPValue(distance: number, n: number): number {
  const root = Math.sqrt(n);
  const lambda = (root + 0.12 + 0.11 / root) * distance;
  if (lambda < 0.2) return 1;
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = exp(-2 * k * k * lambda * lambda);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-17) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}

/**
 * Pearson's chi-square distance `Σ (observed − expected)² / expected` between counts. A cell that
 * is expected to be empty adds nothing when it is, and makes the distance infinite when it is not.
 */
export function chiSquareDistance(observed: Sample, expected: Sample): number {
  if (observed.length !== expected.length) {
    throw new SimulationError(
      "unequal-cells",
      { observed: observed.length, expected: expected.length },
      `Counts of ${observed.length} cells cannot be compared with ${expected.length} expected ones.`,
      "Give one expected count per cell.",
    );
  }
  let sum = 0;
  for (let i = 0; i < observed.length; i++) {
    const difference = (observed[i] as number) - (expected[i] as number);
    if (difference !== 0) sum += (difference * difference) / (expected[i] as number);
  }
  return sum;
}

/**
 * Probability that a chi-square variable with a whole number of degrees of freedom exceeds `x`:
 * a finite sum of positive terms, started from e^(−x/2) or erfc(√(x/2)).
 */
export function chiSquareTail(x: number, degrees: number): number {
  if (!(x > 0)) return 1;
  const half = x / 2;
  const odd = degrees % 2 === 1;
  let tail = odd ? complementaryErrorFunction(Math.sqrt(half)) : 0;
  // Logarithm of half^a · e^(−half) / Γ(a + 1) at a = −1/2 or 0, carried to the next a by one
  // factor.
  let a = odd ? 0.5 : 0;
  let logTerm = odd ? log(2 * Math.sqrt(half / Math.PI)) - half : -half;
  for (; a < degrees / 2; a++) {
    tail += exp(logTerm);
    logTerm += log(half / (a + 1));
  }
  return Math.min(1, tail);
}
