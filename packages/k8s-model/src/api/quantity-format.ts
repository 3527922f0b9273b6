import { compareQuantities, type Quantity } from "./quantity.ts";
import { divideAwayFromZero, pow10, removeFactors } from "./quantity-integer.ts";

const DECIMAL: ReadonlyMap<number, string> = new Map([
  [-9, "n"],
  [-6, "u"],
  [-3, "m"],
  [3, "k"],
  [6, "M"],
  [9, "G"],
  [12, "T"],
  [15, "P"],
  [18, "E"],
]);
const BINARY: readonly string[] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const KIBI: Quantity = { format: "DecimalSI", unscaled: 1024n, scale: 0, small: true };

/**
 * The canonical text: no fraction, the largest suffix that loses nothing, the exponent a multiple of
 * three. A parsed quantity whose text already was short enough is printed as given, as the original
 * does. Exponents without a suffix (above `E`, `Ei`) print bare, also as the original does.
 */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text;
  if (quantity.unscaled === 0n) return "0";
  return quantity.format === "BinarySI" && printsBinary(quantity)
    ? formatBinary(quantity)
    : formatDecimal(quantity);
}

/** Small or fractional numbers lose nothing only in the decimal form. */
function printsBinary(quantity: Quantity): boolean {
  const magnitude = quantity.unscaled < 0n ? -quantity.unscaled : quantity.unscaled;
  if (compareQuantities({ ...quantity, unscaled: magnitude }, KIBI) < 0) return false;
  return quantity.scale >= 0 || quantity.unscaled % pow10(-quantity.scale) === 0n;
}

function formatBinary({ unscaled, scale }: Quantity): string {
  const whole = scale >= 0 ? unscaled * pow10(scale) : divideAwayFromZero(unscaled, -scale);
  const { rest, times } = removeFactors(whole, 1024n);
  return `${rest}${BINARY[times] ?? ""}`;
}

function formatDecimal({ unscaled, scale, format }: Quantity): string {
  const { rest, times } = removeFactors(unscaled, 10n);
  const exponent = scale + times;
  const surplus = ((exponent % 3) + 3) % 3;
  const number = rest * pow10(surplus);
  const multiple = exponent - surplus;
  if (multiple === 0) return String(number);
  const suffix = format === "DecimalExponent" ? `e${multiple}` : (DECIMAL.get(multiple) ?? "");
  return `${number}${suffix}`;
}
