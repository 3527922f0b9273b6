import jstat from "jstat";
import { describe, expect, test } from "vitest";
import { SimulationError } from "../../src/errors/index.ts";
import {
  covers,
  halfWidth,
  judgeAbove,
  judgeBelow,
  meanInterval,
  meanTest,
  pairedInterval,
  pairedTest,
  quantileInterval,
  ratioInterval,
  relativeDifferenceInterval,
  relativeHalfWidth,
  welchInterval,
  welchTest,
} from "../../src/stats/index.ts";

const { jStat } = jstat;
const BEFORE = [10.2, 11.1, 9.8, 10.9, 12.0, 10.1, 9.5, 11.4];
const AFTER = [8.1, 9.3, 8.0, 8.7, 9.9, 8.2, 7.4, 9.6];

describe("the interval of a mean", () => {
  test("is the textbook t interval", () => {
    // Gosset's sleep data, second drug: mean 2.33, interval 0.8976775 to 3.7623225 (R's t.test).
    const sleep = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const interval = meanInterval(sleep);
    expect(interval.mean).toBe(2.33);
    expect(interval.low).toBeCloseTo(0.8976775, 7);
    expect(interval.high).toBeCloseTo(3.7623225, 7);
    expect([interval.n, interval.confidence]).toEqual([10, 0.95]);
  });

  test("is infinite for one value, undefined for none, without width for equal ones", () => {
    expect(meanInterval([3])).toEqual({
      mean: 3,
      low: -Infinity,
      high: Infinity,
      n: 1,
      confidence: 0.95,
    });
    expect(meanInterval([]).mean).toBeNaN();
    expect(meanInterval([])).toMatchObject({ low: -Infinity, high: Infinity, n: 0 });
    expect(meanInterval([0.1, 0.1, 0.1])).toMatchObject({ mean: 0.1, low: 0.1, high: 0.1 });
  });

  test("is unbounded when a value is missing, never silently short of it", () => {
    expect(meanInterval([1, Number.NaN, 2])).toMatchObject({ low: -Infinity, high: Infinity });
    expect(meanInterval([1, Number.NaN, 2]).mean).toBeNaN();
  });

  test("widens with the confidence and takes typed arrays", () => {
    const typed = Float64Array.from(BEFORE);
    expect(meanInterval(typed)).toEqual(meanInterval(BEFORE));
    expect(halfWidth(meanInterval(BEFORE, 0.99))).toBeGreaterThan(halfWidth(meanInterval(BEFORE)));
  });

  test("refuses a confidence written in per cent", () => {
    expect(() => meanInterval([1, 2], 95)).toThrowErrorMatchingInlineSnapshot(
      `[SimulationError: A confidence level lies strictly between 0 and 1, not at 95. Write 95 % as 0.95. [confidence-out-of-range]]`,
    );
  });

  test("has a p value that agrees with jstat", () => {
    expect(meanTest(BEFORE, 10)).toBeCloseTo(jStat.ttest(10, BEFORE, 2), 10);
    expect([meanTest([1]), meanTest([2, 2], 2), meanTest([2, 2], 1)]).toEqual([1, 1, 0]);
  });
});

describe("the interval of a difference", () => {
  test("is after minus before, and paired is narrower than Welch's when pairs move together", () => {
    const paired = pairedInterval(AFTER, BEFORE);
    const welch = welchInterval(AFTER, BEFORE);
    expect(paired.mean).toBeCloseTo(-1.975, 12);
    expect(welch.mean).toBeCloseTo(-1.975, 12);
    expect(halfWidth(paired)).toBeLessThan(halfWidth(welch) / 3);
  });

  test("is Welch's with unequal variances and sizes", () => {
    // R: t.test(c(1,2,3,4,5), c(2,9,4)): t = -0.9105 on 2.458 degrees of freedom.
    const interval = welchInterval([1, 2, 3, 4, 5], [2, 9, 4]);
    const variance = 2.5 / 5 + 13 / 3;
    const degrees = (variance * variance) / (0.25 / 4 + ((13 / 3) * (13 / 3)) / 2);
    const expected = jStat.studentt.inv(0.975, degrees) * Math.sqrt(variance);
    expect(interval.mean).toBe(-2);
    expect(halfWidth(interval)).toBeCloseTo(expected, 6);
    expect(interval.n).toBe(3);
  });

  test("agrees with its test: the p value is 0.05 where the bound is zero", () => {
    const interval = pairedInterval(AFTER, BEFORE);
    const shifted = AFTER.map((value) => value - interval.high);
    expect(pairedTest(shifted, BEFORE)).toBeCloseTo(0.05, 10);
    const welch = welchInterval(AFTER, BEFORE);
    const moved = AFTER.map((value) => value - welch.low);
    expect(welchTest(moved, BEFORE)).toBeCloseTo(0.05, 10);
  });

  test("refuses pairs of unequal length and says what to do", () => {
    expect(() => pairedInterval([1, 2], [1])).toThrowErrorMatchingInlineSnapshot(
      `[SimulationError: Paired samples must have one length, these have 2 and 1 values. Pair the values of the same replications, or use welchInterval for independent samples. [unequal-pairs]]`,
    );
    expect(() => pairedInterval([1, 2], [1])).toThrow(SimulationError);
  });

  test("is infinite with one pair and without width for a constant shift", () => {
    expect(pairedInterval([3], [1])).toMatchObject({ mean: 2, low: -Infinity, high: Infinity });
    expect(pairedInterval([3, 4], [1, 2])).toMatchObject({ mean: 2, low: 2, high: 2 });
    expect(welchInterval([3, 3], [1, 1])).toMatchObject({ mean: 2, low: 2, high: 2 });
    expect([pairedTest([3], [1]), welchTest([3], [1])]).toEqual([1, 1]);
  });
});

describe("the interval of a ratio", () => {
  const top = [12, 15, 9, 14, 11, 13];
  const bottom = [100, 118, 82, 121, 95, 104];

  test("is the ratio of the sums, not the mean of the ratios", () => {
    expect(ratioInterval([1, 30], [10, 100]).mean).toBe(31 / 110);
  });

  test("lies within a tenth of its width whichever method finds it", () => {
    const widths = (["jackknife", "delta", "fieller"] as const).map((method) =>
      halfWidth(ratioInterval(top, bottom, { method })),
    );
    for (const width of widths) expect(width / (widths[0] as number)).toBeCloseTo(1, 1);
  });

  test("by Fieller is the set of ratios that a t test keeps", () => {
    const { low, high } = ratioInterval(top, bottom, { method: "fieller" });
    for (const ratio of [low, high]) {
      const residuals = top.map((value, i) => value - ratio * (bottom[i] as number));
      expect(meanTest(residuals)).toBeCloseTo(0.05, 9);
    }
  });

  test("has no width where every replication has the same ratio", () => {
    for (const method of ["jackknife", "delta", "fieller"] as const) {
      const interval = ratioInterval([10, 11, 12], [20, 22, 24], { method });
      expect(interval.mean).toBe(0.5);
      expect(halfWidth(interval)).toBeLessThan(1e-7);
    }
  });

  test("is unbounded with one replication, a zero denominator, or one that may be zero", () => {
    const unbounded = { low: -Infinity, high: Infinity };
    expect(ratioInterval([1], [2])).toMatchObject({ mean: 0.5, ...unbounded });
    expect(ratioInterval([1, 2], [0, 0])).toMatchObject({ mean: Infinity, ...unbounded });
    expect(ratioInterval([0, 0], [0, 0])).toMatchObject({ mean: Number.NaN, ...unbounded });
    expect(ratioInterval([1, 2], [-1, 2], { method: "fieller" })).toMatchObject(unbounded);
  });

  test("minus one is the relative difference", () => {
    const change = relativeDifferenceInterval([75, 74, 76], [100, 100, 100]);
    expect(change.mean).toBeCloseTo(-0.25, 12);
    expect(covers(change, -0.25)).toBe(true);
    expect(change.high).toBeLessThan(0);
  });
});

describe("the interval of a quantile", () => {
  test("takes the published order statistics for the median", () => {
    // Conover, table of the binomial: for n = 10 the 2nd and 9th value bound the median at 97.9 %.
    const interval = quantileInterval([10, 3, 7, 1, 9, 2, 8, 4, 6, 5], 0.5);
    expect(interval).toEqual({ mean: 5.5, low: 2, high: 9, n: 10, confidence: 0.95 });
  });

  test("is unbounded above until there are enough values for the upper bound", () => {
    // (0.99)ⁿ ≤ 0.025 from n = 368 on.
    const ranks = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
    expect(quantileInterval(ranks(367), 0.99).high).toBe(Infinity);
    expect(quantileInterval(ranks(368), 0.99).high).toBe(368);
    expect(quantileInterval([5], 0.5)).toMatchObject({ mean: 5, low: -Infinity, high: Infinity });
    expect(quantileInterval([], 0.5).mean).toBeNaN();
  });

  test("covers at least as often as it says, by the exact binomial probability", () => {
    for (const [n, p] of [
      [20, 0.5],
      [50, 0.9],
      [400, 0.99],
      [1000, 0.25],
    ] as const) {
      const { low, high } = quantileInterval(
        Array.from({ length: n }, (_, i) => i + 1),
        p,
      );
      let coverage = 0;
      for (let k = low; k < high; k++) coverage += jStat.binomial.pdf(k, n, p);
      expect(coverage).toBeGreaterThanOrEqual(0.95);
      expect(coverage).toBeLessThan(0.99);
    }
  });

  test("takes the extremes as quantiles and refuses what is no probability", () => {
    expect(quantileInterval([1, 2, 3], 0)).toMatchObject({ mean: 1, low: -Infinity });
    expect(quantileInterval([1, 2, 3], 1)).toMatchObject({ mean: 3, high: Infinity });
    expect(() => quantileInterval([1], 99)).toThrowErrorMatchingInlineSnapshot(
      `[SimulationError: The probability of a quantile lies between 0 and 1, not at 99. Write the 99th percentile as 0.99. [probability-out-of-range]]`,
    );
  });
});

describe("a judgement", () => {
  const interval = { mean: 5, low: 4, high: 6, n: 9, confidence: 0.95 };

  test("needs the whole interval on one side of the bound", () => {
    expect([7, 5, 3].map((bound) => judgeBelow(interval, bound))).toEqual([
      "met",
      "undecided",
      "missed",
    ]);
    expect([3, 5, 7].map((bound) => judgeAbove(interval, bound))).toEqual([
      "met",
      "undecided",
      "missed",
    ]);
  });

  test("is undecided about one replication", () => {
    expect(judgeBelow(meanInterval([1]), 100)).toBe("undecided");
    expect(relativeHalfWidth(meanInterval([1]))).toBe(Infinity);
  });
});
