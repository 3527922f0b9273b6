import { exp, log } from "../../math/index.ts";
import { type Distribution, isPositive, requireParameter } from "../distribution.ts";
import type { RandomStream } from "../random-stream.ts";
import { standardNormal } from "../standard-normal.ts";

/**
 * Gamma with the given shape and scale (mean shape · scale); a whole shape is the Erlang distribution.
 *
 * Sampled by Marsaglia and Tsang's rejection (2000), so the number of draws varies.
 */
export function gamma({ shape, scale }: { shape: number; scale: number }): Distribution {
  requireParameter(isPositive(shape), "gamma", "shape", shape, "finite and above 0");
  requireParameter(isPositive(scale), "gamma", "scale", scale, "finite and above 0");
  return {
    sample: (stream) =>
      shape >= 1
        ? scale * largeShape(shape, stream)
        : // Gamma(shape) = Gamma(shape + 1) · u^(1/shape).
          scale * largeShape(shape + 1, stream) * exp(log(stream.double()) / shape),
    mean: shape * scale,
    variance: shape * scale * scale,
    describe: () => `gamma({ shape: ${shape}, scale: ${scale} })`,
  };
}

/** Gamma of unit scale and a shape of at least 1: a squeezed normal, cubed. */
function largeShape(shape: number, stream: RandomStream): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = standardNormal(stream.double());
    const t = 1 + c * x;
    if (t <= 0) continue;
    const v = t * t * t;
    if (log(stream.double()) < (x * x) / 2 + d * (1 - v + log(v))) return d * v;
  }
}
