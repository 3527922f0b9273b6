import { SimulationError } from "../errors/index.ts";
import { halfWidth, type Interval, relativeHalfWidth } from "./interval.ts";
import { meanInterval } from "./mean-interval.ts";
import type { Sample } from "./sample.ts";

export interface StoppingRuleOptions {
  /** The half-width wanted, relative to the true mean: 0.05 for "within 5 %". */
  readonly relativeHalfWidth: number;
  /** A half-width that is good enough whatever the mean, in the measure's unit; 0 unless told. */
  readonly absoluteHalfWidth?: number;
  readonly confidence?: number;
  /** Replications before the first judgement; 10 unless told, as few give erratic widths. */
  readonly minimum?: number;
  /** Replications after which it stops whatever the width; 1,000 unless told. */
  readonly maximum?: number;
}

export interface StoppingVerdict {
  readonly stop: boolean;
  readonly reason: "too-few" | "too-wide" | "precise" | "maximum-reached";
  readonly interval: Interval;
  /** How many replications in all are likely to be enough, from the variance so far. */
  readonly expected: number;
}

export interface StoppingRule {
  readonly minimum: number;
  readonly maximum: number;
  /** Judges the values of all replications so far. */
  judge(values: Sample): StoppingVerdict;
}

/**
 * When to stop adding replications: as soon as the interval's half-width is small against the mean.
 * The bound is `r / (1 + r)` against the *estimated* mean, which holds the error against the true
 * mean at `r` (Law, "Simulation Modeling and Analysis", section 9.4).
 */
export function stoppingRule(options: StoppingRuleOptions): StoppingRule {
  const { relativeHalfWidth: wanted, absoluteHalfWidth = 0, confidence = 0.95 } = options;
  const { minimum = 10, maximum = 1000 } = options;
  if (!(wanted >= 0 && absoluteHalfWidth >= 0 && minimum >= 2 && maximum >= minimum)) {
    throw new SimulationError(
      "stopping-rule-out-of-range",
      { relativeHalfWidth: wanted, absoluteHalfWidth, minimum, maximum },
      "A stopping rule needs half-widths of at least 0 and 2 <= minimum <= maximum.",
      "Write 5 % as 0.05.",
    );
  }
  const adjusted = wanted / (1 + wanted);
  const judge = (values: Sample): StoppingVerdict => {
    const interval = meanInterval(values, confidence);
    const precise =
      relativeHalfWidth(interval) <= adjusted || halfWidth(interval) <= absoluteHalfWidth;
    const expected = expectedReplications(interval, adjusted, absoluteHalfWidth, options);
    const n = values.length;
    if (n < minimum) return { stop: false, reason: "too-few", interval, expected };
    if (precise) return { stop: true, reason: "precise", interval, expected: n };
    if (n >= maximum) return { stop: true, reason: "maximum-reached", interval, expected };
    return { stop: false, reason: "too-wide", interval, expected };
  };
  return { minimum, maximum, judge };
}

/** The half-width falls with the root of the number of replications. */
function expectedReplications(
  interval: Interval,
  adjusted: number,
  absolute: number,
  options: StoppingRuleOptions,
): number {
  const { minimum = 10, maximum = 1000 } = options;
  const target = Math.max(adjusted * Math.abs(interval.mean), absolute);
  const shrink = halfWidth(interval) / target;
  const expected = Math.ceil(interval.n * shrink * shrink);
  if (Number.isNaN(expected)) return minimum;
  return Math.min(maximum, Math.max(minimum, interval.n, expected));
}
