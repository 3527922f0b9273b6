import { type BatchMeans, batchMeans } from "./batch-means.ts";
import type { Interval } from "./interval.ts";
import { meanInterval } from "./mean-interval.ts";
import { type Sample, sampleMean } from "./sample.ts";
import { FEWEST_GROUPS, type WarmUpCut, warmUpCut } from "./warm-up.ts";

export interface SteadyStateOptions {
  /** Observations to drop from the start, or `mser-5` (the default) to find the cut. */
  readonly warmUp?: number | "mser-5";
  readonly batches?: number;
  readonly confidence?: number;
}

export interface SteadyState {
  readonly interval: Interval;
  readonly warmUp: WarmUpCut;
  readonly batches: BatchMeans;
  /** What speaks against the interval, as sentences; empty where nothing does. */
  readonly warnings: readonly string[];
}

/**
 * Steady-state analysis of one long run: cut the warm-up (MSER-5), then batch means with the lag-1
 * check. For a question about the long run ("the latency at this load"), from one run.
 */
export function steadyState(values: Sample, options: SteadyStateOptions = {}): SteadyState {
  const { warmUp = "mser-5", ...batching } = options;
  const found =
    warmUp === "mser-5" ? warmUpCut(values) : { cut: warmUp, steady: true, statistic: Number.NaN };
  const batches = batchMeans(values.slice(found.cut), batching);
  const warnings: string[] = [];
  if (!found.steady) {
    warnings.push(
      Number.isNaN(found.statistic)
        ? `${values.length} observations are too few to find a warm-up, which takes ${5 * FEWEST_GROUPS}: ` +
            "nothing was cut. Run longer, or give the warm-up."
        : "The run shows no steady state: half of it looks like warm-up. Run longer.",
    );
  }
  if (!batches.independent) {
    warnings.push(
      "Neighbouring batches are correlated, so the interval is too narrow. Run longer.",
    );
  }
  return { interval: batches.interval, warmUp: found, batches, warnings };
}

/**
 * Steady-state analysis over independent replications: one cut for all, found by MSER-5 on the
 * series averaged across them (Welch's idea), then a t interval over the replications' means.
 * Series of unequal length are averaged over the shortest.
 */
export function replicatedSteadyState(
  series: readonly Sample[],
  options: { readonly warmUp?: number | "mser-5"; readonly confidence?: number } = {},
): {
  readonly interval: Interval;
  readonly warmUp: WarmUpCut;
  readonly means: Float64Array;
} {
  const { warmUp = "mser-5", confidence = 0.95 } = options;
  const found =
    warmUp === "mser-5"
      ? warmUpCut(averagedSeries(series))
      : { cut: warmUp, steady: true, statistic: Number.NaN };
  const means = Float64Array.from(series, (values) => sampleMean(values.slice(found.cut)));
  return { interval: meanInterval(means, confidence), warmUp: found, means };
}

/**
 * Terminating analysis: one value per replication of a period with a natural end ("the first hour
 * after the roll-out"), with its t interval. The start belongs to the question, nothing is cut.
 */
export function terminating(values: Sample, confidence: number = 0.95): Interval {
  return meanInterval(values, confidence);
}

function averagedSeries(series: readonly Sample[]): Float64Array {
  const length = series.reduce((shortest, values) => Math.min(shortest, values.length), Infinity);
  const averaged = new Float64Array(Number.isFinite(length) ? length : 0);
  for (const values of series) {
    for (let i = 0; i < averaged.length; i++) {
      averaged[i] = (averaged[i] as number) + (values[i] as number) / series.length;
    }
  }
  return averaged;
}
