import { availableParallelism } from "node:os";
import { performance } from "node:perf_hooks";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Tinypool } from "tinypool";
import { SimulationError } from "../errors/index.ts";
import {
  type ExperimentHeader,
  type ExperimentProgress,
  formatShard,
  type PlainData,
  type ResultSet,
  type RunRecord,
  recordName,
  resultSet,
  runKey,
  type Shard,
  shardRuns,
} from "../experiment/index.ts";
import { ResultsFile } from "./results-file.ts";
import type { WorkerAnswer, WorkerFailure, WorkerSource, WorkerTask } from "./worker-message.ts";

/** How far an experiment in workers is, and how long it will take on this machine. */
export interface WorkerProgress extends ExperimentProgress {
  readonly runsPerSecond: number;
  /** `Infinity` until the first run is finished. */
  readonly secondsLeft: number;
}

export interface RunInWorkersOptions {
  /** The module that exports the experiment, or a function that makes it: a file URL or a path. */
  readonly module: URL | string;
  /** `default` unless told. */
  readonly exportName?: string;
  /** Handed to the function, if the module exports one. */
  readonly argument?: PlainData;
  /** Worker threads; as many as the machine has processors unless told. */
  readonly workers?: number;
  readonly shard?: Shard;
  /** Where finished runs are kept; an interrupted experiment continues from it. */
  readonly resultsFile?: string;
  readonly onProgress?: (progress: WorkerProgress) => void;
  /** Stops at once; finished runs are given back, and kept in the file. */
  readonly signal?: AbortSignal;
}

/**
 * Runs an experiment in worker threads. The result set has the same bytes with 1 and n workers, and
 * as `runExperiment` gives. With a results file, runs are on the disk before they count as
 * finished, and a further call after a kill makes only those that are missing.
 *
 * A failing run stops the experiment with its error (`run-failed`, naming the run and its seed);
 * runs that finished before are kept in the file.
 */
export async function runInWorkers<Result extends PlainData = PlainData>(
  options: RunInWorkersOptions,
): Promise<ResultSet<Result>> {
  const { workers = availableParallelism(), shard, resultsFile } = options;
  const pool = workerPool(options, workers);
  const shards = shard === undefined ? [] : [formatShard(shard)];
  try {
    const header = (await ask(pool, null, options.signal)) as ExperimentHeader;
    const file =
      resultsFile === undefined
        ? undefined
        : await ResultsFile.open<Result>(resultsFile, header, shards);
    try {
      const records = await makeRuns<Result>(pool, header, workers, options, file);
      return resultSet(header, records, shards);
    } finally {
      await file?.close();
    }
  } finally {
    await pool.destroy();
  }
}

/**
 * Makes the runs that are missing; two are under way per worker, so that none waits for the disk.
 */
async function makeRuns<Result>(
  pool: Tinypool,
  header: ExperimentHeader,
  workers: number,
  options: RunInWorkersOptions,
  file: ResultsFile<Result> | undefined,
): Promise<Iterable<RunRecord<Result>>> {
  const { shard, signal } = options;
  const runs = shardRuns(header, shard);
  const planned = new Map(runs.map((run) => [runKey(recordName(header, run)), run]));
  const records = new Map<string, RunRecord<Result>>();
  for (const record of file?.finished ?? []) {
    if (planned.delete(runKey(record))) records.set(runKey(record), record);
  }
  const report = progressReport(runs.length, records.size, options.onProgress);
  report(records.size);
  const waiting = planned.values();
  let failed = false;
  const feed = async (): Promise<void> => {
    for (const run of waiting) {
      if (failed || signal?.aborted) return;
      try {
        const record = (await ask(pool, run, signal)) as RunRecord<Result>;
        await file?.append(record);
        records.set(runKey(record), record);
        report(records.size);
      } catch (error) {
        if (signal?.aborted) return;
        failed = true;
        throw error;
      }
    }
  };
  const feeds = await Promise.allSettled(Array.from({ length: 2 * workers }, feed));
  for (const each of feeds) if (each.status === "rejected") throw each.reason;
  return records.values();
}

function workerPool(options: RunInWorkersOptions, workers: number): Tinypool {
  const { module, exportName = "default", argument } = options;
  const url = module instanceof URL || module.startsWith("file:") ? module : pathToFileURL(module);
  const fromSource = import.meta.url.endsWith(".ts");
  const entry = new URL(fromSource ? "./worker-source.mjs" : "./worker.js", import.meta.url);
  return new Tinypool({
    filename: fileURLToPath(entry),
    minThreads: workers,
    maxThreads: workers,
    // Waiting with atomics would keep a worker from importing a module asynchronously.
    useAtomics: false,
    workerData: { module: String(url), exportName, argument } satisfies WorkerSource,
    ...(fromSource ? { execArgv: ["--conditions=k8s-netsim-source"] } : {}),
  });
}

async function ask(
  pool: Tinypool,
  task: WorkerTask,
  signal: AbortSignal | undefined,
): Promise<Exclude<WorkerAnswer, WorkerFailure>> {
  const answer = (await pool.run(task, signal === undefined ? {} : { signal })) as WorkerAnswer;
  if (!("failed" in answer)) return answer;
  throw revivedFailure(answer);
}

/** The error as it was thrown in the worker, its stack included. */
function revivedFailure(failure: WorkerFailure): SimulationError {
  const error = new SimulationError(failure.code, failure.facts, "", "");
  error.message = failure.message;
  error.stack = failure.stack;
  return error;
}

function progressReport(
  total: number,
  resumed: number,
  onProgress: RunInWorkersOptions["onProgress"],
): (finished: number) => void {
  const start = performance.now();
  return (finished) => {
    const seconds = (performance.now() - start) / 1000;
    const made = finished - resumed;
    const runsPerSecond = made === 0 ? 0 : made / seconds;
    const secondsLeft = finished === total ? 0 : (total - finished) / runsPerSecond;
    onProgress?.({ finished, total, resumed, runsPerSecond, secondsLeft });
  };
}
