import { SimulationError } from "../errors/index.ts";

declare const simTime: unique symbol;

/**
 * Simulated time, or a length of it: a whole number of nanoseconds.
 *
 * An integer, so that sums are exact and equal times are equal; up to 2^53 − 1 ns, about 104 days.
 */
export type SimTime = number & { readonly [simTime]: true };

/** The latest representable time, about 104 days. */
export const MAX_TIME: SimTime = Number.MAX_SAFE_INTEGER as SimTime;

const NANOS_PER_MICRO = 1_000;
const NANOS_PER_MILLI = 1_000_000;
/** What a second has of them. */
export const NANOS_PER_SECOND = 1_000_000_000;

/** `n` nanoseconds; fractions round to the nearest. */
export function nanos(n: number): SimTime {
  return wholeNanos(n, n, "ns");
}

/** `n` microseconds, rounded to the nearest nanosecond. */
export function micros(n: number): SimTime {
  return wholeNanos(n * NANOS_PER_MICRO, n, "µs");
}

/** `n` milliseconds, rounded to the nearest nanosecond. */
export function millis(n: number): SimTime {
  return wholeNanos(n * NANOS_PER_MILLI, n, "ms");
}

/** `n` seconds, rounded to the nearest nanosecond: `seconds(0.1)` is exactly 100,000,000 ns. */
export function seconds(n: number): SimTime {
  return wholeNanos(n * NANOS_PER_SECOND, n, "s");
}

/** `n` minutes, rounded to the nearest nanosecond. */
export function minutes(n: number): SimTime {
  return wholeNanos(n * 60 * NANOS_PER_SECOND, n, "min");
}

/** `n` hours, rounded to the nearest nanosecond. */
export function hours(n: number): SimTime {
  return wholeNanos(n * 3600 * NANOS_PER_SECOND, n, "h");
}

/** A time as seconds, for people and for charts; the kernel itself never computes in seconds. */
export function toSeconds(time: number): number {
  return time / NANOS_PER_SECOND;
}

function wholeNanos(exactNs: number, given: number, unit: string): SimTime {
  const rounded = Math.round(exactNs);
  if (rounded >= 0 && rounded <= MAX_TIME) return (rounded + 0) as SimTime;
  throw new SimulationError(
    "time-out-of-range",
    { given, unit },
    `${given} ${unit} is not a time: times are finite, not negative and below 2^53 ns (104 days).`,
    "Check the number and its unit.",
  );
}
