import { exp, log } from "../../math/index.ts";
import { type Distribution, requireParameter } from "../distribution.ts";
import { indexAbove } from "../index-above.ts";

/**
 * Zipf: rank k of 1 … `count` with a probability proportional to k^−exponent; popularity of names,
 * pages, keys. Holds a table of `count` numbers.
 */
export function zipf({ count, exponent }: { count: number; exponent: number }): Distribution {
  requireParameter(Number.isInteger(count) && count >= 1, "zipf", "count", count, "a whole number");
  requireParameter(
    exponent >= 0 && exponent < Infinity,
    "zipf",
    "exponent",
    exponent,
    "finite, not below 0",
  );
  const cumulative = new Float64Array(count);
  let weights = 0;
  let firstMoment = 0;
  let secondMoment = 0;
  for (let rank = 1; rank <= count; rank++) {
    const weight = exp(-exponent * log(rank));
    weights += weight;
    firstMoment += weight * rank;
    secondMoment += weight * rank * rank;
    cumulative[rank - 1] = weights;
  }
  const mean = firstMoment / weights;
  return {
    sample: (stream) => 1 + indexAbove(cumulative, stream.double() * weights),
    mean,
    variance: secondMoment / weights - mean * mean,
    describe: () => `zipf({ count: ${count}, exponent: ${exponent} })`,
  };
}
