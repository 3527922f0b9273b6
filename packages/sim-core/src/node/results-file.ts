import { type FileHandle, open, readFile, rename, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { SimulationError } from "../errors/index.ts";
import {
  type ExperimentHeader,
  formatResults,
  headLine,
  mergeResults,
  type PlainData,
  type ReadResults,
  type ResultSet,
  type RunRecord,
  readResults,
  recordLine,
  requireSameExperiment,
} from "../experiment/index.ts";
import { lockFile } from "./file-lock.ts";

/**
 * A file of results that grows by one line per finished run and survives a kill at any moment: a
 * line counts once it is on the disk with its newline, and a torn last line is cut off on opening.
 */
export class ResultsFile<Result = PlainData> {
  /** What the file held when it was opened: runs that need not be made again. */
  readonly finished: readonly RunRecord<Result>[];
  readonly #handle: FileHandle;
  readonly #unlock: () => Promise<void>;
  #waiting: string[] = [];
  #flushing: Promise<void> | undefined;

  private constructor(
    handle: FileHandle,
    unlock: () => Promise<void>,
    finished: readonly RunRecord<Result>[],
  ) {
    this.#handle = handle;
    this.#unlock = unlock;
    this.finished = finished;
  }

  /**
   * Opens or makes the file. Throws `different-experiments` for a file of another experiment (or
   * seed, or version) and `different-shard` for one of another part, and leaves it as it was.
   */
  static async open<Result = PlainData>(
    path: string,
    experiment: ExperimentHeader,
    shards: readonly string[] = [],
  ): Promise<ResultsFile<Result>> {
    const unlock = await lockFile(path);
    try {
      const found = await resume<Result>(path, experiment, shards);
      const handle = await open(path, "a");
      if (found === undefined) {
        await handle.appendFile(headLine(experiment, shards));
        await handle.sync();
        await syncFolder(dirname(path));
      }
      return new ResultsFile(handle, unlock, found?.results.records ?? []);
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  /**
   * Adds a run; settles when it is on the disk. Runs that finish meanwhile share the next write.
   */
  append(record: RunRecord<Result>): Promise<void> {
    this.#waiting.push(recordLine(record));
    this.#flushing ??= this.#flush();
    return this.#flushing;
  }

  /** Settles when everything is on the disk and the file is free for others. */
  async close(): Promise<void> {
    try {
      await this.#flushing;
    } finally {
      await this.#handle.close();
      await this.#unlock();
    }
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting.join("");
      this.#waiting = [];
      await this.#handle.appendFile(lines);
      await this.#handle.datasync();
    }
    this.#flushing = undefined;
  }
}

/** Reads a file of results; a torn last line is left out. */
export async function readResultsFile<Result = PlainData>(
  path: string,
): Promise<ResultSet<Result>> {
  const read = readResults<Result>(await readFile(path, "utf8"));
  if (read !== undefined) return read.results;
  throw new SimulationError(
    "no-results",
    { path },
    `${path} holds no results.`,
    "It was torn before its first line was whole: run the experiment again.",
  );
}

/**
 * Writes a result set in its one order, whole or not at all. Sets with the same runs give the same
 * bytes, however many workers and shards made them.
 */
export async function writeResultsFile(path: string, set: ResultSet<unknown>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const handle = await open(temporary, "w");
  try {
    await handle.writeFile(formatResults(set));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** The union of files of results: shards, or attempts at one. See `mergeResults`. */
export async function mergeResultsFiles<Result = PlainData>(
  paths: readonly [string, ...string[]],
): Promise<ResultSet<Result>> {
  const [first, ...others] = await Promise.all(paths.map((path) => readResultsFile<Result>(path)));
  return mergeResults(first as ResultSet<Result>, ...others);
}

async function resume<Result>(
  path: string,
  experiment: ExperimentHeader,
  shards: readonly string[],
): Promise<ReadResults<Result> | undefined> {
  const text = await readFile(path, "utf8").catch(whereAbsent);
  const found = readResults<Result>(text);
  if (found !== undefined) {
    requireSameExperiment(found.results.experiment, experiment);
    requireSameShards(path, found.results.shards, shards);
  }
  const whole = found?.wholeLength ?? 0;
  if (whole < text.length) await truncate(path, Buffer.byteLength(text.slice(0, whole)));
  return found;
}

function whereAbsent(error: NodeJS.ErrnoException): string {
  if (error.code !== "ENOENT") throw error;
  return "";
}

function requireSameShards(
  path: string,
  found: readonly string[],
  wanted: readonly string[],
): void {
  if (found.join() === wanted.join()) return;
  const named = (shards: readonly string[]) => shards.join(", ") || "the whole experiment";
  throw new SimulationError(
    "different-shard",
    { path, found: named(found), wanted: named(wanted) },
    `${path} holds ${named(found)}, not ${named(wanted)}.`,
    "Give every shard a file of its own, then merge.",
  );
}

/** Makes a new name in a folder durable; folders cannot be synced everywhere. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
