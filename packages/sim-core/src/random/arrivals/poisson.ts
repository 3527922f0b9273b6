import { log } from "../../math/index.ts";
import { isPositive } from "../distribution.ts";
import { type Arrivals, NANOS_PER_SECOND, requireRate } from "./arrivals.ts";

/** Arrivals without memory at a constant rate: many independent users. */
export function poisson({ ratePerSecond }: { ratePerSecond: number }): Arrivals {
  requireRate(isPositive(ratePerSecond), "poisson", ratePerSecond, "finite and above 0");
  const meanGapNs = NANOS_PER_SECOND / ratePerSecond;
  return {
    begin: (stream, startNs) => {
      let time = startNs;
      return () => {
        time -= meanGapNs * log(1 - stream.double());
        return time;
      };
    },
    ratePerSecond,
    describe: () => `poisson({ ratePerSecond: ${ratePerSecond} })`,
  };
}
