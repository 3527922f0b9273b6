import { LN2_HIGH, LN2_LOW } from "./log.ts";
import { POWERS_OF_TWO, UNIT } from "./powers-of-two.ts";

/** Above this e^x is infinite; below the other it is zero. */
const HIGHEST = 709.782712893384;
const LOWEST = -745.1332191019412;

/**
 * e^x, to less than one unit in the last place, with the same bits on every engine: see `log` for
 * why `Math.exp` is not used.
 */
export function exp(x: number): number {
  if (x > HIGHEST) return Infinity;
  if (x < LOWEST) return 0;
  if (Number.isNaN(x)) return Number.NaN;
  // x = k ln 2 + r with |r| ≤ (ln 2) / 2.
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const square = r * r;
  // What rounding r lost is added back with the small terms.
  const lost = high - r - low;
  const value = 1 + (r + (lost + square * (0.5 + r * exponentialTail(r, square))));
  if (k >= -1021 && k <= 1023) return value * powerOfTwo(k);
  // At both ends of the range the power alone leaves it, though the product does not.
  return k > 0 ? value * 2 * powerOfTwo(k - 1) : value * powerOfTwo(k + 54) * powerOfTwo(-54);
}

function powerOfTwo(k: number): number {
  return POWERS_OF_TWO[UNIT + k] as number;
}

/**
 * (e^r − 1 − r − r²/2) / r³ for |r| ≤ 0.347: a near-minimax polynomial, off by less than 2⁻⁵⁹ in
 * all.
 */
function exponentialTail(r: number, square: number): number {
  const even =
    0.16666666666666669 +
    square *
      (0.008333333333330062 +
        square *
          (0.00019841269863053618 +
            square * (2.7557268459997064e-6 + square * 2.510038549551032e-8)));
  const odd =
    0.041666666666666664 +
    square *
      (0.0013888888888886552 +
        square *
          (2.4801587317144498e-5 +
            square * (2.755728296954995e-7 + square * 2.0911236630261545e-9)));
  return even + r * odd;
}
