import { Histogram } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const ERRORS = [0.1, 0.01, 0.001];
const values = fc.array(
  fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 2 ** 40 }),
    fc.double({ min: 1e-3, max: 1e15, noNaN: true }),
    fc.double({ min: 0, max: 10, noNaN: true }),
  ),
  { minLength: 1, maxLength: 200 },
);

function histogramOf(recorded: readonly number[], relativeError = 0.01): Histogram {
  const histogram = new Histogram({ relativeError });
  for (const value of recorded) histogram.record(value);
  return histogram;
}

describe("a histogram", () => {
  test("gives every quantile within its relative error", () => {
    fc.assert(
      fc.property(
        values,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(...ERRORS),
        (recorded, p, relativeError) => {
          const histogram = histogramOf(recorded, relativeError);
          expect(histogram.relativeError).toBeLessThanOrEqual(relativeError);
          const sorted = recorded.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] as number;
          const error = Math.abs(histogram.quantile(p) - exact);
          // Numbers below the smallest normal one lose their relative precision.
          expect(error).toBeLessThanOrEqual(relativeError * exact + 2 ** -1022);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("takes any positive number", () => {
    for (const value of [5e-324, 1e-300, 1, 1e300, Number.MAX_VALUE]) {
      const histogram = histogramOf([value, value]);
      expect(histogram.quantile(0.5)).toBe(value);
    }
  });

  test("merges without loss, in any order and grouping", () => {
    const whole = values.map((list) => list.map((value) => Math.floor(Math.min(value, 2 ** 30))));
    fc.assert(
      fc.property(whole, whole, whole, (a, b, c) => {
        const left = histogramOf(a);
        left.merge(histogramOf(b));
        left.merge(histogramOf(c));
        const bc = histogramOf(c);
        bc.merge(histogramOf(b));
        bc.merge(histogramOf(a));
        expect(left.snapshot()).toEqual(bc.snapshot());
        expect(left.snapshot()).toEqual(histogramOf([...a, ...b, ...c]).snapshot());
      }),
    );
  });

  test("survives its snapshot through JSON", () => {
    fc.assert(
      fc.property(values, (recorded) => {
        const histogram = histogramOf(recorded);
        const copy = Histogram.from(JSON.parse(JSON.stringify(histogram.snapshot())));
        expect(copy.snapshot()).toEqual(histogram.snapshot());
        expect([copy.count, copy.min, copy.max, copy.mean, copy.quantile(0.9)]).toEqual([
          histogram.count,
          histogram.min,
          histogram.max,
          histogram.mean,
          histogram.quantile(0.9),
        ]);
      }),
    );
  });

  test("counts a value many times at once", () => {
    const [one, many] = [histogramOf([]), histogramOf([])];
    one.record(250, 1000);
    for (let i = 0; i < 1000; i++) many.record(250);
    expect(one.snapshot()).toEqual(many.snapshot());
    one.merge(histogramOf([0]));
    expect([one.count, one.quantile(0.0005), one.mean]).toEqual([1001, 0, 250_000 / 1001]);
  });

  test("knows the share at or below a value, and its bins", () => {
    const histogram = histogramOf([0, 1, 2, 4, 8]);
    expect([-1, 0, 1, 3, 8, 9].map((value) => histogram.shareAtMost(value))).toEqual([
      0, 0.2, 0.4, 0.6, 1, 1,
    ]);
    const bins = [...histogram.bins()];
    expect(bins.map(({ count }) => count)).toEqual([1, 1, 1, 1, 1]);
    expect(bins.map(({ low }) => low)).toEqual([0, 1, 2, 4, 8]);
    expect(bins[1]?.high).toBe(1 + 1 / 64);
  });

  test("needs little memory, however large its values", () => {
    const histogram = new Histogram({ relativeError: 0.01 });
    for (let value = 1; value < 1e12; value *= 1.01) histogram.record(value);
    expect(histogram.bytes).toBeLessThan(24_000);
  });

  test("is empty until something is recorded, and after a reset", () => {
    const histogram = histogramOf([1, 2, 3]);
    histogram.reset();
    const { count, mean, min, max } = histogram;
    expect([count, mean, min, max, histogram.quantile(0.5), histogram.shareAtMost(1)]).toEqual([
      0,
      Number.NaN,
      Infinity,
      -Infinity,
      Number.NaN,
      Number.NaN,
    ]);
    expect(Histogram.from(histogram.snapshot()).snapshot()).toEqual(histogram.snapshot());
  });

  test("refuses what it cannot hold", () => {
    for (const bad of [-1, Number.NaN, Infinity]) {
      expect(() => histogramOf([bad])).toThrow("not-recordable");
    }
    expect(() => histogramOf([1]).quantile(99)).toThrow("not-a-share");
    expect(() => histogramOf([1]).merge(histogramOf([1], 0.1))).toThrow("unlike-histograms");
    expect(() => new Histogram({ relativeError: 0 })).toThrow("bad-relative-error");
  });
});
