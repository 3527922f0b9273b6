import { SimulationError } from "../errors/index.ts";
import type { RandomStream } from "./random-stream.ts";

/**
 * A probability distribution with stated parameters and exact moments.
 *
 * It holds no state: the numbers come from the stream given, so one distribution serves many owners.
 * Unless its page says otherwise a sample costs one draw and grows with it (inversion), which keeps
 * runs under common random numbers in step and makes antithetic streams work.
 */
export interface Distribution {
  /** One value. */
  sample(stream: RandomStream): number;
  /** Expected value; `Infinity` where it does not exist. */
  readonly mean: number;
  /** Variance; `Infinity` where it does not exist. */
  readonly variance: number;
  /** Name and parameters, as one would write them in code. */
  describe(): string;
}

/** Holds a parameter to its range when a distribution is made, so that sampling needs no checks. */
export function requireParameter(
  valid: boolean,
  distribution: string,
  parameter: string,
  given: number,
  rule: string,
): void {
  if (valid) return;
  throw new SimulationError(
    "bad-distribution-parameter",
    { distribution, parameter, given },
    `${distribution}: ${parameter} is ${given}.`,
    `It must be ${rule}.`,
  );
}

/** Finite and above zero. */
export function isPositive(value: number): boolean {
  return value > 0 && value < Infinity;
}
