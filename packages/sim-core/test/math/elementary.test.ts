import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exp, log, log1p } from "../../src/math/index.ts";

const FUNCTIONS = { exp, log, log1p };
const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));

/** Distance in units of the last place of `b`. */
function units(a: number, b: number): number {
  if (a === b) return 0;
  const unit = Math.max(Number.MIN_VALUE, Math.abs(b) * Number.EPSILON) / 2;
  return Math.abs(a - b) / unit;
}

describe("logarithm and exponential", () => {
  // Forty digits from mpmath, rounded to the nearest double.
  const vectors = JSON.parse(readFileSync(new URL("./vectors.json", import.meta.url), "utf8")) as [
    keyof typeof FUNCTIONS,
    number,
    number,
  ][];

  test("are within a few units in the last place of forty-digit arithmetic", () => {
    for (const [name, x, exact] of vectors) {
      expect(units(FUNCTIONS[name](x), exact), `${name}(${x})`).toBeLessThanOrEqual(4);
    }
  });

  test("are exact where the answer is", () => {
    expect([log(1), exp(0), log1p(0), exp(-0)]).toEqual([0, 1, 0, 1]);
    expect(Object.is(log1p(-0), -0)).toBe(true);
    for (let k = -1074; k <= 1023; k++) {
      const power = k >= -1022 ? 2 ** k : 2 ** -1022 * 2 ** (k + 1022);
      expect(units(log(power), k * Math.LN2)).toBeLessThanOrEqual(4);
    }
  });

  test("have the limits of Math's at the ends of their range", () => {
    expect([0, -0, -1, Infinity, Number.NaN].map(log)).toEqual([
      -Infinity,
      -Infinity,
      NaN,
      Infinity,
      NaN,
    ]);
    expect([Infinity, -Infinity, Number.NaN, 710, -746].map(exp)).toEqual([
      Infinity,
      0,
      NaN,
      Infinity,
      0,
    ]);
    expect([-1, -2, Infinity, Number.NaN].map(log1p)).toEqual([-Infinity, NaN, Infinity, NaN]);
    expect([exp(709.782712893384), exp(-745.1332191019411)]).toEqual([
      1.7976931348622732e308, 5e-324,
    ]);
  });

  test("follow Math's everywhere, and never fall where they should rise", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (x) => {
        expect(units(exp(x), Math.exp(x))).toBeLessThanOrEqual(4);
        expect(units(log(Math.abs(x)), Math.log(Math.abs(x)))).toBeLessThanOrEqual(4);
        if (x > -1) expect(units(log1p(x), Math.log1p(x))).toBeLessThanOrEqual(8);
      }),
      { seed: 1, numRuns: 20_000 },
    );
    for (let x = 0.001; x < 30; x *= 1.00137) expect(log(x * 1.0001)).toBeGreaterThan(log(x));
    for (let x = -30; x < 30; x += 0.00971) expect(exp(x + 0.0001)).toBeGreaterThan(exp(x));
  });
});

test("no source uses a function of Math whose bits differ between engines", () => {
  // Exactly defined by the language or by IEEE 754; everything else is up to the engine.
  const exact = "abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc";
  const constants = "E|LN2|LN10|LOG2E|LOG10E|PI|SQRT1_2|SQRT2";
  const allowed = new RegExp(`^Math\\.(${exact}|${constants})$`);
  for (const file of readdirSync(SOURCES, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const code = readFileSync(`${SOURCES}/${file}`, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    const used = [...code.matchAll(/\bMath\.\w+/g)].map(([name]) => name);
    expect([file, used.filter((name) => !allowed.test(name))]).toEqual([file, []]);
    expect([file, code.includes("**")]).toEqual([file, false]);
  }
});
