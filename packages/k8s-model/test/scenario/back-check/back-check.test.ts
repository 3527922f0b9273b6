import type { Interval } from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";
import {
  backCheck,
  backCheckReason,
  backCheckSentence,
  type ObservedNumber,
  readObservedNumbers,
  rowInWords,
} from "../../../src/scenario/back-check/index.ts";
import type { MeasureComparison } from "../../../src/scenario/measures/comparison.ts";
import type { WhatIfAnswer } from "../../../src/scenario/what-if/answer.ts";

type Answer = Pick<WhatIfAnswer, "before" | "comparisons">;

/** Three runs of 10 s over zones a and b: about 510 requests, bytes from a to b, p99 of cart. */
function answer(p99: Partial<Interval> = {}, failed = 0): Answer {
  const interval = (mean: number): Interval => ({
    mean,
    low: mean * 0.95,
    high: mean * 1.05,
    n: 2,
    confidence: 0.95,
  });
  const comparison = (measure: MeasureComparison["measure"], scope: string, before: Interval) => ({
    ...{ measure, scope, before, after: before, difference: undefined, relative: undefined },
  });
  const run = (calls: number, bytes: number) => ({
    requests: calls,
    byService: new Map([["default/cart", { calls, bytes: 2 * bytes, crossZoneBytes: bytes }]]),
    bytesByZonePair: Float64Array.of(bytes, bytes, 0, 0),
  });
  return {
    comparisons: [
      comparison("latencyP99", "default/cart", { ...interval(20e6), ...p99 }),
      comparison("failedShare", "all", { ...interval(failed), low: failed, high: failed }),
    ],
    before: {
      totals: { zones: ["a", "b"], runs: [run(509, 1.01e6), run(510, 1.01e6), run(511, 1.01e6)] },
    },
  } as unknown as Answer;
}

function numbers(...rows: readonly string[]): readonly ObservedNumber[] {
  const text = ["measure,scope,value", ...rows].join("\n");
  const about = { services: new Set(["default/cart", "default/idle"]), zones: new Set(["a", "b"]) };
  const { numbers: read, diagnostics } = readObservedNumbers({ file: "o.csv", text }, about);
  expect(diagnostics).toEqual([]);
  return read;
}

function check(rows: readonly string[], given = answer()): ReturnType<typeof backCheck> {
  return backCheck(given, numbers(...rows), { misfit: 0.2, windowSeconds: 10 });
}

function verdicts(rows: readonly string[], given?: Answer): readonly string[] {
  const checked = check(rows, given);
  return checked.rows.map((row) => `${row.verdict}: ${rowInWords(row, checked.misfit)}`);
}

describe("a number is met inside the interval, or where it is off by no more than allowed", () => {
  test("rates and bytes are taken from the runs, by Service and pair of zones", () => {
    const { rows, verdict } = check([
      "requests,all,51/s",
      "requests,cart,51/s",
      "bytes,cart,202kB/s",
      "crossZoneBytes,all,101kB/s",
      "zonePairBytes,a->b,101kB/s",
    ]);
    expect(rows.map(({ simulated }) => simulated?.mean)).toEqual([51, 51, 202e3, 101e3, 101e3]);
    expect(verdict).toBe("met");
  });

  test.each([
    ["p99,cart,20.5ms", "met: inside the interval"],
    ["p99,cart,22ms", "met: off by −9.1%, as allowed"],
    ["p99,cart,18ms", "met: off by +11%, as allowed"],
    ["p99,cart,10ms", "off: off by +100%"],
    ["p99,cart,40ms", "off: off by −50%"],
    ["p99,cart,0ms", "off: off: nothing was observed"],
    ["p99,idle,10ms", "unknown: not simulated: nothing of the kind happened"],
    ["requests,idle,10/s", "unknown: not simulated: nothing of the kind happened"],
  ])("%s: %s", (row, words) => {
    expect(verdicts([row])).toEqual([words]);
  });

  test("inside an interval that is wider than what is allowed nothing is decided", () => {
    const wide = answer({ low: 5e6, high: 35e6 });
    expect(verdicts(["p99,cart,21ms"], wide)).toEqual([
      "undecided: inside an interval wider than 20%",
    ]);
    expect(check(["p99,cart,21ms"], wide).verdict).toBe("undecided");
  });

  test("shares that are next to nothing are the same, however far apart as ratios", () => {
    expect(verdicts(["failed,all,0.1%"])).toEqual(["met: off by 0.10% of all, as allowed"]);
    expect(verdicts(["failed,all,5%"])).toEqual(["off: off by −100%"]);
    expect(verdicts(["failed,all,0%"])).toEqual(["met: inside the interval"]);
  });
});

test("the conclusion says what may be trusted, and what not", () => {
  const checked = check(["requests,all,50/s", "crossZoneBytes,all,100kB/s", "p99,cart,10ms"]);
  expect(checked.verdict).toBe("off");
  expect(backCheckSentence(checked)).toMatchInlineSnapshot(
    `"2 of 3 observed numbers are met by the simulation of today, within 20% allowed. Bytes and cost between zones are met within 1%: the change in them may be trusted about as far. Requests and their spread are met within 2%: the change in them may be trusted about as far. Latency and failures are off by up to 100% (Latency p99 of default/cart): do not trust what the answer says of them before that is explained."`,
  );
  expect(backCheckReason(checked)).toMatchInlineSnapshot(
    `"2 of 3 observed numbers are met; furthest off is Latency p99 of default/cart, by 100%."`,
  );
  expect(backCheckSentence(check(["p99,cart,20ms"]))).toMatchInlineSnapshot(
    `"The one observed number is met by the simulation of today, within 20% allowed. Latency and failures are met within 5%: the change in them may be trusted about as far."`,
  );
});
