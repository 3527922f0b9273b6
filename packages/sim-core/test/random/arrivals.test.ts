import {
  type Arrivals,
  exponential,
  gamma,
  markovModulated,
  normal,
  poisson,
  RandomStream,
  renewal,
  timeVarying,
  trace,
} from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";

const SECOND = 1e9;

/** Times of the arrivals of one sequence within a length. */
function arrivalsWithin(arrivals: Arrivals, lengthNs: number, startNs = 0): number[] {
  const next = arrivals.begin(new RandomStream("arrivals", arrivals.describe()), startNs);
  const times: number[] = [];
  for (let time = next(); time < startNs + lengthNs; time = next()) times.push(time);
  return times;
}

/** Variance over mean of the counts in windows: 1 for Poisson, more for bursts, less for regularity. */
function dispersion(times: readonly number[], windowNs: number, windows: number): number {
  const counts = new Float64Array(windows);
  for (const time of times) {
    const window = Math.floor(time / windowNs);
    counts[window] = (counts[window] as number) + 1;
  }
  const mean = times.length / windows;
  return counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (windows - 1) / mean;
}

describe("arrivals", () => {
  test("ascend, begin at their start and keep their rate", () => {
    const kinds: Arrivals[] = [
      poisson({ ratePerSecond: 50 }),
      renewal(gamma({ shape: 4, scale: SECOND / 200 })),
      markovModulated([
        { ratePerSecond: 90, meanNs: SECOND },
        { ratePerSecond: 10, meanNs: SECOND },
      ]),
      trace([0, SECOND / 50], { repeatAfterNs: SECOND / 25 }),
    ];
    for (const arrivals of kinds) {
      const times = arrivalsWithin(arrivals, 2000 * SECOND, 5 * SECOND);
      expect(arrivals.ratePerSecond).toBeCloseTo(50, 9);
      // 100,000 expected; the burstiest of them deviates by about 2,000 (rate 40 either way, 1 s long).
      expect(Math.abs(times.length - 100_000), arrivals.describe()).toBeLessThan(7_500);
      expect(times[0]).toBeGreaterThanOrEqual(5 * SECOND);
      expect(times.every((time, i) => i === 0 || time >= (times[i - 1] as number))).toBe(true);
    }
  });

  test("of a Poisson process disperse by 1, regular ones less, modulated ones more", () => {
    const windows = 10_000;
    const measured = (arrivals: Arrivals) =>
      dispersion(arrivalsWithin(arrivals, windows * SECOND), SECOND, windows);
    // The index of dispersion over 10,000 windows has a standard error of √(2/10,000) = 0.014.
    expect(Math.abs(measured(poisson({ ratePerSecond: 20 })) - 1)).toBeLessThan(0.07);
    expect(measured(renewal(gamma({ shape: 4, scale: SECOND / 80 })))).toBeLessThan(0.4);
    const bursts = markovModulated([
      { ratePerSecond: 38, meanNs: SECOND },
      { ratePerSecond: 2, meanNs: SECOND },
    ]);
    // 1 + 2 · 18² / (20 · 2) · (1 − (1 − e^−2) / 2) for windows of one second.
    const theory = 1 + ((2 * 18 * 18) / (20 * 2)) * (1 - (1 - Math.exp(-2)) / 2);
    expect(Math.abs(measured(bursts) / theory - 1)).toBeLessThan(0.1);
  });

  test("may pause altogether in a state, and begin in the first", () => {
    const lull = markovModulated([
      { ratePerSecond: 0, meanNs: SECOND },
      { ratePerSecond: 10, meanNs: SECOND },
    ]);
    expect(arrivalsWithin(lull, 1000 * SECOND).length).toBeGreaterThan(3500);
    expect(() => markovModulated([])).toThrow("no-arrivals");
    expect(() => markovModulated([{ ratePerSecond: 0, meanNs: 1 }])).toThrow("no-arrivals");
    expect(() => markovModulated([{ ratePerSecond: -1, meanNs: 1 }])).toThrow("bad-arrival-rate");
  });

  test("that vary follow their rate", () => {
    const day = 1000 * SECOND;
    const wave = (timeNs: number) => 50 + 40 * Math.sin((2 * Math.PI * timeNs) / day);
    const times = arrivalsWithin(timeVarying({ ratePerSecond: wave, maxRatePerSecond: 90 }), day);
    const quarters = [0, 0, 0, 0];
    for (const time of times) {
      const quarter = Math.floor((4 * time) / day);
      quarters[quarter] = (quarters[quarter] as number) + 1;
    }
    // Integral of the wave over a quarter: 12,500 ± 40 · 1000 / 2π; five standard deviations are below 700.
    const swing = (40 * 1000) / (2 * Math.PI);
    for (const [quarter, sign] of [1, 1, -1, -1].entries()) {
      expect(Math.abs((quarters[quarter] as number) - 12_500 - sign * swing)).toBeLessThan(700);
    }
  });

  test("that vary tell when their rate leaves its bounds", () => {
    const rising = timeVarying({ ratePerSecond: (ns) => ns / SECOND, maxRatePerSecond: 10 });
    expect(() => arrivalsWithin(rising, 100 * SECOND)).toThrow("rate-out-of-bounds");
  });

  test("of a trace come as recorded, once or again and again", () => {
    const stream = new RandomStream("trace", "trace");
    const once = trace([1, 5]).begin(stream, 100);
    expect([once(), once(), once(), once()]).toEqual([101, 105, Infinity, Infinity]);
    const again = trace([1, 5], { repeatAfterNs: 10 }).begin(stream, 0);
    expect([again(), again(), again(), again(), again()]).toEqual([1, 5, 11, 15, 21]);
    expect(stream.draws).toBe(0);
    for (const bad of [[], [2, 1], [-1], [Number.NaN], [Infinity]]) {
      expect(() => trace(bad)).toThrow("bad-arrival-trace");
    }
    expect(() => trace([1, 11], { repeatAfterNs: 10 })).toThrow("bad-arrival-trace");
  });

  test("refuse gaps and rates that cannot be", () => {
    const negative = renewal(normal({ mean: 1, standardDeviation: 5 }));
    expect(() => arrivalsWithin(negative, 1000)).toThrow("negative-gap");
    expect(() => poisson({ ratePerSecond: 0 })).toThrow("bad-arrival-rate");
    expect(renewal(exponential({ mean: SECOND })).ratePerSecond).toBe(1);
  });
});
