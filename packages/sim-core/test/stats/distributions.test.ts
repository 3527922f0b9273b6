import jstat from "jstat";
import { describe, expect, test } from "vitest";
import {
  chiSquareTail,
  complementaryErrorFunction,
  normalCdf,
  normalQuantile,
  studentTCdf,
  studentTQuantile,
  studentTTail,
} from "../../src/stats/index.ts";

const { jStat } = jstat;
const PROBABILITIES = [1e-12, 1e-6, 0.001, 0.025, 0.2, 0.3, 0.4, 0.499, 0.51, 0.7, 0.9, 0.975];

describe("the normal distribution", () => {
  test("agrees with jstat to 1e-12 between -6 and 6", () => {
    for (let x = -6; x <= 6; x += 0.07) {
      expect(Math.abs(normalCdf(x) - jStat.normal.cdf(x, 0, 1))).toBeLessThan(1e-12);
    }
  });

  test("has quantiles that its cumulative function takes back", () => {
    for (const p of PROBABILITIES) {
      expect(Math.abs(normalCdf(normalQuantile(p)) / p - 1)).toBeLessThan(1e-13);
    }
  });

  test("has the published quantiles", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect(normalQuantile(0.995)).toBeCloseTo(2.5758293035489004, 14);
    expect(normalQuantile(1e-300)).toBeCloseTo(-37.0470962993612, 11);
  });

  test("is defined at the ends and nowhere beyond", () => {
    expect([0, 0.5, 1].map(normalQuantile)).toEqual([-Infinity, 0, Infinity]);
    expect([-0.1, 1.1, Number.NaN].map(normalQuantile)).toEqual([NaN, NaN, NaN]);
  });

  test("keeps its relative precision deep in the tail", () => {
    expect(complementaryErrorFunction(10) / 2.088487583762545e-45 - 1).toBeCloseTo(0, 13);
    expect(complementaryErrorFunction(-10)).toBe(2);
  });
});

describe("Student's t distribution", () => {
  test("agrees with the closed form of whole degrees of freedom to 1e-13", () => {
    for (const degrees of [1, 2, 3, 4, 5, 6, 9, 10, 19, 20, 99, 100, 999, 4000]) {
      for (const t of [0.01, 0.3, 0.99, 1, 1.01, 1.5, 2.2, 4]) {
        expect(Math.abs(studentTTail(t, degrees) - exactTail(t, degrees))).toBeLessThan(1e-13);
      }
    }
  });

  test("agrees with jstat's cumulative function to the 2e-8 that it is good for", () => {
    for (const degrees of [1, 2, 3, 5, 9, 19, 29, 50.5, 99]) {
      // Below 1e-6 jstat's own function rounds to zero.
      for (const p of PROBABILITIES.slice(1)) {
        const t = studentTQuantile(p, degrees);
        expect(Math.abs(jStat.studentt.cdf(t, degrees) - p)).toBeLessThan(2e-8);
      }
    }
  });

  test("has quantiles that its cumulative function takes back, to 1e-12 relative", () => {
    for (const degrees of [1, 2, 3, 4, 7, 19, 20, 41.7, 500, 1e5, 9e5]) {
      for (const p of PROBABILITIES) {
        const back = studentTCdf(studentTQuantile(p, degrees), degrees);
        expect(Math.abs(back / p - 1)).toBeLessThan(degrees > 1000 ? 1e-10 : 1e-12);
      }
    }
  });

  test("has the closed-form quantiles of one and two degrees of freedom", () => {
    for (const p of PROBABILITIES) {
      const one = -Math.cos(Math.PI * p) / Math.sin(Math.PI * p);
      expect(Math.abs(studentTQuantile(p, 1) / one - 1)).toBeLessThan(1e-12);
      const two = ((2 * p - 1) * Math.SQRT2) / Math.sqrt(4 * p * (1 - p));
      expect(Math.abs(studentTQuantile(p, 2) / two - 1)).toBeLessThan(1e-12);
    }
  });

  test("meets the normal distribution without a step", () => {
    const below = studentTQuantile(0.975, 4999.999);
    const above = studentTQuantile(0.975, 5000.001);
    expect(below).toBeGreaterThan(above);
    expect(below - above).toBeLessThan(1e-9);
    expect(studentTQuantile(0.975, Infinity)).toBe(normalQuantile(0.975));
  });

  test("is defined at the ends and nowhere beyond", () => {
    expect([0, 0.5, 1].map((p) => studentTQuantile(p, 3))).toEqual([-Infinity, 0, Infinity]);
    expect(studentTQuantile(0.9, 0)).toBeNaN();
    expect(studentTQuantile(-1, 4)).toBeNaN();
    expect([studentTTail(Infinity, 4), studentTTail(-Infinity, 4)]).toEqual([0, 1]);
  });
});

test("the chi-square tail agrees with jstat to its 1e-10 for odd and even degrees of freedom", () => {
  for (const degrees of [1, 2, 3, 4, 9, 10, 51, 200]) {
    for (const factor of [0.1, 0.5, 1, 1.3, 2]) {
      const x = factor * degrees;
      const expected = 1 - jStat.chisquare.cdf(x, degrees);
      expect(Math.abs(chiSquareTail(x, degrees) - expected)).toBeLessThan(1e-10);
    }
  }
});

/** P(T > t) for whole degrees of freedom: a finite sum of elementary functions. */
function exactTail(t: number, degrees: number): number {
  const cosine2 = degrees / (degrees + t * t);
  const sine = t / Math.sqrt(degrees + t * t);
  const odd = degrees % 2 === 1;
  let term = odd ? Math.sqrt(cosine2) : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (cosine2 * (k - 1)) / k;
    sum += term;
  }
  if (!odd) return 0.5 - (sine * sum) / 2;
  return 0.5 - (Math.atan(t / Math.sqrt(degrees)) + sine * sum) / Math.PI;
}
