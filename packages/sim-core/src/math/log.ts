import { POWERS_OF_TWO, UNIT } from "./powers-of-two.ts";

/** ln 2 in two parts: the first has so few bits that its product with any exponent is exact. */
export const LN2_HIGH: number = 0.6931471803691238;
export const LN2_LOW: number = 1.9082149292705877e-10;

/** Upper word of √½, the least fraction that is taken as below 1. */
const ROOT_HALF = 0x3fe6a09e;
const TWO_54 = 18014398509481984;
const LEAST_NORMAL = 2.2250738585072014e-308;

// One double, seen as its two words: the upper one holds the exponent.
const DOUBLE = new Float64Array(1);
const WORDS = new Int32Array(DOUBLE.buffer);
const UPPER = upperWord();

/**
 * Natural logarithm, to less than one unit in the last place, with the same bits on every engine.
 *
 * `Math.log` is not used for anything that reaches an output: engines compute it differently, and
 * Chromium's differs from Node's. This one is made of additions, multiplications and divisions,
 * which IEEE 754 defines to the last bit.
 */
export function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return Infinity;
  // Subnormal numbers are made normal first.
  if (x < LEAST_NORMAL) return log(x * TWO_54) - 54 * LN2_HIGH - 54 * LN2_LOW;
  // x = 2^exponent · (1 + f) with √½ ≤ 1 + f < √2.
  DOUBLE[0] = x;
  const exponent = ((WORDS[UPPER] as number) - ROOT_HALF) >> 20;
  const f = x * (POWERS_OF_TWO[UNIT - exponent] as number) - 1;
  // ln(1 + f) = 2 atanh(s) with s = f / (2 + f), written so that f itself carries the value.
  const s = f / (2 + f);
  const z = s * s;
  const half = 0.5 * f * f;
  const correction = s * (half + z * atanhTail(z));
  return exponent * LN2_HIGH + (f - (half - (correction + exponent * LN2_LOW)));
}

/** ln(1 + x), also where x is too small for 1 + x to hold it; to two units in the last place. */
export function log1p(x: number): number {
  const sum = 1 + x;
  if (sum === 1 || x === Infinity) return x;
  // What rounding 1 + x did to the argument is undone in the first order.
  return sum > 0 ? log(sum) * (x / (sum - 1)) : log(sum);
}

/** (2 atanh(√z)/√z − 2) / z on 0 … 0.0295: a near-minimax polynomial, off by less than 2⁻⁵⁹. */
function atanhTail(z: number): number {
  const w = z * z;
  const even =
    0.6666666666666666 +
    w * (0.2857142857080323 + w * (0.18181795630884748 + w * 0.13268759668555402));
  const odd =
    0.4000000000000088 +
    w * (0.2222222239180047 + w * (0.1538624020581371 + w * 0.13086767009995384));
  return even + z * odd;
}

/** Which of the two words is the upper one on this machine. */
function upperWord(): 0 | 1 {
  DOUBLE[0] = 1;
  return WORDS[1] === 0 ? 0 : 1;
}
