import { type Distribution, requireParameter } from "../distribution.ts";

/** Equally likely everywhere between `low` and `high`. */
export function uniform({ low, high }: { low: number; high: number }): Distribution {
  requireParameter(Number.isFinite(low), "uniform", "low", low, "finite");
  requireParameter(
    high >= low && high < Infinity,
    "uniform",
    "high",
    high,
    "finite, not below low",
  );
  const width = high - low;
  return {
    sample: (stream) => low + width * stream.double(),
    mean: low + width / 2,
    variance: (width * width) / 12,
    describe: () => `uniform({ low: ${low}, high: ${high} })`,
  };
}
