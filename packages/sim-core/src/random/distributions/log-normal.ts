import { exp, log, log1p } from "../../math/index.ts";
import { type Distribution, isPositive, requireParameter } from "../distribution.ts";
import { standardNormal } from "../standard-normal.ts";

/**
 * Log-normal: its logarithm is normal. `mean` and `standardDeviation` are those of the value itself,
 * not of its logarithm.
 */
export function logNormal(parameters: { mean: number; standardDeviation: number }): Distribution {
  const { mean, standardDeviation } = parameters;
  requireParameter(isPositive(mean), "logNormal", "mean", mean, "finite and above 0");
  requireParameter(
    standardDeviation >= 0 && standardDeviation < Infinity,
    "logNormal",
    "standardDeviation",
    standardDeviation,
    "finite, not below 0",
  );
  const relative = standardDeviation / mean;
  const logVariance = log1p(relative * relative);
  const logDeviation = Math.sqrt(logVariance);
  const logMean = log(mean) - logVariance / 2;
  return {
    sample: (stream) => exp(logMean + logDeviation * standardNormal(stream.double())),
    mean,
    variance: standardDeviation * standardDeviation,
    describe: () => `logNormal({ mean: ${mean}, standardDeviation: ${standardDeviation} })`,
  };
}
