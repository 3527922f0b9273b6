import { type Distribution, requireParameter } from "../distribution.ts";

/** Always `value`. Draws nothing. */
export function constant(value: number): Distribution {
  requireParameter(Number.isFinite(value), "constant", "value", value, "finite");
  return { sample: () => value, mean: value, variance: 0, describe: () => `constant(${value})` };
}
