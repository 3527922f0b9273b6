import type { IntOrString } from "./meta.ts";
import { type Quantity, QuantityError, type QuantityFormat, quantityText } from "./quantity.ts";
import { asInt64Bits, divideAwayFromZero, pow10 } from "./quantity-integer.ts";

const MAX_INT64 = (1n << 63n) - 1n;
const NANO = -9;
/** Decimal digits that always fit a signed 64-bit integer. */
const INT64_DIGITS = 18;

const DECIMAL_SUFFIXES: ReadonlyMap<string, number> = new Map(
  Object.entries({ n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }),
);
const BINARY_SUFFIXES: ReadonlyMap<string, number> = new Map(
  Object.entries({ Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }),
);

/**
 * Reads a quantity (`100m`, `1.5Gi`, `1e3`, a plain number) as `resource.ParseQuantity` of
 * Kubernetes 1.36 does: finer than a billionth is rounded up to it, a value with a binary suffix is
 * capped at 2^63-1, a suffix alone (`Gi`) is 0.
 *
 * @throws {QuantityError} `quantity-format`, `quantity-numeric` or `quantity-suffix`.
 */
export function parseQuantity(value: IntOrString): Quantity {
  const text = quantityText(value);
  if (text === "0") return { format: "DecimalSI", unscaled: 0n, scale: 0, small: true, text };
  const parts = split(text);
  const suffix = interpret(parts.suffix);
  if (suffix === undefined) {
    throw new QuantityError(
      "quantity-suffix",
      `Quantity "${text}": "${parts.suffix}" is no suffix of a quantity.`,
      "use one of n u m k M G T P E, Ki Mi Gi Ti Pi Ei, or an exponent such as e3",
    );
  }
  return parseSmall(text, parts, suffix) ?? parseLarge(text, parts, suffix);
}

/** The quantity, or undefined where the text is none. */
export function tryParseQuantity(value: IntOrString): Quantity | undefined {
  try {
    return parseQuantity(value);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

interface Parts {
  readonly negative: boolean;
  /** Sign, digits and point as written. */
  readonly number: string;
  /** Digits before the point without leading zeros; at least "0". */
  readonly whole: string;
  readonly fraction: string;
  readonly suffix: string;
}

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

function split(text: string): Parts {
  const match = /^([+-]?)(\d*)(\.\d*)?([eEinumkKMGTP]*[-+]?\d*)$/.exec(text);
  if (match === null || text === "") {
    throw new QuantityError(
      "quantity-format",
      `"${text}" is not a quantity.`,
      "write a number with an optional suffix, such as 500m, 2, 1.5Gi or 1e3",
    );
  }
  const [, sign = "", digits = "", point = "", suffix = ""] = match;
  return {
    negative: sign === "-",
    number: sign + digits + point,
    whole: digits.replace(/^0+/, "") || "0",
    fraction: point.slice(1),
    suffix,
  };
}

function interpret(suffix: string): Suffix | undefined {
  const decimal = DECIMAL_SUFFIXES.get(suffix);
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: "DecimalSI" };
  const binary = BINARY_SUFFIXES.get(suffix);
  if (binary !== undefined) return { base: 2, exponent: binary, format: "BinarySI" };
  if (!/^[eE][-+]?\d+$/.test(suffix)) return undefined;
  const exponent = BigInt(suffix.slice(1).replace(/^\+/, ""));
  if (asInt64Bits(exponent) !== exponent) return undefined;
  return { base: 10, exponent: Number(BigInt.asIntN(32, exponent)), format: "DecimalExponent" };
}

/** How many digits of head-room the 64-bit path has; below zero it is not taken. */
function headRoom(parts: Parts, { base, exponent }: Suffix): number {
  const digits = parts.whole.length;
  if (base === 10) return INT64_DIGITS - digits - parts.fraction.length;
  if (parts.fraction !== "") return -1;
  return 15 - digits - Math.trunc((exponent * 3) / 10) - 1;
}

/** The path that stays in 64 bits; it alone keeps the text as given, where that is short enough. */
function parseSmall(text: string, parts: Parts, suffix: Suffix): Quantity | undefined {
  if (headRoom(parts, suffix) < 0) return undefined;
  const { base, exponent, format } = suffix;
  const scale = (base === 10 ? exponent : 0) - parts.fraction.length;
  if (scale < NANO) return undefined;
  const digits = parts.whole + parts.fraction;
  const value = BigInt(digits);
  const magnitude = base === 2 ? value << BigInt(exponent) : value;
  const unscaled = parts.negative ? -magnitude : magnitude;
  const keepsText =
    base === 2
      ? (value & 7n) !== 0n
      : scale % 3 === 0 && !digits.endsWith("000") && !digits.startsWith("0");
  const quantity = { format, unscaled, scale, small: true };
  return keepsText ? { ...quantity, text } : quantity;
}

function parseLarge(text: string, parts: Parts, { base, exponent, format }: Suffix): Quantity {
  const digits = parts.number.replace(/[+\-.]/g, "");
  if (digits === "") {
    throw new QuantityError(
      "quantity-numeric",
      `Quantity "${text}" has no digits.`,
      "write a number before the suffix",
    );
  }
  let magnitude = base === 2 ? BigInt(digits) << BigInt(exponent) : BigInt(digits);
  let scale = (base === 10 ? exponent : 0) - parts.fraction.length;
  if (magnitude !== 0n) {
    magnitude = toNano(text, magnitude, scale);
    scale = NANO;
  }
  if (base === 2 && magnitude > MAX_INT64 * pow10(-scale)) {
    magnitude = MAX_INT64;
    scale = 0;
  }
  const belowOne = base === 2 && magnitude > 0n && magnitude < pow10(-scale);
  const unscaled = parts.negative ? -magnitude : magnitude;
  return { format: belowOne ? "DecimalSI" : format, unscaled, scale, small: false };
}

function toNano(text: string, magnitude: bigint, scale: number): bigint {
  if (scale < NANO) return divideAwayFromZero(magnitude, NANO - scale);
  if (scale - NANO > 4_096) {
    throw new QuantityError(
      "quantity-out-of-range",
      `Quantity "${text}" has more than 4,000 digits.`,
      "use a quantity that a cluster can have",
    );
  }
  return magnitude * pow10(scale - NANO);
}
