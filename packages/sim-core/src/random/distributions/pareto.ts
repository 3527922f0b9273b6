import { exp, log } from "../../math/index.ts";
import { type Distribution, isPositive, requireParameter } from "../distribution.ts";

/**
 * Pareto: P(X > x) = (minimum / x)^shape from `minimum` on. Heavy-tailed: no mean at shape 1 and
 * below, no variance at shape 2 and below.
 */
export function pareto({ minimum, shape }: { minimum: number; shape: number }): Distribution {
  requireParameter(isPositive(minimum), "pareto", "minimum", minimum, "finite and above 0");
  requireParameter(isPositive(shape), "pareto", "shape", shape, "finite and above 0");
  const mean = shape > 1 ? (shape * minimum) / (shape - 1) : Infinity;
  return {
    sample: (stream) => minimum * exp(-log(1 - stream.double()) / shape),
    mean,
    variance:
      shape > 2
        ? (minimum * minimum * shape) / ((shape - 1) * (shape - 1) * (shape - 2))
        : Infinity,
    describe: () => `pareto({ minimum: ${minimum}, shape: ${shape} })`,
  };
}
