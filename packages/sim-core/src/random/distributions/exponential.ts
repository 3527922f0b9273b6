import { log } from "../../math/index.ts";
import { type Distribution, isPositive, requireParameter } from "../distribution.ts";

/** Exponential with the given mean: the time to the next event of a process without memory. */
export function exponential({ mean }: { mean: number }): Distribution {
  requireParameter(isPositive(mean), "exponential", "mean", mean, "finite and above 0");
  return {
    // 1 − u, so that the sample grows with the draw; u is a multiple of 2^-53 inside (0, 1), so 1 − u is exact and not 0.
    sample: (stream) => -mean * log(1 - stream.double()),
    mean,
    variance: mean * mean,
    describe: () => `exponential({ mean: ${mean} })`,
  };
}
