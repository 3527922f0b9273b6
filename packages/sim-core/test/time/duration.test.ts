import {
  formatDuration,
  hours,
  MAX_TIME,
  micros,
  millis,
  minutes,
  nanos,
  parseDuration,
  seconds,
  toSeconds,
} from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

describe("a time", () => {
  test("is a whole number of nanoseconds, rounded to the nearest", () => {
    expect(seconds(0.1)).toBe(100_000_000);
    expect(seconds(1.0000000005)).toBe(1_000_000_001);
    expect([nanos(2.4), micros(1.5), millis(0.25), minutes(1.5), hours(2)]).toEqual([
      2, 1500, 250_000, 90_000_000_000, 7_200_000_000_000,
    ]);
    expect(Object.is(nanos(-0.2), 0)).toBe(true);
    expect(toSeconds(millis(1500))).toBe(1.5);
  });

  test("is finite, not negative and below 104 days", () => {
    for (const bad of [-1, Number.NaN, Infinity, -Infinity, 1e9]) {
      expect(() => seconds(bad)).toThrow("time-out-of-range");
    }
    expect(nanos(MAX_TIME)).toBe(MAX_TIME);
    expect(() => seconds(-1)).toThrowErrorMatchingInlineSnapshot(
      `[SimulationError: -1 s is not a time: times are finite, not negative and below 2^53 ns (104 days). Check the number and its unit. [time-out-of-range]]`,
    );
  });
});

describe("a duration", () => {
  test("is read as Kubernetes writes it", () => {
    const cases: [string, number][] = [
      ["60s", 60e9],
      ["1m30s", 90e9],
      ["30ms", 30e6],
      ["1.5h", 5_400e9],
      ["1h0m0.5s", 3_600.5e9],
      ["100us", 100e3],
      ["100µs", 100e3],
      [".5s", 5e8],
      ["5.s", 5e9],
      ["7ns", 7],
      ["0", 0],
      ["0s", 0],
    ];
    for (const [text, ns] of cases) expect(parseDuration(text), text).toBe(ns);
  });

  test("is refused when it is anything else", () => {
    for (const bad of [
      "",
      "60",
      "1d",
      "-1s",
      "1s ",
      " 1s",
      "s",
      ".",
      "1e3s",
      "1m-30s",
      "9999999h",
    ]) {
      expect(() => parseDuration(bad), bad).toThrow("not-a-duration");
    }
  });

  test("is written shortly and read back exactly", () => {
    expect(
      [0, 250, 1500, 1_500_000, 90e9, 3600e9, 3_661_500_000_000].map((ns) => formatDuration(ns)),
    ).toEqual(["0s", "250ns", "1.5µs", "1.5ms", "1m30s", "1h", "1h1m1.5s"]);
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 0, max: 52 }), (n, bits) => {
        const ns = Math.floor(n / 2 ** bits);
        expect(parseDuration(formatDuration(ns))).toBe(ns);
      }),
      { numRuns: 2000 },
    );
  });
});
