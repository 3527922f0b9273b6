import { expect } from "vitest";
import { halfWidth, meanInterval } from "../../src/index.ts";

/**
 * Holds estimates from independent replications to the truth: within the interval at 99.99 %, which
 * a right answer misses once in ten thousand seeds, and which must be narrow enough (`within`,
 * relative) that a wrong answer would fall outside.
 */
export function expectEstimate(values: readonly number[], truth: number, within: number): void {
  const interval = meanInterval(values, 0.9999);
  expect(halfWidth(interval) / Math.abs(truth)).toBeLessThan(within);
  expect(interval.low).toBeLessThanOrEqual(truth);
  expect(interval.high).toBeGreaterThanOrEqual(truth);
}
