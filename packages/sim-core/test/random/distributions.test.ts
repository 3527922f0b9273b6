import {
  constant,
  type Distribution,
  empirical,
  exponential,
  gamma,
  logNormal,
  normal,
  normalQuantile,
  pareto,
  RandomStream,
  uniform,
  weibull,
  zipf,
} from "@k8s-netsim/sim-core";
import jstat from "jstat";
import { describe, expect, test } from "vitest";
import { logGamma } from "../../src/random/log-gamma.ts";
import { standardNormal } from "../../src/random/standard-normal.ts";

const { jStat } = jstat;

const DRAWS = 200_000;

function samples(distribution: Distribution, name: string, antithetic = false): Float64Array {
  const stream = new RandomStream("distributions", name, { antithetic });
  return Float64Array.from({ length: DRAWS }, () => distribution.sample(stream));
}

/** Mean and variance of values, with the standard errors that the values themselves suggest. */
function moments(values: Float64Array) {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const fourth = values.reduce((sum, value) => sum + (value - mean) ** 4, 0) / n;
  const meanError = Math.sqrt(variance / n);
  const varianceError = Math.sqrt(Math.max(fourth - variance ** 2, 0) / n);
  return { mean, variance, meanError, varianceError };
}

/** Quantile functions by another library or by their definition. */
const QUANTILES: [Distribution, (p: number) => number][] = [
  [uniform({ low: -2, high: 6 }), (p) => -2 + 8 * p],
  [exponential({ mean: 3 }), (p) => jStat.exponential.inv(p, 1 / 3)],
  [normal({ mean: 10, standardDeviation: 2 }), (p) => jStat.normal.inv(p, 10, 2)],
  [
    logNormal({ mean: 10, standardDeviation: 5 }),
    (p) => jStat.lognormal.inv(p, Math.log(10) - Math.log(1.25) / 2, Math.sqrt(Math.log(1.25))),
  ],
  [pareto({ minimum: 2, shape: 5 }), (p) => jStat.pareto.inv(p, 2, 5)],
  [weibull({ scale: 3, shape: 1.7 }), (p) => jStat.weibull.inv(p, 3, 1.7)],
  [weibull({ scale: 3, shape: 0.8 }), (p) => jStat.weibull.inv(p, 3, 0.8)],
  [gamma({ shape: 2.5, scale: 3 }), (p) => jStat.gamma.inv(p, 2.5, 3)],
  [gamma({ shape: 0.4, scale: 1 }), (p) => jStat.gamma.inv(p, 0.4, 1)],
];

const OTHERS: Distribution[] = [
  constant(7),
  zipf({ count: 50, exponent: 1.2 }),
  zipf({ count: 9, exponent: 0 }),
  empirical([1, 1, 2, 3, 5, 8]),
  empirical([1, 1, 2, 3, 5, 8], { interpolate: true }),
];

const named = (distribution: Distribution) => [distribution.describe(), distribution] as const;

describe.each([...QUANTILES.map(([distribution]) => distribution), ...OTHERS].map(named))(
  "%s",
  (_, distribution) => {
    test("has the mean and the variance that it states", () => {
      const { mean, variance, meanError, varianceError } = moments(
        samples(distribution, distribution.describe()),
      );
      // Five standard errors: by chance once in two million.
      expect(Math.abs(mean - distribution.mean)).toBeLessThanOrEqual(5 * meanError);
      expect(Math.abs(variance - distribution.variance)).toBeLessThanOrEqual(5 * varianceError);
    });
  },
);

describe.each(QUANTILES.map((each) => [each[0].describe(), ...each] as const))(
  "%s",
  (_, distribution, quantile) => {
    test("has the order statistics of its distribution", () => {
      const sorted = samples(distribution, `sorted ${distribution.describe()}`).sort();
      for (const p of [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999]) {
        // The share of samples below the true quantile is binomial around p.
        const below = sorted.findIndex((value) => value > quantile(p)) / DRAWS;
        expect(Math.abs(below - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / DRAWS));
      }
    });
  },
);

describe("sampling by inversion", () => {
  test("costs one draw and grows with it, so that antithetic runs move the other way", () => {
    const inverted = [
      ...QUANTILES.map(([distribution]) => distribution).filter(
        (distribution) => !distribution.describe().startsWith("gamma"),
      ),
      ...OTHERS.slice(1),
    ];
    for (const distribution of inverted) {
      const [stream, twin] = [new RandomStream("one", "draw"), new RandomStream("one", "draw")];
      const pairs = Array.from(
        { length: 2000 },
        () => [twin.double(), distribution.sample(stream)] as const,
      );
      expect(stream.draws, distribution.describe()).toBe(2000);
      pairs.sort(([u], [v]) => u - v);
      const values = pairs.map(([, value]) => value);
      expect(values).toEqual(values.toSorted((one, other) => one - other));
    }
  });

  test("and its mirror average to the mean with far less noise", () => {
    const service = exponential({ mean: 1 });
    const [plain, mirrored] = [samples(service, "pair"), samples(service, "pair", true)];
    const pairs = plain.map((value, i) => (value + (mirrored[i] as number)) / 2);
    // Var((−ln u − ln(1 − u)) / 2) = (1 + (1 − π²/6)) / 2 = 0.1775, against 0.5 for independent pairs.
    expect(moments(pairs).variance).toBeCloseTo((2 - Math.PI ** 2 / 6) / 2, 2);
  });
});

describe("parameters", () => {
  test("outside of their range are refused with the rule", () => {
    const bad: (() => Distribution)[] = [
      () => constant(Number.NaN),
      () => uniform({ low: 2, high: 1 }),
      () => exponential({ mean: 0 }),
      () => exponential({ mean: Infinity }),
      () => normal({ mean: 0, standardDeviation: -1 }),
      () => logNormal({ mean: 0, standardDeviation: 1 }),
      () => pareto({ minimum: 1, shape: 0 }),
      () => weibull({ scale: -1, shape: 1 }),
      () => gamma({ shape: 1, scale: 0 }),
      () => zipf({ count: 1.5, exponent: 1 }),
      () => zipf({ count: 3, exponent: -1 }),
    ];
    for (const make of bad) expect(make).toThrow("bad-distribution-parameter");
    expect(() => empirical([])).toThrow("bad-empirical-data");
    expect(() => empirical([1, Number.NaN])).toThrow("bad-empirical-data");
  });

  test("without moments say so", () => {
    expect(pareto({ minimum: 1, shape: 1 }).mean).toBe(Infinity);
    expect(pareto({ minimum: 1, shape: 2 }).variance).toBe(Infinity);
  });
});

test("the normal transformation agrees with the quantile of the statistics room", () => {
  let worst = 0;
  for (let i = 1; i < 2000; i++) {
    for (const p of [i / 2000, i * 1e-9, i * 1e-300]) {
      const expected = normalQuantile(p);
      const error = Math.abs(standardNormal(p) - expected) / Math.max(1, Math.abs(expected));
      worst = Math.max(worst, error);
    }
  }
  expect(worst).toBeLessThan(8e-15);
});

test("the logarithm of the gamma function agrees with factorials and half-integers", () => {
  let factorial = 1;
  for (let n = 1; n <= 20; n++) {
    expect(logGamma(n)).toBeCloseTo(Math.log(factorial), 12);
    factorial *= n;
  }
  expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
  expect(logGamma(0.001)).toBeCloseTo(jStat.gammaln(0.001), 9);
});
