import { SimulationError } from "../../errors/index.ts";
import { log } from "../../math/index.ts";
import { isPositive } from "../distribution.ts";
import { type Arrivals, NANOS_PER_SECOND, requireRate } from "./arrivals.ts";

/** A rate that changes with time. */
export interface VaryingRate {
  /** Arrivals per second at a time since the start of the simulation, in nanoseconds. */
  readonly ratePerSecond: (timeNs: number) => number;
  /** The rate is never above this; the closer, the fewer draws are wasted. */
  readonly maxRatePerSecond: number;
}

/**
 * Poisson arrivals at a rate that varies with time, by thinning (Lewis and Shedler 1979): arrivals at
 * the highest rate, each kept with the share that the rate of its moment has. Two draws a candidate.
 */
export function timeVarying({ ratePerSecond, maxRatePerSecond }: VaryingRate): Arrivals {
  requireRate(isPositive(maxRatePerSecond), "timeVarying", maxRatePerSecond, "finite and above 0");
  const meanGapNs = NANOS_PER_SECOND / maxRatePerSecond;
  return {
    begin: (stream, startNs) => {
      let time = startNs;
      return () => {
        // Beyond any simulation's end nothing need be found: a rate that stays 0 ends the sequence.
        while (time <= Number.MAX_SAFE_INTEGER) {
          time -= meanGapNs * log(1 - stream.double());
          const rate = ratePerSecond(time);
          if (!(rate >= 0 && rate <= maxRatePerSecond))
            throw outOfBounds(time, rate, maxRatePerSecond);
          if (stream.double() * maxRatePerSecond < rate) return time;
        }
        return Infinity;
      };
    },
    ratePerSecond: Number.NaN,
    describe: () => `timeVarying({ maxRatePerSecond: ${maxRatePerSecond} })`,
  };
}

function outOfBounds(timeNs: number, rate: number, max: number): SimulationError {
  return new SimulationError(
    "rate-out-of-bounds",
    { timeNs, ratePerSecond: rate, maxRatePerSecond: max },
    `timeVarying: at ${timeNs} ns the rate is ${rate} per second, outside of 0 to ${max}.`,
    "Raise maxRatePerSecond to the true maximum.",
  );
}
