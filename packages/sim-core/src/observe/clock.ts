import type { SimTime } from "../time/index.ts";

/** Anything that tells simulated time; a `Simulation` does. */
export interface Clock {
  readonly now: SimTime;
}
