import { Counter, Gauge, Simulation, seconds, Tally, Timeline } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("a counter", () => {
  test("counts, merges and starts again", () => {
    const [one, other] = [new Counter(), new Counter()];
    one.increment();
    one.increment(4);
    other.increment(2);
    one.merge(other);
    expect(one.value).toBe(7);
    one.reset();
    expect(one.value).toBe(0);
  });
});

describe("a gauge", () => {
  test("weighs every value by how long it held", () => {
    const sim = new Simulation({ seed: "gauge" });
    const queue = new Gauge(sim);
    sim.at(seconds(1), () => queue.set(10));
    sim.at(seconds(2), () => queue.add(-6));
    sim.runUntil(seconds(4));
    // 0 for 1 s, 10 for 1 s, 4 for 2 s.
    expect([queue.mean, queue.integralSeconds, queue.min, queue.max]).toEqual([4.5, 18, 0, 10]);
  });

  test("measures from its reset at the value it has", () => {
    const sim = new Simulation({ seed: "gauge" });
    const queue = new Gauge(sim, 8);
    expect(queue.mean).toBe(8);
    sim.runUntil(seconds(1));
    queue.set(2);
    queue.reset();
    sim.runUntil(seconds(3));
    expect([queue.mean, queue.min, queue.max, queue.value]).toEqual([2, 2, 2, 2]);
  });
});

describe("a tally", () => {
  const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 50 });

  test("has the mean and the variance of its values, in whatever parts they were recorded", () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const all = [...left, ...right];
        const [tally, other] = [new Tally(), new Tally()];
        for (const value of left) tally.record(value);
        for (const value of right) other.record(value);
        tally.merge(other);
        expect(tally.count).toBe(all.length);
        if (all.length < 2) return;
        const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
        const squares = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        expect(Math.abs(tally.mean - mean)).toBeLessThanOrEqual(1e-9 * 1e6);
        expect(Math.abs(tally.variance - squares / (all.length - 1))).toBeLessThanOrEqual(
          1e-9 * 1e12,
        );
        expect([tally.min, tally.max]).toEqual([Math.min(...all), Math.max(...all)]);
      }),
    );
  });

  test("keeps its variance where a sum of squares would lose it", () => {
    const tally = new Tally();
    for (const value of [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]) tally.record(value);
    expect(tally.variance).toBe(30);
    expect(tally.standardDeviation).toBe(Math.sqrt(30));
  });

  test("without values has no mean", () => {
    const tally = new Tally();
    tally.record(1);
    tally.reset();
    expect([tally.count, tally.mean, tally.variance]).toEqual([0, Number.NaN, Number.NaN]);
  });
});

describe("a timeline", () => {
  test("keeps the whole run in bounded memory by doubling its bins", () => {
    const sim = new Simulation({ seed: "timeline" });
    const timeline = new Timeline(sim, { binNs: 10, maxBins: 4 });
    let value = 0;
    sim.every(5, () => timeline.record(value++), { firstNs: 0 });
    sim.runUntil(39);
    expect(timeline.bins().map(({ count }) => count)).toEqual([2, 2, 2, 2]);
    sim.runUntil(99);
    expect(timeline.binNs).toBe(40);
    expect(timeline.bins()).toEqual([
      { startNs: 0, endNs: 40, count: 8, mean: 3.5, min: 0, max: 7 },
      { startNs: 40, endNs: 80, count: 8, mean: 11.5, min: 8, max: 15 },
      { startNs: 80, endNs: 120, count: 4, mean: 17.5, min: 16, max: 19 },
    ]);
  });

  test("shows where nothing was recorded", () => {
    const sim = new Simulation({ seed: "timeline" });
    const timeline = new Timeline(sim, { binNs: 10 });
    sim.runUntil(25);
    timeline.record(1);
    expect(timeline.bins().map(({ count, mean, min }) => [count, mean, min])).toEqual([
      [0, Number.NaN, Number.NaN],
      [0, Number.NaN, Number.NaN],
      [1, 1, 1],
    ]);
    expect(() => new Timeline(sim, { maxBins: 3 })).toThrow("bad-timeline");
  });
});
