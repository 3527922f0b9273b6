import { describe, expect, test } from "vitest";
import {
  constant,
  type Distribution,
  exponential,
  gamma,
  ksDistanceTo,
  ksPValue,
  logNormal,
  replicate,
  sampleMean,
  uniform,
} from "../../src/index.ts";
import { erlangB, erlangC, waitMg1, waitMmc } from "./closed-forms.ts";
import { expectEstimate } from "./expect-estimate.ts";
import { runStation, type StationResult } from "./station.ts";

const REPLICATIONS = 20;

/** Replications of a station with Poisson arrivals; seeds `oracle/replication-0` and on. */
function stations(
  rate: number,
  service: Distribution,
  options: { servers?: number; places?: number; customers?: number } = {},
): StationResult[] {
  const { customers = 60_000, ...rest } = options;
  const interarrival = exponential({ mean: 1 / rate });
  return replicate({
    seed: "oracle",
    replications: REPLICATIONS,
    run: ({ seed }) =>
      runStation({ seed, interarrival, service, warmUp: 3_000, customers, ...rest }),
  });
}

const meanWaits = (results: readonly StationResult[]) =>
  results.map(({ waits }) => sampleMean(waits));

describe("the waiting time, seeds oracle/replication-0 to 19", () => {
  test("in M/M/1 is rho / (mu - lambda), light and heavy, within 8 %", () => {
    for (const load of [0.3, 0.5, 0.8]) {
      const waits = meanWaits(stations(load, exponential({ mean: 1 })));
      expectEstimate(waits, load / (1 - load), 0.08);
    }
  });

  test("in M/M/c follows Erlang C, within 12 %", () => {
    for (const [servers, load] of [
      [2, 1.4],
      [5, 4],
      [16, 13],
    ] as const) {
      const waits = meanWaits(stations(load, exponential({ mean: 1 }), { servers }));
      expectEstimate(waits, waitMmc(servers, load), 0.12);
    }
  });

  test("in M/D/1 is half of that in M/M/1, within 6 %", () => {
    expectEstimate(meanWaits(stations(0.7, constant(1))), 0.7 / 0.3 / 2, 0.06);
  });

  test("in M/G/1 follows Pollaczek and Khinchine, within 12 %", () => {
    for (const service of [
      uniform({ low: 0.2, high: 1.8 }),
      gamma({ shape: 4, scale: 0.25 }),
      logNormal({ mean: 1, standardDeviation: 1.5 }),
    ]) {
      expectEstimate(meanWaits(stations(0.6, service)), waitMg1(0.6, service), 0.12);
    }
  });

  test("of those who wait in M/M/1 is exponential, by Kolmogorov and Smirnov", () => {
    // Every 200th customer of rho = 0.5: far enough apart to be independent.
    const waits = stations(0.5, exponential({ mean: 1 }), { customers: 60_000 }).flatMap((result) =>
      [...result.waits].filter((_, i) => i % 200 === 0),
    );
    const positive = waits.filter((wait) => wait > 0);
    const distance = ksDistanceTo(positive, (wait) => 1 - Math.exp(-wait / 2));
    expect(positive.length).toBeGreaterThan(2500);
    expect(ksPValue(distance, positive.length)).toBeGreaterThan(0.001);
  });
});

describe("Erlang's formulas, seeds oracle/replication-0 to 19", () => {
  test("B: the lost share of M/G/c/c, whatever the service distribution, within 6 %", () => {
    for (const service of [
      exponential({ mean: 1 }),
      constant(1),
      logNormal({ mean: 1, standardDeviation: 2 }),
    ]) {
      const results = stations(8, service, { servers: 10, places: 0 });
      const share = results.map(({ lost, served }) => lost / (lost + served));
      expectEstimate(share, erlangB(10, 8), 0.06);
    }
  });

  test("C: the share of M/M/c that has to wait, within 4 %", () => {
    const results = stations(8, exponential({ mean: 1 }), { servers: 10 });
    const share = results.map(
      ({ waits }) => waits.filter((wait) => wait > 0).length / waits.length,
    );
    expectEstimate(share, erlangC(10, 8), 0.04);
  });

  test("have their published values", () => {
    expect(erlangB(10, 8)).toBeCloseTo(0.121661, 6);
    expect(erlangC(10, 8)).toBeCloseTo(0.40918, 6);
    expect(waitMmc(1, 0.5)).toBe(1);
  });
});
