import { SimulationError } from "../../errors/index.ts";
import type { Distribution } from "../distribution.ts";
import { type Arrivals, NANOS_PER_SECOND } from "./arrivals.ts";

/** Arrivals whose gaps are independent and alike, by a distribution in nanoseconds. */
export function renewal(gapNs: Distribution): Arrivals {
  return {
    begin: (stream, startNs) => {
      let time = startNs;
      return () => {
        const gap = gapNs.sample(stream);
        if (!(gap >= 0)) throw negativeGap(gap, gapNs);
        time += gap;
        return time;
      };
    },
    ratePerSecond: NANOS_PER_SECOND / gapNs.mean,
    describe: () => `renewal(${gapNs.describe()})`,
  };
}

function negativeGap(gap: number, distribution: Distribution): SimulationError {
  return new SimulationError(
    "negative-gap",
    { gap, distribution: distribution.describe() },
    `A gap of ${gap} ns between arrivals, drawn from ${distribution.describe()}.`,
    "Use a distribution without negative values.",
  );
}
