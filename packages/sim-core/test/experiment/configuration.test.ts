import { describe, expect, test } from "vitest";
import { configurationId, fullFactorial, latinHypercube } from "../../src/experiment/index.ts";

describe("a full factorial", () => {
  test("holds every combination, the first parameter slowest", () => {
    expect(fullFactorial({ mode: ["a", "b"], pods: [1, 2, 4] })).toEqual([
      { mode: "a", pods: 1 },
      { mode: "a", pods: 2 },
      { mode: "a", pods: 4 },
      { mode: "b", pods: 1 },
      { mode: "b", pods: 2 },
      { mode: "b", pods: 4 },
    ]);
  });

  test("of nothing is one empty setting, with an empty level none", () => {
    expect(fullFactorial({})).toEqual([{}]);
    expect(fullFactorial({ a: [1, 2], b: [] })).toEqual([]);
  });

  test("takes names that objects know otherwise", () => {
    const levels = JSON.parse('{"__proto__": [1, 2], "constructor": [3]}');
    const [first] = fullFactorial(levels);
    expect(JSON.stringify(first)).toBe('{"__proto__":1,"constructor":3}');
  });
});

describe("a configuration's name", () => {
  test("reads as its setting", () => {
    expect(configurationId({ distribution: "PreferSameZone", podsInZoneA: 2, on: true })).toBe(
      "distribution=PreferSameZone,podsInZoneA=2,on=true",
    );
    expect(configurationId({})).toBe("default");
  });

  test("tells strings from the numbers, booleans and lists that they look like", () => {
    expect(configurationId({ a: "1" })).toBe('a="1"');
    expect(configurationId({ a: "true" })).not.toBe(configurationId({ a: true }));
    expect(configurationId({ a: "x,b=y" })).not.toBe(configurationId({ a: "x", b: "y" }));
  });
});

describe("a Latin hypercube", () => {
  const axes = {
    rate: { low: 100, high: 200 },
    delay: { low: 1, high: 1000, scale: "log" },
    pods: { low: 1, high: 5, whole: true },
    mode: ["a", "b"],
  } as const;
  const settings = latinHypercube({ seed: "cube", samples: 20, parameters: axes });

  test("visits every slice of every range exactly once", () => {
    const slices = settings.map(({ rate }) => Math.floor((rate - 100) / 5));
    expect(slices.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    const decades = settings.map(({ delay }) => Math.floor((Math.log10(delay) * 20) / 3));
    expect(decades.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test("spreads levels and whole numbers evenly, both bounds included", () => {
    const count = (of: unknown[], value: unknown) => of.filter((each) => each === value).length;
    const modes = settings.map(({ mode }) => mode);
    expect([count(modes, "a"), count(modes, "b")]).toEqual([10, 10]);
    const pods = settings.map((setting) => setting.pods);
    expect([1, 2, 3, 4, 5].map((n) => count(pods, n))).toEqual([4, 4, 4, 4, 4]);
  });

  test("leaves the other parameters as they were when one is added", () => {
    const { rate, delay } = axes;
    const fewer = latinHypercube({ seed: "cube", samples: 20, parameters: { rate, delay } });
    expect(fewer.map((setting) => setting.delay)).toEqual(settings.map((s) => s.delay));
  });

  test("refuses a range upside down, and a logarithm of zero", () => {
    const cube = (axis: { low: number; high: number; scale?: "log" }) => () =>
      latinHypercube({ seed: "s", samples: 2, parameters: { axis } });
    expect(cube({ low: 2, high: 1 })).toThrow("bad-parameter-range");
    expect(cube({ low: 0, high: 1, scale: "log" })).toThrowErrorMatchingInlineSnapshot(
      `[SimulationError: A log parameter cannot range from 0 to 1. Give low <= high, and both above zero on a logarithmic scale. [bad-parameter-range]]`,
    );
  });
});
