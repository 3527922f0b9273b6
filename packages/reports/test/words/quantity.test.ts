import { describe, expect, it } from "vitest";
import { formatNumber } from "../../src/words/number.ts";
import {
  formatEstimate,
  formatQuantity,
  formatRange,
  formatRelative,
} from "../../src/words/quantity.ts";

describe("formatNumber", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [1234567.891, "1,234,568"],
    [0.001234, "0.00123"],
    [-12.5, "−12.5"],
    [100, "100"],
    [999.96, "1,000"],
    [1e21, "1.00e+21"],
  ])("writes %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it("writes a dash for what is not a number", () => {
    expect(
      [null, Number.NaN, Number.POSITIVE_INFINITY].map((value) => formatNumber(value)),
    ).toEqual(["–", "–", "–"]);
  });

  it("gives no sign to what is shown as zero", () => {
    expect(formatNumber(-0.0001, { decimals: 2, signed: true })).toBe("0.00");
  });
});

describe("formatQuantity", () => {
  it.each([
    [0.6667, "share", "66.7%"],
    [0.00034, "share", "0.034%"],
    [0, "share", "0%"],
    [1, "share", "100%"],
    [950, "ns", "950 ns"],
    [1_500, "ns", "1.50 µs"],
    [18_420_000, "ns", "18.4 ms"],
    [2_500_000_000, "ns", "2.50 s"],
    [0, "ns", "0 ms"],
    [900, "per-second", "900/s"],
    [0.0042, "usd-per-million", "$0.0042"],
    [1234.5, "usd-per-month", "$1,235"],
    [1.34, "ratio", "1.34×"],
    [12, "count", "12"],
    [8_000, "bytes", "8.00 kB"],
    [90, "seconds", "90.0 s"],
  ] as const)("writes %d as a %s as %s", (value, unit, text) => {
    expect(formatQuantity(value, unit)).toBe(text);
  });

  it("writes a difference of shares in percentage points, with its sign", () => {
    expect(formatQuantity(-0.645, "share", { change: true })).toBe("−64.5 pp");
    expect(formatQuantity(0.02, "share", { change: true })).toBe("+2.00 pp");
  });

  it("leaves zeros off round numbers of an axis", () => {
    expect(formatQuantity(5_000_000, "ns", { round: true })).toBe("5 ms");
    expect(formatQuantity(2_500_000, "ns", { round: true })).toBe("2.5 ms");
    const dollars = [0, 0.025, 0.1, 2].map((value) =>
      formatQuantity(value, "usd-per-month", { round: true }),
    );
    expect(dollars).toEqual(["$0", "$0.025", "$0.10", "$2"]);
  });
});

describe("formatEstimate", () => {
  it("writes the estimate and both ends in one unit, chosen by the largest of them", () => {
    const estimate = { value: 900_000, low: -200_000, high: 2_000_000, n: 20 };
    expect(formatEstimate(estimate, "ns", { change: true })).toEqual({
      value: "+0.90 ms",
      interval: "−0.20 … +2.00 ms",
      both: "+0.90 ms (−0.20 … +2.00 ms)",
    });
  });

  it("keeps a narrow interval visible", () => {
    const estimate = { value: -0.127, low: -0.1277, high: -0.1263, n: 20 };
    expect(formatEstimate(estimate, "usd-per-million", { change: true }).interval).toBe(
      "−$0.128 … −$0.126",
    );
  });

  it("has no interval where an end is not defined", () => {
    const estimate = { value: 0.5, low: null, high: null, n: 1 };
    expect(formatEstimate(estimate, "share")).toEqual({
      value: "50.0%",
      interval: "",
      both: "50.0%",
    });
  });
});

describe("formatRange and formatRelative", () => {
  it("write the unit once", () => {
    expect(formatRange(870_000, 1_950_000, "ns", { change: true })).toBe("+0.87 … +1.95 ms");
  });

  it("always give a relative change its sign", () => {
    expect([0.125, -0.125, 0, null].map(formatRelative)).toEqual(["+12.5%", "−12.5%", "0.0%", "–"]);
  });
});
