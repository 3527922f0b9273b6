const MAX_INT64 = (1n << 63n) - 1n;

/** The low 64 bits of an integer, read as a signed number: what a conversion to `int64` keeps. */
export function asInt64Bits(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

const POWERS: readonly bigint[] = Array.from({ length: 32 }, (_, digits) =>
  BigInt(`1${"0".repeat(digits)}`),
);

/** `10^digits`, exactly. */
export function pow10(digits: number): bigint {
  return POWERS[digits] ?? BigInt(`1${"0".repeat(digits)}`);
}

/** `value ÷ 10^digits`, a remainder rounding away from zero. */
export function divideAwayFromZero(value: bigint, digits: number): bigint {
  if (value === 0n) return 0n;
  const sign = value < 0n ? -1n : 1n;
  // Fewer digits than are shifted out leave only the rounding unit, without making the divisor.
  if (digits > 64 && digits > String(value).length) return sign;
  const divisor = pow10(digits);
  return value % divisor === 0n ? value / divisor : value / divisor + sign;
}

/**
 * `value ÷ 10^digits` as the API machinery does it for numbers that it holds as decimals: positive
 * ones are rounded up; a negative one passes through 64 bits first and a fraction then adds one.
 */
export function digitsShift(value: bigint, digits: number): bigint {
  const divisor = pow10(digits);
  const dividend = value < MAX_INT64 && digits < 19 ? asInt64Bits(value) : value;
  return asInt64Bits(dividend / divisor + (dividend % divisor === 0n ? 0n : 1n));
}

/** Takes every factor `base` out of a non-zero value: `value = rest × base^times`. */
export function removeFactors(
  value: bigint,
  base: bigint,
): { readonly rest: bigint; readonly times: number } {
  let rest = value;
  let times = 0;
  while (rest !== 0n && rest % base === 0n) {
    rest /= base;
    times += 1;
  }
  return { rest, times };
}
