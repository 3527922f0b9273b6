import type { Parameters } from "./configuration.ts";
import { type Experiment, experimentHeader, performRun, type RunRecord } from "./experiment.ts";
import type { PlainData } from "./plain-data.ts";
import { type ResultSet, recordName, resultSet, runKey } from "./result-set.ts";
import { formatShard, type Shard, shardRuns } from "./shard.ts";

/** How far an experiment is. */
export interface ExperimentProgress {
  /** Runs that are finished, those taken over from earlier included. */
  readonly finished: number;
  readonly total: number;
  /** Runs taken over from an earlier, interrupted attempt. */
  readonly resumed: number;
}

export interface RunExperimentOptions<Result> {
  /** Makes only this part of the experiment. */
  readonly shard?: Shard;
  /** Runs that need not be made again. */
  readonly finished?: Iterable<RunRecord<Result>>;
  /** Told of every record as soon as it is there, in the order of the plan. */
  readonly onRecord?: (record: RunRecord<Result>) => void;
  readonly onProgress?: (progress: ExperimentProgress) => void;
  /** Asked before every run; what is finished by then is given back. */
  readonly signal?: { readonly aborted: boolean };
}

/**
 * Runs an experiment, or one shard of it, here and now, one run after the other. Works in a
 * browser; for worker threads and results on disk see `@k8s-netsim/sim-core/node`, which gives the
 * same bytes.
 */
export function runExperiment<Setting extends Parameters, Result extends PlainData>(
  definition: Experiment<Setting, Result>,
  options: RunExperimentOptions<Result> = {},
): ResultSet<Result> {
  const { shard, onRecord, onProgress, signal } = options;
  const header = experimentHeader(definition);
  const runs = shardRuns(header, shard);
  const planned = new Set(runs.map((run) => runKey(recordName(header, run))));
  const records = new Map<string, RunRecord<Result>>();
  for (const record of options.finished ?? []) {
    if (planned.has(runKey(record))) records.set(runKey(record), record);
  }
  const resumed = records.size;
  onProgress?.({ finished: resumed, total: runs.length, resumed });
  for (const run of runs) {
    const key = runKey(recordName(header, run));
    if (records.has(key)) continue;
    if (signal?.aborted) break;
    const record = performRun(definition, run);
    records.set(key, record);
    onRecord?.(record);
    onProgress?.({ finished: records.size, total: runs.length, resumed });
  }
  return resultSet(header, records.values(), shard === undefined ? [] : [formatShard(shard)]);
}
