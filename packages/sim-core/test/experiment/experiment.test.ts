import { describe, expect, test } from "vitest";
import {
  experiment,
  plainData,
  replicate,
  replicateUntil,
  replicationSeed,
  resultsOf,
  runExperiment,
} from "../../src/experiment/index.ts";
import { RandomStream } from "../../src/random/index.ts";
import { meanInterval, stoppingRule } from "../../src/stats/index.ts";
import dice, { throwDice, unlucky } from "./fixtures/dice.ts";

const draw = ({ seed }: { seed: string }) => new RandomStream(seed, "draw").double();

describe("replications", () => {
  test("have seeds of their own, derived by name", () => {
    const seeds = replicate({ seed: "s", replications: 3, run: ({ seed }) => seed });
    expect(seeds).toEqual(["s/replication-0", "s/replication-1", "s/replication-2"]);
    expect(replicationSeed("s", 1, "a=1")).toBe("s/replication-1/configuration-a=1");
  });

  test("do not depend on how many there are", () => {
    const three = replicate({ seed: "s", replications: 3, run: draw });
    const nine = replicate({ seed: "s", replications: 9, run: draw });
    expect(nine.slice(0, 3)).toEqual(three);
    expect(new Set(nine).size).toBe(9);
  });

  test("are at least one and whole", () => {
    expect(() => replicate({ seed: "s", replications: 0, run: draw })).toThrow("bad-replications");
    expect(() => replicate({ seed: "s", replications: 1.5, run: draw })).toThrow();
  });

  test("go on until the interval is narrow enough, with the numbers they would have anyway", () => {
    const rule = stoppingRule({ relativeHalfWidth: 0.1, minimum: 5, maximum: 500 });
    const { results, verdict } = replicateUntil({ seed: "s", rule, run: draw, measure: (x) => x });
    expect(verdict.reason).toBe("precise");
    expect(results.length).toBeGreaterThan(50);
    expect(results).toEqual(replicate({ seed: "s", replications: results.length, run: draw }));
    expect(verdict.interval).toEqual(meanInterval(results));
  });
});

describe("an experiment", () => {
  test("runs every configuration in every replication, in one order", () => {
    const { records, experiment: header } = runExperiment(dice);
    expect(records).toHaveLength(20);
    expect(header.configurations.map(({ id }) => id)).toEqual([
      "dice=1,sides=6",
      "dice=1,sides=20",
      "dice=3,sides=6",
      "dice=3,sides=20",
    ]);
    expect(records[7]).toMatchObject({
      configuration: "dice=1,sides=20",
      replication: 2,
      seed: "dice-1/replication-2",
    });
  });

  test("gives the configurations of one replication the same random numbers", () => {
    const set = runExperiment(dice);
    const single = resultsOf(set, "dice=1,sides=6");
    const triple = resultsOf(set, "dice=3,sides=6");
    const more = single.map(({ sum }, i) => (triple[i] as { sum: number }).sum - sum);
    expect(more.every((difference) => difference >= 2 && difference <= 12)).toBe(true);
  });

  test("gives every run numbers of its own when asked to", () => {
    const { records } = runExperiment({ ...dice, commonRandomNumbers: false });
    expect(new Set(records.map(({ seed }) => seed)).size).toBe(20);
  });

  test("takes over finished runs, makes the rest, and ends with the same bytes", () => {
    const whole = runExperiment(dice);
    const made: string[] = [];
    const progress: string[] = [];
    const again = runExperiment(dice, {
      finished: whole.records.slice(3, 17),
      onRecord: ({ configuration, replication }) => made.push(`${configuration} ${replication}`),
      onProgress: ({ finished, total, resumed }) =>
        progress.push(`${finished}/${total}-${resumed}`),
    });
    expect(JSON.stringify(again)).toBe(JSON.stringify(whole));
    expect(made).toHaveLength(6);
    expect(progress[0]).toBe("14/20-14");
    expect(progress.at(-1)).toBe("20/20-14");
  });

  test("stops when told to and gives back what is finished, whole replications first", () => {
    const signal = { aborted: false };
    const part = runExperiment(dice, {
      signal,
      onProgress: ({ finished }) => {
        signal.aborted = finished === 8;
      },
    });
    expect(part.records.map(({ replication }) => replication)).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });

  test("names the run that failed and how to repeat it", () => {
    expect(() => runExperiment(unlucky)).toThrowErrorMatchingInlineSnapshot(
      `[SimulationError: Replication 3 of dice=1,sides=6 failed: the die fell off the table Repeat it alone with the seed "dice-1/replication-3". [run-failed]]`,
    );
  });

  test("is checked when it is made", () => {
    const base = { name: "e", seed: "s", replications: 1, run: () => null };
    expect(() => experiment({ ...base, configurations: [] })).toThrow("no-configuration");
    expect(() => experiment({ ...base, configurations: [{ a: 1 }, { a: 1 }] })).toThrow(
      "duplicate-configuration",
    );
    expect(() => experiment({ ...base, replications: 0, configurations: [{}] })).toThrow();
  });
});

describe("a result", () => {
  test("is what JSON would give back", () => {
    expect(plainData({ a: -0, b: undefined, c: [null, "x"] })).toEqual({ a: 0, c: [null, "x"] });
  });

  test("must not hold what JSON changes in silence", () => {
    const give = (result: never) => () => runExperiment({ ...dice, run: () => result });
    expect(give({ latency: [1, Number.NaN] } as never)).toThrow("NaN at result.latency[1]");
    expect(give(new Float64Array(2) as never)).toThrow("Float64Array at result");
    expect(give((() => 1) as never)).toThrow("result-not-plain");
    expect(give(undefined as never)).toThrow("result-not-plain");
  });

  test("may be made of whatever the run computes", () => {
    const context = runExperiment(dice).records[0];
    expect(context?.result).toEqual(
      throwDice({
        parameters: { dice: 1, sides: 6 },
        configuration: "dice=1,sides=6",
        replication: 0,
        seed: "dice-1/replication-0",
      }),
    );
  });
});
