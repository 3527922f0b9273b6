import { describe, expect, test } from "vitest";
import {
  autocorrelation,
  batchMeans,
  chiSquareDistance,
  holmCorrection,
  ksDistance,
  ksDistanceTo,
  ksPValue,
  replicatedSteadyState,
  simultaneousConfidence,
  steadyState,
  stoppingRule,
  terminating,
  warmUpCut,
} from "../../src/stats/index.ts";

/** A cheap deterministic sequence in [0, 1): multiples of the golden ratio. */
const even = (n: number): number[] => Array.from({ length: n }, (_, i) => (i * 0.6180339887) % 1);

describe("batch means", () => {
  test("cut the run into equal batches and leave the remainder out at the start", () => {
    const { means, batchSize, interval } = batchMeans([99, 1, 3, 5, 7, 9, 11], { batches: 3 });
    expect([...means]).toEqual([2, 6, 10]);
    expect(batchSize).toBe(2);
    expect(interval.mean).toBe(6);
    expect(interval.n).toBe(3);
  });

  test("notice correlated batches and pass independent ones", () => {
    const trend = Array.from({ length: 400 }, (_, i) => i);
    expect(batchMeans(trend).independent).toBe(false);
    expect(batchMeans(even(400)).independent).toBe(true);
    expect(batchMeans(new Array(40).fill(2))).toMatchObject({ lag1: 0, independent: true });
  });

  test("refuse more batches than observations", () => {
    expect(() => batchMeans([1, 2, 3])).toThrowErrorMatchingInlineSnapshot(
      `[SimulationError: 3 observations cannot be cut into 20 batches. Run longer, or ask for fewer batches (at least 2). [too-few-for-batches]]`,
    );
  });

  test("rest on the textbook autocorrelation", () => {
    expect(autocorrelation([1, 2, 3, 4, 5], 1)).toBeCloseTo(0.4, 12);
    expect(autocorrelation([1, -1, 1, -1], 1)).toBeCloseTo(-0.75, 12);
  });
});

describe("the MSER-5 cut", () => {
  test("falls right after a start-up transient", () => {
    const noise = even(1000);
    const values = noise.map((value, i) => (i < 100 ? value + 20 - i / 5 : value));
    const { cut, steady } = warmUpCut(values);
    expect(cut).toBeGreaterThanOrEqual(85);
    expect(cut).toBeLessThanOrEqual(110);
    expect(steady).toBe(true);
  });

  test("is nothing for a run that starts steady, or is constant", () => {
    expect(warmUpCut(even(1000)).cut).toBeLessThan(60);
    expect(warmUpCut(new Array(100).fill(7))).toEqual({ cut: 0, steady: true, statistic: 0 });
  });

  test("does not call a trend steady, nor a run too short to say", () => {
    expect(warmUpCut(Array.from({ length: 200 }, (_, i) => i)).steady).toBe(false);
    expect(warmUpCut([1, 2, 3])).toMatchObject({ cut: 0, steady: false });
  });

  test("is not looked for in fewer than 50 observations", () => {
    const start = (n: number) => even(n).map((value, i) => value + (i < 10 ? 50 : 0));
    expect(warmUpCut(start(49))).toEqual({ cut: 0, steady: false, statistic: Number.NaN });
    expect(warmUpCut(start(50))).toMatchObject({ cut: 10, steady: true });
    expect(steadyState(start(49)).warnings[0]).toBe(
      "49 observations are too few to find a warm-up, which takes 50: nothing was cut. " +
        "Run longer, or give the warm-up.",
    );
    expect(() => warmUpCut(start(50), 0)).toThrow("bad-warm-up-group");
  });

  test("is the minimum of the statistic computed from its definition", () => {
    const values = even(300).map((value, i) => value + (i < 40 ? 5 : 0));
    const groups = Array.from({ length: 60 }, (_, g) =>
      values.slice(g * 5, g * 5 + 5).reduce((sum, value) => sum + value / 5, 0),
    );
    let best = { cut: -1, statistic: Infinity };
    for (let d = 0; d <= 30; d++) {
      const kept = groups.slice(d);
      const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
      const squares = kept.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
      const statistic = squares / (kept.length * kept.length);
      if (statistic < best.statistic) best = { cut: d * 5, statistic };
    }
    expect(warmUpCut(values).cut).toBe(best.cut);
    expect(warmUpCut(values).statistic).toBeCloseTo(best.statistic, 12);
  });
});

describe("the analysis of a run", () => {
  test("in the steady state cuts the warm-up and warns of nothing when all is well", () => {
    const values = even(2000).map((value, i) => value + (i < 50 ? 30 : 0));
    const { interval, warmUp, warnings } = steadyState(values);
    expect(warmUp.cut).toBeGreaterThanOrEqual(50);
    expect(warmUp.cut).toBeLessThanOrEqual(60);
    expect(interval.mean).toBeCloseTo(0.5, 2);
    expect(warnings).toEqual([]);
  });

  test("warns of a run without a steady state", () => {
    const { warnings } = steadyState(Array.from({ length: 500 }, (_, i) => i));
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain("no steady state");
    expect(warnings[1]).toContain("correlated");
  });

  test("over replications uses one cut for all, found on their average", () => {
    const series = [0.1, 0.2, 0.3].map((shift) =>
      even(500).map((value, i) => value + shift + (i < 25 ? 9 : 0)),
    );
    const { interval, warmUp, means } = replicatedSteadyState(series);
    expect(warmUp.cut).toBe(25);
    expect(means).toHaveLength(3);
    expect(interval.mean).toBeCloseTo(0.7, 2);
    expect(replicatedSteadyState(series, { warmUp: 0 }).interval.mean).toBeGreaterThan(1);
  });

  test("of a terminating system cuts nothing", () => {
    expect(terminating([1, 2, 3])).toMatchObject({ mean: 2, n: 3 });
  });
});

describe("the stopping rule", () => {
  const rule = stoppingRule({ relativeHalfWidth: 0.1, minimum: 3, maximum: 50 });

  test("asks for its minimum, goes on while too wide, stops when precise", () => {
    expect(rule.judge([1, 2])).toMatchObject({ stop: false, reason: "too-few" });
    expect(rule.judge([1, 2, 3])).toMatchObject({ stop: false, reason: "too-wide" });
    expect(rule.judge([2, 2.01, 1.99])).toMatchObject({ stop: true, reason: "precise" });
  });

  test("stops at its maximum and says so", () => {
    const values = Array.from({ length: 50 }, (_, i) => i % 7);
    expect(rule.judge(values)).toMatchObject({ stop: true, reason: "maximum-reached" });
  });

  test("holds the half-width at r / (1 + r) of the estimate", () => {
    // Mean 1 and a half-width of 0.095 is above 0.1 / 1.1 = 0.0909: not yet precise.
    const half = 0.095 / 4.302652729749462;
    const spread = half * Math.sqrt(3);
    expect(rule.judge([1 - spread, 1, 1 + spread])).toMatchObject({ reason: "too-wide" });
  });

  test("accepts an absolute half-width for a measure near zero", () => {
    const near = stoppingRule({ relativeHalfWidth: 0.1, absoluteHalfWidth: 0.5, minimum: 3 });
    expect(near.judge([-0.1, 0, 0.1])).toMatchObject({ stop: true, reason: "precise" });
    expect(near.judge([0, 0, 0])).toMatchObject({ stop: true, reason: "precise" });
  });

  test("expects the number of replications that the variance so far asks for", () => {
    const { expected } = stoppingRule({ relativeHalfWidth: 0.05, minimum: 3 }).judge([8, 10, 12]);
    expect(expected).toBe(
      Math.ceil((3 * (((4.302652729749462 * 2) / Math.sqrt(3)) * 2.1) ** 2) / 1),
    );
  });

  test("refuses bounds that cannot be", () => {
    expect(() => stoppingRule({ relativeHalfWidth: -1 })).toThrow("stopping-rule-out-of-range");
    expect(() => stoppingRule({ relativeHalfWidth: 0.1, minimum: 9, maximum: 3 })).toThrow();
  });
});

describe("Holm's correction", () => {
  test("gives the published adjusted values", () => {
    // R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm") is 0.03 0.06 0.06 0.02.
    const verdicts = holmCorrection([0.01, 0.04, 0.03, 0.005]);
    expect(verdicts.map(({ adjusted }) => adjusted)).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(verdicts.map(({ rejected }) => rejected)).toEqual([true, false, false, true]);
  });

  test("rejects whatever Bonferroni rejects and never exceeds 1", () => {
    const pValues = even(40);
    holmCorrection(pValues).forEach(({ adjusted, rejected }, i) => {
      expect(adjusted).toBeLessThanOrEqual(1);
      if ((pValues[i] as number) * pValues.length <= 0.05) expect(rejected).toBe(true);
    });
    expect(holmCorrection([])).toEqual([]);
  });

  test("has a Bonferroni companion for intervals", () => {
    expect(simultaneousConfidence(0.95, 5)).toBeCloseTo(0.99, 12);
    expect(simultaneousConfidence(0.95, 1)).toBeCloseTo(0.95, 15);
  });
});

describe("distances between distributions", () => {
  test("by Kolmogorov and Smirnov run from alike to disjoint, ties included", () => {
    expect(ksDistance([1, 2, 2, 3], [2, 1, 3, 2])).toBe(0);
    expect(ksDistance([1, 2], [3, 4])).toBe(1);
    expect(ksDistance([1, 2, 3, 4], [3, 4, 5, 6])).toBe(0.5);
    expect(ksDistance([], [1])).toBeNaN();
  });

  test("to a cumulative function count the step on both sides", () => {
    const uniform = (x: number) => x;
    expect(ksDistanceTo([0.5], uniform)).toBe(0.5);
    expect(ksDistanceTo([0.25, 0.75], uniform)).toBe(0.25);
    expect(ksPValue(ksDistanceTo(even(1000), uniform), 1000)).toBe(1);
  });

  test("have Kolmogorov's published p values", () => {
    // The 5 % point of the limit distribution is 1.3581.
    expect(ksPValue(1.3581 / 1000, 1e6)).toBeCloseTo(0.05, 3);
    expect(ksPValue(0, 10)).toBe(1);
    expect(ksPValue(1, 100)).toBeLessThan(1e-80);
  });

  test("by chi-square are Pearson's sum, infinite for the impossible", () => {
    expect(chiSquareDistance([44, 56], [50, 50])).toBeCloseTo(1.44, 12);
    expect(chiSquareDistance([0, 5], [0, 5])).toBe(0);
    expect(chiSquareDistance([1, 5], [0, 5])).toBe(Infinity);
    expect(() => chiSquareDistance([1], [1, 2])).toThrow("unequal-cells");
  });
});
