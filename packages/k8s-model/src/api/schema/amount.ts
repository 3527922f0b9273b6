import type { Quantity } from "../quantity.ts";
import { tryParseQuantity } from "../quantity-parse.ts";

/**
 * The quantity in a JSON value (text or number), or undefined. White space around the text is allowed
 * here, as in the server's decoder, though not in a quantity as such.
 */
export function readQuantity(value: unknown): Quantity | undefined {
  if (typeof value === "number") return tryParseQuantity(value);
  return typeof value === "string" ? tryParseQuantity(value.trim()) : undefined;
}
