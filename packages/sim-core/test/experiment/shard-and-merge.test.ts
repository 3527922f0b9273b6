import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  experimentHeader,
  formatResults,
  formatShard,
  mergeResults,
  missingRuns,
  parseShard,
  type ResultSet,
  readResults,
  requireComplete,
  resultSet,
  runExperiment,
  shardRuns,
} from "../../src/experiment/index.ts";
import dice from "./fixtures/dice.ts";

const whole = runExperiment(dice);
const shardOf = (index: number, count: number): ResultSet<{ sum: number }> =>
  runExperiment(dice, { shard: { index, count } });

describe("a shard", () => {
  test("is written i/n", () => {
    expect(parseShard("2/4")).toEqual({ index: 2, count: 4 });
    expect(formatShard(parseShard("12/12"))).toBe("12/12");
    for (const bad of ["0/4", "5/4", "1/0", "1", "a/b", "1/2/3", "01/2", " 1/2", "-1/2"]) {
      expect(() => parseShard(bad)).toThrow("bad-shard");
    }
  });

  test("is disjoint from the others, and together they are everything", () => {
    const header = experimentHeader(dice);
    const parts = [1, 2, 3].flatMap((index) => shardRuns(header, { index, count: 3 }));
    expect(parts).toHaveLength(20);
    expect(new Set(parts.map((run) => JSON.stringify(run))).size).toBe(20);
  });

  test("may be empty when there are more shards than runs", () => {
    expect(shardOf(25, 30).records).toEqual([]);
  });
});

describe("merging", () => {
  test("n shards gives the bytes of one run, for every n", () => {
    for (const count of [1, 2, 3, 7, 20, 30]) {
      const [first, ...others] = Array.from({ length: count }, (_, i) => shardOf(i + 1, count));
      expect(formatResults(mergeResults(first as typeof whole, ...others))).toBe(
        formatResults(whole),
      );
    }
  });

  test("is associative, commutative and idempotent, whatever the parts hold", () => {
    const part = fc
      .record({
        keep: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
        shard: fc.constantFrom([], ["1/2"], ["2/2"], ["1/2", "2/2"], ["3/10"]),
      })
      .map(({ keep, shard }) =>
        resultSet(
          whole.experiment,
          whole.records.filter((_, i) => keep[i]),
          shard,
        ),
      );
    fc.assert(
      fc.property(part, part, part, (a, b, c) => {
        const left = mergeResults(mergeResults(a, b), c);
        expect(formatResults(mergeResults(a, mergeResults(b, c)))).toBe(formatResults(left));
        expect(formatResults(mergeResults(c, b, a, b, a))).toBe(formatResults(left));
        expect(formatResults(mergeResults(left, left))).toBe(formatResults(left));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test("keeps the names of its shards while some are missing", () => {
    const part = mergeResults(shardOf(1, 4), shardOf(3, 4));
    expect(readResults(formatResults(part))?.results).toEqual(part);
    expect(part.shards).toEqual(["1/4", "3/4"]);
  });

  test("names the missing shard and how to make it", () => {
    const set = mergeResults(shardOf(1, 4), shardOf(2, 4), shardOf(4, 4));
    expect(missingRuns(set)).toHaveLength(5);
    expect(() => requireComplete(set)).toThrowErrorMatchingInlineSnapshot(
      `[SimulationError: 5 of 20 runs of dice are missing: shard 3/4 is not complete. Run it again with --shard 3/4, then merge. [missing-shard]]`,
    );
    expect(() => requireComplete(mergeResults(set, shardOf(3, 4)))).not.toThrow();
  });

  test("names the first missing run where there are no shards", () => {
    const set = resultSet(whole.experiment, whole.records.slice(1));
    expect(() => requireComplete(set)).toThrowErrorMatchingInlineSnapshot(
      `[SimulationError: 1 of 20 runs of dice are missing, the first is replication 0 of dice=1,sides=6. Run the experiment again on the same file: finished runs are kept. [missing-runs]]`,
    );
  });

  test("takes the larger number of replications", () => {
    const longer = runExperiment({ ...dice, replications: 8 });
    expect(formatResults(mergeResults(whole, longer))).toBe(formatResults(longer));
    expect(missingRuns(mergeResults(whole, { ...longer, records: [] }))).toHaveLength(12);
  });

  test("refuses another seed, version or grid, and two results of one run", () => {
    const other = runExperiment({ ...dice, seed: "dice-2" });
    expect(() => mergeResults(whole, other)).toThrow("seed differs. Use one file per experiment");
    expect(() => mergeResults(whole, runExperiment({ ...dice, version: "2" }))).toThrow("version");
    const forged = { ...whole, records: whole.records.map((r) => ({ ...r, result: { sum: 0 } })) };
    expect(() => mergeResults(whole, forged)).toThrow("conflicting-results");
    const strange = { ...whole.records[0], configuration: "dice=9,sides=9" };
    expect(() => resultSet(whole.experiment, [strange as never])).toThrow("unknown-configuration");
  });
});

describe("result lines", () => {
  const text = formatResults(whole);

  test("read back as they were written", () => {
    expect(readResults(text)).toEqual({ results: whole, wholeLength: text.length });
  });

  test("lose at most the line that was torn, wherever the text is cut", () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const read = readResults(text.slice(0, cut));
      const lines = text.slice(0, cut).split("\n").length - 1;
      expect(read?.results.records.length ?? -1).toBe(lines - 1);
    }
  });

  test("name the line that does not read", () => {
    const lines = text.split("\n");
    lines[4] = "oops";
    expect(() => readResults(lines.join("\n"))).toThrowErrorMatchingInlineSnapshot(
      `[SimulationError: Line 5 of the results is not JSON. Only the last line can be torn by a kill: restore the file, or delete it and run again. [corrupt-results]]`,
    );
    expect(() => readResults('{"some":"json"}\n')).toThrow("not-results");
    expect(readResults("")).toBeUndefined();
  });
});
