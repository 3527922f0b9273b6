import { describe, expect, test } from "vitest";
import {
  ExpectationError,
  judge,
  overall,
  parseExpectation,
} from "../../src/scenario/what-if/expectation.ts";

describe("an expectation is read", () => {
  test.each([
    [
      "crossZoneShare<0.2",
      { about: "value", measure: "crossZoneShare", scope: "all", comparison: "<", bound: 0.2 },
    ],
    ["crossZoneShare <= 20%", { measure: "crossZoneShare", comparison: "<=", bound: 0.2 }],
    ["p99<20ms", { about: "value", measure: "latencyP99", bound: 20e6 }],
    ["latencyP50>=1.5us", { measure: "latencyP50", comparison: ">=", bound: 1500 }],
    ["Δp99<=5%", { about: "relative", measure: "latencyP99", bound: 0.05 }],
    ["delta:p99<=5ms", { about: "difference", measure: "latencyP99", bound: 5e6 }],
    ["ΔcrossZoneShare<-10%", { about: "difference", measure: "crossZoneShare", bound: -0.1 }],
    ["shop/cart:failed<0.1%", { measure: "failedShare", scope: "shop/cart", bound: 0.001 }],
    ["cost<1.5", { measure: "costPerMillion", bound: 1.5 }],
  ])("%s", (text, expected) => {
    expect(parseExpectation(text)).toMatchObject(expected);
  });

  test.each([
    "",
    "crossZoneShare",
    "p99<20",
    "nonsense<1",
    "crossZoneShare<5ms",
    "p99==3ms",
    "constructor<1",
  ])("not %j, and the error says how to mend it", (text) => {
    expect(() => parseExpectation(text)).toThrow(ExpectationError);
  });
});

describe("an expectation is judged on the confidence bounds", () => {
  const below = { comparison: "<", bound: 0.2 } as const;

  test("met when the whole interval holds", () => {
    expect(judge(below, { low: 0.1, high: 0.19 })).toBe("met");
  });

  test("missed when no part of the interval holds", () => {
    expect(judge(below, { low: 0.2, high: 0.3 })).toBe("missed");
  });

  test("undecided when the interval straddles the bound, however wide", () => {
    expect(judge(below, { low: 0.1, high: 0.3 })).toBe("undecided");
    expect(judge(below, { low: -Infinity, high: Infinity })).toBe("undecided");
  });

  test("a miss outweighs what is undecided, and that what is met", () => {
    expect(overall(["met", "undecided", "missed"])).toBe("missed");
    expect(overall(["met", "undecided"])).toBe("undecided");
    expect(overall(["met"])).toBe("met");
    expect(overall([])).toBe("none");
  });
});
