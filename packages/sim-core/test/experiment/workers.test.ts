import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  experimentHeader,
  formatResults,
  requireComplete,
  runExperiment,
} from "../../src/experiment/index.ts";
import {
  mergeResultsFiles,
  ResultsFile,
  readResultsFile,
  runInWorkers,
  writeResultsFile,
} from "../../src/node/index.ts";
import dice from "./fixtures/dice.ts";

const DICE = new URL("./fixtures/dice.ts", import.meta.url);
const expected = formatResults(runExperiment(dice));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "netsim-workers-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("worker threads", () => {
  test("give the same bytes as one run after the other, with 1 worker and with 3", async () => {
    expect(formatResults(await runInWorkers({ module: DICE, workers: 1 }))).toBe(expected);
    expect(formatResults(await runInWorkers({ module: DICE, workers: 3 }))).toBe(expected);
  });

  test("report progress from nothing to everything", async () => {
    const seen: number[] = [];
    await runInWorkers({
      module: fileURLToPath(DICE),
      workers: 2,
      onProgress: ({ finished, secondsLeft }) => {
        seen.push(finished);
        expect(secondsLeft).toBeGreaterThanOrEqual(0);
      },
    });
    expect(seen).toEqual(Array.from({ length: 21 }, (_, i) => i));
  });

  test("pass on a failure with its run and seed, and keep what was finished", async () => {
    const resultsFile = join(folder, "unlucky.jsonl");
    const attempt = runInWorkers({ module: DICE, exportName: "unlucky", workers: 2, resultsFile });
    await expect(attempt).rejects.toMatchObject({
      code: "run-failed",
      facts: { replication: 3, seed: "dice-1/replication-3" },
    });
    const kept = await readResultsFile(resultsFile);
    expect(kept.records.length).toBeGreaterThan(0);
    expect(kept.records.every(({ replication }) => replication !== 3)).toBe(true);
  });

  test("say so when the module exports no experiment", async () => {
    const attempt = runInWorkers({ module: DICE, exportName: "throwDie", workers: 1 });
    await expect(attempt).rejects.toMatchObject({ code: "no-experiment" });
  });

  test("stop when told to and give back what is finished", async () => {
    const abort = new AbortController();
    const log = join(folder, "aborted.log");
    const part = await runInWorkers({
      module: DICE,
      exportName: "slowDice",
      argument: { log, waitMs: 20 },
      workers: 2,
      signal: abort.signal,
      onProgress: ({ finished }) => {
        if (finished === 4) abort.abort();
      },
    });
    expect(part.records.length).toBeGreaterThanOrEqual(4);
    expect(part.records.length).toBeLessThan(20);
    expect(() => requireComplete(part)).toThrow("missing-runs");
  });
});

describe("a results file", () => {
  test("survives a kill: no finished run is lost, none is made again", async () => {
    const resultsFile = join(folder, "killed.jsonl");
    const log = join(folder, "killed.log");
    await runAndKill(resultsFile, log, 6);
    const before = readFileSync(log, "utf8").trim().split("\n");
    const kept = await readResultsFile(resultsFile);
    expect(kept.records.length).toBeGreaterThanOrEqual(6);
    expect(kept.records.length).toBeLessThan(20);

    writeFileSync(log, "");
    const finished = await runInWorkers({
      module: DICE,
      exportName: "slowDice",
      argument: { log, waitMs: 0 },
      workers: 2,
      resultsFile,
    });
    const after = readFileSync(log, "utf8").trim().split("\n");
    const keptNames = kept.records.map((r) => `${r.configuration} ${r.replication}`);
    expect(formatResults(finished)).toBe(expected);
    expect(before).toEqual(expect.arrayContaining(keptNames));
    expect(after.filter((run) => keptNames.includes(run))).toEqual([]);
    expect(after.length + keptNames.length).toBe(20);
  });

  test("cuts off a torn last line and goes on behind it", async () => {
    const path = join(folder, "torn.jsonl");
    const all = runExperiment(dice).records;
    const first = await ResultsFile.open(path, experimentHeader(dice));
    await Promise.all(all.slice(0, 9).map((record) => first.append(record)));
    await first.close();
    await appendFile(path, '{"configuration":"dice=3,sides=20","repli\u00e9');
    const second = await ResultsFile.open<{ sum: number }>(path, experimentHeader(dice));
    expect(second.finished).toHaveLength(9);
    for (const record of all.slice(9)) await second.append(record);
    await second.close();
    expect(formatResults(await readResultsFile(path))).toBe(expected);
  });

  test("belongs to one experiment, one shard and one process at a time", async () => {
    const path = join(folder, "owned.jsonl");
    const file = await ResultsFile.open(path, experimentHeader(dice), ["1/2"]);
    const header = experimentHeader(dice);
    await expect(ResultsFile.open(path, header, ["1/2"])).rejects.toThrow("results-in-use");
    await file.close();
    const other = experimentHeader({ ...dice, seed: "other" });
    await expect(ResultsFile.open(path, other, ["1/2"])).rejects.toThrow("different-experiments");
    await expect(ResultsFile.open(path, header, ["2/2"])).rejects.toThrow("different-shard");
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test("takes over the lock of a process that is gone", async () => {
    const path = join(folder, "stale.jsonl");
    // Above the largest process number that Linux gives.
    writeFileSync(`${path}.lock`, "4194999\n");
    const file = await ResultsFile.open(path, experimentHeader(dice));
    await file.close();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test("of shards, made by workers and merged, has the bytes of one run", async () => {
    const paths: [string, string] = [join(folder, "1.jsonl"), join(folder, "2.jsonl")];
    for (const index of [1, 2]) {
      const resultsFile = paths[index - 1] as string;
      await runInWorkers({ module: DICE, workers: 2, shard: { index, count: 2 }, resultsFile });
    }
    const merged = await mergeResultsFiles([...paths, paths[0]]);
    requireComplete(merged);
    const path = join(folder, "merged.jsonl");
    await writeResultsFile(path, merged);
    expect(readFileSync(path, "utf8")).toBe(expected);
  });

  test("without a whole first line is no results", async () => {
    const path = join(folder, "empty.jsonl");
    writeFileSync(path, '{"exper');
    await expect(readResultsFile(path)).rejects.toThrow("no-results");
    const file = await ResultsFile.open(path, experimentHeader(dice));
    await file.close();
    expect((await readResultsFile(path)).records).toEqual([]);
  });
});

/** Runs the slow dice in a process of its own and kills it, without warning, after some runs. */
async function runAndKill(resultsFile: string, log: string, afterRuns: number): Promise<void> {
  const main = fileURLToPath(new URL("./fixtures/slow-dice-main.ts", import.meta.url));
  const child = spawn(
    process.execPath,
    ["--conditions=k8s-netsim-source", "--import", "tsx", main, resultsFile, log],
    { stdio: "inherit" },
  );
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const lines = () =>
    existsSync(resultsFile) ? readFileSync(resultsFile, "utf8").split("\n").length - 2 : 0;
  while (lines() < afterRuns && child.exitCode === null) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill("SIGKILL");
  await exited;
}
