import { SimulationError } from "../../errors/index.ts";
import { type Arrivals, NANOS_PER_SECOND } from "./arrivals.ts";

/**
 * Arrivals at recorded times, in nanoseconds from the start of the sequence and ascending. With
 * `repeatAfterNs` the recording begins again after so long. Draws nothing.
 */
export function trace(
  timesNs: readonly number[],
  options: { repeatAfterNs?: number } = {},
): Arrivals {
  const { repeatAfterNs = Infinity } = options;
  const last = timesNs.at(-1) ?? Number.NaN;
  const ascending = timesNs.every((time, i) => time >= (i === 0 ? 0 : (timesNs[i - 1] as number)));
  if (!(ascending && last <= repeatAfterNs && last < Infinity)) throw notATrace(timesNs.length);
  const lengthNs = repeatAfterNs === Infinity ? last : repeatAfterNs;
  return {
    begin: (_stream, startNs) => {
      let index = 0;
      let originNs = startNs;
      return () => {
        if (index === timesNs.length) {
          index = 0;
          originNs += repeatAfterNs;
        }
        return originNs + (timesNs[index++] as number);
      };
    },
    ratePerSecond: (timesNs.length / lengthNs) * NANOS_PER_SECOND,
    describe: () => `trace(${timesNs.length} times)`,
  };
}

function notATrace(count: number): SimulationError {
  return new SimulationError(
    "bad-arrival-trace",
    { count },
    "trace: the times are not ascending from 0, there are none, or the repetition cuts them.",
    "Sort them, subtract the first, and repeat only after the last.",
  );
}
