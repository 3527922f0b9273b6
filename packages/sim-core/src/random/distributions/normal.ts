import { type Distribution, requireParameter } from "../distribution.ts";
import { standardNormal } from "../standard-normal.ts";

/** Normal with the given mean and standard deviation. Takes negative values: mind delays. */
export function normal(parameters: { mean: number; standardDeviation: number }): Distribution {
  const { mean, standardDeviation } = parameters;
  requireParameter(Number.isFinite(mean), "normal", "mean", mean, "finite");
  requireParameter(
    standardDeviation >= 0 && standardDeviation < Infinity,
    "normal",
    "standardDeviation",
    standardDeviation,
    "finite, not below 0",
  );
  return {
    sample: (stream) => mean + standardDeviation * standardNormal(stream.double()),
    mean,
    variance: standardDeviation * standardDeviation,
    describe: () => `normal({ mean: ${mean}, standardDeviation: ${standardDeviation} })`,
  };
}
