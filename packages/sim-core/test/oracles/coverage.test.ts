import { describe, expect, test } from "vitest";
import {
  batchMeans,
  covers,
  exponential,
  halfWidth,
  meanInterval,
  pairedInterval,
  quantileInterval,
  RandomStream,
  ratioInterval,
  replicate,
  sampleMean,
  steadyState,
  welchInterval,
} from "../../src/index.ts";
import { runStation } from "./station.ts";

/** Share of the experiments with seeds 1 to 1,000 whose interval covers the truth. */
function coverage(coversTruth: (seed: string) => boolean): number {
  let covered = 0;
  for (let seed = 1; seed <= 1000; seed++) if (coversTruth(String(seed))) covered++;
  return covered / 1000;
}

function expectNominal(share: number): void {
  expect(share).toBeGreaterThanOrEqual(0.92);
  expect(share).toBeLessThanOrEqual(0.98);
}

/** Waiting times in M/M/1 at half load, from the kernel. */
function waits(seed: string, warmUp: number, customers: number): Float64Array {
  const interarrival = exponential({ mean: 2 });
  const service = exponential({ mean: 1 });
  return runStation({ seed, interarrival, service, warmUp, customers }).waits;
}

describe("a 95 % interval covers the truth in 92 to 98 % of 1,000 experiments, seeds 1 to 1,000", () => {
  test("of M/M/1 by replications", () => {
    const share = coverage((seed) => {
      const means = replicate({
        seed,
        replications: 10,
        run: (replication) => sampleMean(waits(replication.seed, 100, 600)),
      });
      return covers(meanInterval(means), 1);
    });
    expectNominal(share);
  });

  test("of M/M/1 by batch means of one run", () => {
    expectNominal(
      coverage((seed) => covers(batchMeans(waits(seed, 100, 6_000), { batches: 10 }).interval, 1)),
    );
  });

  test("of M/M/1 by steady-state analysis, warm-up and batches found by itself", () => {
    expectNominal(coverage((seed) => covers(steadyState(waits(seed, 0, 12_000)).interval, 1)));
  });

  test("of the difference of two means with unequal variances", () => {
    const share = coverage((seed) => {
      const stream = new RandomStream(seed, "welch");
      const wide = Array.from({ length: 8 }, () => 10 * (stream.double() + stream.double()));
      const narrow = Array.from({ length: 20 }, () => stream.double() + stream.double());
      return covers(welchInterval(wide, narrow), 9);
    });
    expectNominal(share);
  });

  test("of a ratio of sums, by each method", () => {
    for (const method of ["jackknife", "delta", "fieller"] as const) {
      const share = coverage((seed) => {
        const stream = new RandomStream(seed, "ratio");
        const requests = Array.from({ length: 15 }, () => 100 + 50 * stream.double());
        const bytes = requests.map((count) => 0.3 * count + 20 * (stream.double() - 0.5));
        return covers(ratioInterval(bytes, requests, { method }), 0.3);
      });
      expectNominal(share);
    }
  });

  test("of a quantile", () => {
    const share = coverage((seed) => {
      const stream = new RandomStream(seed, "quantile");
      const values = Array.from({ length: 300 }, () => stream.double());
      return covers(quantileInterval(values, 0.9), 0.9);
    });
    expectNominal(share);
  });
});

test("common random numbers make the interval of a difference at least three times narrower", () => {
  // Two queues that differ in nothing but their service, a tenth faster; seeds 1 to 20.
  const run = (mean: number) => (replication: { seed: string }) => {
    const service = exponential({ mean });
    const interarrival = exponential({ mean: 2 });
    const size = { warmUp: 100, customers: 1_000 };
    return sampleMean(runStation({ seed: replication.seed, interarrival, service, ...size }).waits);
  };
  let paired = 0;
  let welch = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const experiment = { seed: String(seed), replications: 10 };
    const before = replicate({ ...experiment, run: run(1) });
    const after = replicate({ ...experiment, run: run(0.9) });
    paired += halfWidth(pairedInterval(after, before));
    welch += halfWidth(welchInterval(after, before));
  }
  expect(welch / paired).toBeGreaterThan(3);
});
