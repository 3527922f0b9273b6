import { SimulationError } from "../errors/index.ts";
import type { ExperimentHeader, PlannedRun } from "./experiment.ts";
import { plannedRuns } from "./experiment.ts";

/** One of `count` equal parts of an experiment; `index` counts from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Reads `i/n`, as in `--shard 2/4`. */
export function parseShard(text: string): Shard {
  const match = /^([1-9]\d{0,8})\/([1-9]\d{0,8})$/.exec(text);
  const index = Number(match?.[1]);
  const count = Number(match?.[2]);
  if (match !== null && index <= count) return { index, count };
  throw new SimulationError(
    "bad-shard",
    { shard: text },
    `"${text}" names no shard.`,
    "Write i/n with 1 <= i <= n, such as 2/4.",
  );
}

/** Writes a shard as `parseShard` reads it. */
export function formatShard(shard: Shard): string {
  return `${shard.index}/${shard.count}`;
}

/**
 * The runs of one shard: every count-th run, so that shards differ by one run at most and slow
 * configurations are spread. The shards of an experiment are disjoint and together complete.
 */
export function shardRuns(header: ExperimentHeader, shard?: Shard): readonly PlannedRun[] {
  const runs = plannedRuns(header);
  if (shard === undefined) return runs;
  return runs.filter((_, position) => position % shard.count === shard.index - 1);
}
