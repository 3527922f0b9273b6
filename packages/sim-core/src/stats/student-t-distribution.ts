import { exp, log, log1p } from "../math/index.ts";
import { normalQuantile } from "./normal-distribution.ts";

/** From here on the expansion around the normal quantile is closer than the continued fraction. */
const NEARLY_NORMAL = 5000;

/**
 * Probability that a Student t variable lies above `t` (`degrees` of freedom need not be whole).
 */
export function studentTTail(t: number, degrees: number): number {
  if (!(degrees > 0) || Number.isNaN(t)) return Number.NaN;
  if (t < 0) return 1 - studentTTail(-t, degrees);
  if (t === 0) return 0.5;
  if (t === Infinity) return 0;
  return t * t < 1 ? 0.5 - centralProbability(t, degrees) : tailProbability(t, degrees);
}

/** Probability that a Student t variable lies at or below `t`. */
export function studentTCdf(t: number, degrees: number): number {
  return studentTTail(-t, degrees);
}

/**
 * The value that a Student t variable with `degrees` of freedom stays below with probability `p`,
 * to about 1e-12 relative. Newton steps, held inside a bracket that bisection closes where they
 * leave it.
 */
export function studentTQuantile(p: number, degrees: number): number {
  if (!(p >= 0 && p <= 1) || !(degrees > 0)) return Number.NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (p === 0.5) return 0;
  if (degrees >= NEARLY_NORMAL) return nearlyNormalQuantile(p, degrees);
  return p < 0.5 ? -upperQuantile(p, degrees) : upperQuantile(1 - p, degrees);
}

/** The quantile for an upper tail in (0, 1/2). */
function upperQuantile(tail: number, degrees: number): number {
  // In the middle 1/2 − tail is exact while the tail is flat; far out only the tail is precise.
  const central = tail > 0.25;
  const excess = (t: number): number =>
    central
      ? centralProbability(t, degrees) - (0.5 - tail)
      : log(tail / tailProbability(t, degrees));
  const slope = (t: number): number =>
    central ? density(t, degrees) : density(t, degrees) / tailProbability(t, degrees);
  let low = 0;
  let high = 1;
  while (excess(high) < 0) {
    low = high;
    high *= 4;
  }
  let t = low === 0 ? 0.5 : Math.sqrt(low * high);
  for (let i = 0; i < 200; i++) {
    const value = excess(t);
    if (value < 0) low = t;
    else high = t;
    const newton = t - value / slope(t);
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    const step = Math.abs(next - t);
    t = next;
    if (step <= 4e-16 * t) break;
  }
  return t;
}

/** Density of Student's t. */
function density(t: number, degrees: number): number {
  const exponent = -((degrees + 1) / 2) * log1p((t * t) / degrees);
  return (gammaHalfRatio(degrees / 2) / Math.sqrt(degrees * Math.PI)) * exp(exponent);
}

/** P(T > t) for t > 0: half a regularised incomplete beta function at ν/(ν + t²). */
function tailProbability(t: number, degrees: number): number {
  const x = degrees / (degrees + t * t);
  const a = degrees / 2;
  if (x > (a + 1) / (a + 2.5)) return 0.5 - centralProbability(t, degrees);
  return (betaPrefactor(t, degrees) / degrees) * betaFraction(x, a, 0.5);
}

/** P(0 < T ≤ t) for t > 0: half a regularised incomplete beta function at t²/(ν + t²). */
function centralProbability(t: number, degrees: number): number {
  const y = (t * t) / (degrees + t * t);
  const b = degrees / 2;
  if (y >= 1.5 / (b + 2.5)) {
    const x = degrees / (degrees + t * t);
    return 0.5 - (betaPrefactor(t, degrees) / degrees) * betaFraction(x, b, 0.5);
  }
  return betaPrefactor(t, degrees) * betaFraction(y, 0.5, b);
}

/** x^(ν/2) (1−x)^(1/2) / B(ν/2, 1/2) with x = ν/(ν + t²), free of cancelling gamma functions. */
function betaPrefactor(t: number, degrees: number): number {
  const power = exp(-(degrees / 2) * log1p((t * t) / degrees));
  const root = Math.abs(t) / Math.sqrt(degrees + t * t);
  return (power * root * gammaHalfRatio(degrees / 2)) / Math.sqrt(Math.PI);
}

/** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny);
  let product = d;
  for (let m = 1; m < 20_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d, tiny);
    c = nonZero(1 + even / c, tiny);
    product *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d, tiny);
    c = nonZero(1 + odd / c, tiny);
    product *= d * c;
    if (Math.abs(d * c - 1) < 2e-16) break;
  }
  return product;
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/**
 * Γ(a + 1/2) / Γ(a): by its asymptotic series (from the Bernoulli polynomials at 0 and 1/2) once
 * `a` is large, reached by the recurrence R(a) = R(a + 1) · a / (a + 1/2).
 */
function gammaHalfRatio(a: number): number {
  let shift = 1;
  let z = a;
  while (z < 20) {
    shift *= z / (z + 0.5);
    z += 1;
  }
  const w = 1 / z;
  const w2 = w * w;
  const series =
    w * (-1 / 8 + w2 * (1 / 192 + w2 * (-1 / 640 + w2 * (17 / 14336 - w2 * (31 / 18432)))));
  return shift * Math.sqrt(z) * exp(series);
}

/**
 * Cornish and Fisher's expansion of the t quantile in 1/ν, to the fourth order (Abramowitz and
 * Stegun 26.7.5).
 */
function nearlyNormalQuantile(p: number, degrees: number): number {
  const z = normalQuantile(p);
  const w = 1 / degrees;
  const z2 = z * z;
  const first = (1 + z2) / 4;
  const second = (3 + z2 * (16 + 5 * z2)) / 96;
  const third = (-15 + z2 * (17 + z2 * (19 + 3 * z2))) / 384;
  const fourth = (-945 + z2 * (-1920 + z2 * (1482 + z2 * (776 + 79 * z2)))) / 92160;
  return z + z * w * (first + w * (second + w * (third + w * fourth)));
}
