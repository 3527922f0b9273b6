import { exp, log } from "../../math/index.ts";
import { type Distribution, isPositive, requireParameter } from "../distribution.ts";
import { logGamma } from "../log-gamma.ts";

/**
 * Weibull: P(X > x) = exp(−(x / scale)^shape). Below shape 1 failures get rarer with age, above it
 * more frequent; shape 1 is exponential.
 */
export function weibull({ scale, shape }: { scale: number; shape: number }): Distribution {
  requireParameter(isPositive(scale), "weibull", "scale", scale, "finite and above 0");
  requireParameter(isPositive(shape), "weibull", "shape", shape, "finite and above 0");
  const mean = scale * exp(logGamma(1 + 1 / shape));
  const secondMoment = scale * scale * exp(logGamma(1 + 2 / shape));
  return {
    sample: (stream) => scale * exp(log(-log(1 - stream.double())) / shape),
    mean,
    variance: secondMoment - mean * mean,
    describe: () => `weibull({ scale: ${scale}, shape: ${shape} })`,
  };
}
