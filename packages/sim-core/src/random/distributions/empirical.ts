import { SimulationError } from "../../errors/index.ts";
import type { Distribution } from "../distribution.ts";

/**
 * The values seen in data, each equally likely; with `interpolate` also those between neighbours in
 * size, on the polygon through the sorted values.
 */
export function empirical(
  values: readonly number[],
  options: { interpolate?: boolean } = {},
): Distribution {
  if (values.length === 0 || !values.every(Number.isFinite)) throw unusable(values.length);
  const sorted = Float64Array.from(values).sort();
  return options.interpolate && sorted.length > 1 ? polygon(sorted) : steps(sorted);
}

function steps(sorted: Float64Array): Distribution {
  const count = sorted.length;
  let mean = 0;
  for (const value of sorted) mean += value / count;
  let variance = 0;
  for (const value of sorted) variance += ((value - mean) * (value - mean)) / count;
  return {
    sample: (stream) => sorted[Math.floor(stream.double() * count)] as number,
    mean,
    variance,
    describe: () => `empirical(${count} values)`,
  };
}

/** Uniform between neighbours, each gap equally likely. */
function polygon(sorted: Float64Array): Distribution {
  const gaps = sorted.length - 1;
  let mean = 0;
  for (let i = 0; i < gaps; i++) mean += (at(sorted, i) + at(sorted, i + 1)) / 2 / gaps;
  let variance = 0;
  for (let i = 0; i < gaps; i++) {
    const low = at(sorted, i) - mean;
    const high = at(sorted, i + 1) - mean;
    variance += (low * low + low * high + high * high) / 3 / gaps;
  }
  return {
    sample: (stream) => {
      const position = stream.double() * gaps;
      const index = Math.floor(position);
      const low = at(sorted, index);
      return low + (position - index) * (at(sorted, index + 1) - low);
    },
    mean,
    variance,
    describe: () => `empirical(${sorted.length} values, interpolated)`,
  };
}

function at(sorted: Float64Array, index: number): number {
  return sorted[index] as number;
}

function unusable(count: number): SimulationError {
  return new SimulationError(
    "bad-empirical-data",
    { count },
    `empirical: ${count === 0 ? "there are no values" : "a value is not finite"}.`,
    "Give at least one value, all of them finite.",
  );
}
