import type { IntOrString } from "./meta.ts";
import { asInt64Bits, digitsShift, divideAwayFromZero, pow10 } from "./quantity-integer.ts";

/** How a quantity is written: `12Mi`, `12M` or `12e6`. */
export type QuantityFormat = "BinarySI" | "DecimalSI" | "DecimalExponent";

/**
 * A Kubernetes `resource.Quantity`: exactly `unscaled × 10^scale`, with the format it is printed in.
 * Made by {@link parseQuantity}; never changed afterwards.
 */
export interface Quantity {
  readonly format: QuantityFormat;
  readonly unscaled: bigint;
  readonly scale: number;
  /** Whether the API machinery holds it as a 64-bit integer; decides what overflow looks like. */
  readonly small: boolean;
  /** The text it came from, kept only where the API machinery prints that text back unchanged. */
  readonly text?: string;
}

export type QuantityErrorCode =
  | "quantity-format"
  | "quantity-numeric"
  | "quantity-suffix"
  | "quantity-out-of-range";

/** Why a text is no quantity, or why two quantities cannot be brought to one scale. */
export class QuantityError extends Error {
  override readonly name = "QuantityError";
  readonly code: QuantityErrorCode;
  readonly remedy: string;

  constructor(code: QuantityErrorCode, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

/** Far beyond any resource; more digits than this are refused instead of filling the memory. */
const MAX_ALIGNMENT_DIGITS = 4_096;

/** -1, 0 or 1. */
export function quantitySign(quantity: Quantity): -1 | 0 | 1 {
  if (quantity.unscaled === 0n) return 0;
  return quantity.unscaled < 0n ? -1 : 1;
}

/** -1, 0 or 1 as `a` is less than, equal to or greater than `b`, whatever their formats. */
export function compareQuantities(a: Quantity, b: Quantity): -1 | 0 | 1 {
  const signs = quantitySign(a) - quantitySign(b);
  if (signs !== 0) return signs < 0 ? -1 : 1;
  const [left, right] = align(a, b);
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** `a + b`, printed in the format of `a`, or of `b` when `a` is zero. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return combine(a, b, 1n);
}

/** `a - b`, printed in the format of `a`, or of `b` when `a` is zero. */
export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return combine(a, b, -1n);
}

/**
 * The quantity in whole units, rounded away from zero, as Kubernetes' `Value()` answers it: a signed
 * 64-bit integer. Beyond 64 bits the answer is the original's, 0 or a wrapped number (release 1.36).
 */
export function quantityValue(quantity: Quantity): bigint {
  return scaledValue(quantity, 0);
}

/** The quantity in thousandths, rounded away from zero; the same limits as {@link quantityValue}. */
export function quantityMilliValue(quantity: Quantity): bigint {
  return scaledValue(quantity, -3);
}

/** The exact value where the API machinery holds an integer that fits 64 bits, else undefined. */
export function quantityAsInt64(quantity: Quantity): bigint | undefined {
  if (!quantity.small || quantity.scale < 0) return undefined;
  return fitting(quantity.unscaled, quantity.scale);
}

/** The nearest number, good to about 15 digits; infinite where the quantity is beyond a double. */
export function quantityToNumber(quantity: Quantity): number {
  const base = Number(quantity.unscaled);
  return quantity.scale === 0 ? base : base * Number(`1e${quantity.scale}`);
}

/**
 * The quantity rounded away from zero to multiples of `10^scale`; the text as given survives where
 * nothing had to be rounded.
 */
export function roundUpQuantity(quantity: Quantity, scale: number): Quantity {
  if (quantity.small && quantity.scale >= scale) return quantity;
  const { format, small } = quantity;
  const unscaled =
    quantity.scale >= scale
      ? quantity.unscaled * pow10(quantity.scale - scale)
      : divideAwayFromZero(quantity.unscaled, scale - quantity.scale);
  return { format, unscaled, scale, small };
}

/** The value of a resource list's entry as the quantity's text: YAML and JSON allow plain numbers. */
export function quantityText(value: IntOrString): string {
  return typeof value === "string" ? value : String(value);
}

function combine(a: Quantity, b: Quantity, sign: bigint): Quantity {
  const format = a.unscaled === 0n ? b.format : a.format;
  const small = a.small && b.small;
  if (b.unscaled === 0n) return { format, unscaled: a.unscaled, scale: a.scale, small };
  if (a.unscaled === 0n) return { format, unscaled: sign * b.unscaled, scale: b.scale, small };
  const [left, right] = align(a, b);
  const unscaled = left + sign * right;
  const scale = Math.min(a.scale, b.scale);
  return { format, unscaled, scale, small: small && asInt64Bits(unscaled) === unscaled };
}

function align(a: Quantity, b: Quantity): readonly [bigint, bigint] {
  const shift = a.scale - b.scale;
  if (Math.abs(shift) > MAX_ALIGNMENT_DIGITS && a.unscaled !== 0n && b.unscaled !== 0n) {
    throw new QuantityError(
      "quantity-out-of-range",
      `These quantities differ by a factor of about 10^${Math.abs(shift)}: too far apart to compare or add.`,
      "use quantities within a few hundred digits of each other",
    );
  }
  if (shift === 0 || a.unscaled === 0n || b.unscaled === 0n) return [a.unscaled, b.unscaled];
  return shift > 0
    ? [a.unscaled * pow10(shift), b.unscaled]
    : [a.unscaled, b.unscaled * pow10(-shift)];
}

function fitting(unscaled: bigint, up: number): bigint | undefined {
  if (unscaled === 0n) return 0n;
  if (up > 19) return undefined;
  const product = unscaled * pow10(up);
  return asInt64Bits(product) === product ? product : undefined;
}

function scaledValue(quantity: Quantity, scale: number): bigint {
  const { unscaled } = quantity;
  const down = scale - quantity.scale;
  if (quantity.small) {
    return down > 0 ? divideAwayFromZero(unscaled, down) : (fitting(unscaled, -down) ?? 0n);
  }
  return down > 0 ? digitsShift(unscaled, down) : asInt64Bits(unscaled * pow10(-down));
}
