import { SimulationError } from "../../errors/index.ts";
import type { RandomStream } from "../random-stream.ts";

/** The times of one sequence of arrivals, ascending, in nanoseconds; `Infinity` after the last. */
export type NextArrival = () => number;

/**
 * When things arrive: a description without state, from which any number of sequences can begin.
 *
 * Times are not rounded, so that a high rate loses nothing; the kernel rounds when it schedules.
 */
export interface Arrivals {
  /** Begins a sequence at a time. */
  begin(stream: RandomStream, startNs: number): NextArrival;
  /** Arrivals per second in the long run; `NaN` where that is not known. */
  readonly ratePerSecond: number;
  /** Name and parameters, as one would write them in code. */
  describe(): string;
}

/** What a second has of nanoseconds. */
export const NANOS_PER_SECOND = 1_000_000_000;

/** Holds a rate to its range. */
export function requireRate(valid: boolean, arrivals: string, rate: number, rule: string): void {
  if (valid) return;
  throw new SimulationError(
    "bad-arrival-rate",
    { arrivals, ratePerSecond: rate },
    `${arrivals}: ${rate} arrivals per second.`,
    `The rate must be ${rule}.`,
  );
}
