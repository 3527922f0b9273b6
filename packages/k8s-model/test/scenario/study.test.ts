import { Simulation } from "@k8s-netsim/sim-core";
import { expect, test } from "vitest";
import { runStudy, study } from "../../src/scenario/index.ts";

const draws = study("draws", {
  vary: { count: [10, 100], mode: ["plain"] },
  choices: { mode: ["plain", "doubled"] },
  replications: 8,
  quick: { replications: 3, vary: { count: [2] } },
  run: ({ count, mode }, { seed, progress }) => {
    const stream = new Simulation({ seed }).random("draws");
    let sum = 0;
    for (let draw = 0; draw < count; draw++) sum += stream.double();
    progress(0.5);
    return {
      values: { mean: ((mode === "doubled" ? 2 : 1) * sum) / count },
      tables: [{ title: "Sum", columns: [{ label: "sum" }], rows: [[sum]] }],
      warnings: ["toy"],
    };
  },
  expect: {
    "the mean is near a half": ({ metric, at }) => metric.mean.where(at.mode("plain")).below(0.9),
    "the mean is above one": ({ metric }) => metric.mean.above(1),
  },
  answer: (results) => results.map(({ values }) => values.mean?.toFixed(1)).join(" and "),
});

test("every combination runs under the same seeds, and claims are judged on intervals", async () => {
  const progress: number[] = [];
  const answer = await runStudy(draws, { seed: "7", onProgress: (done) => progress.push(done) });
  expect(answer.configurations.map(({ label }) => label)).toEqual(["count=10", "count=100"]);
  const [few, many] = answer.configurations;
  expect(few?.metrics.get("mean")?.n).toBe(8);
  expect(many?.differences.get("mean")?.n).toBe(8);
  expect(answer.expectations.map(({ verdict }) => verdict)).toEqual(["met", "missed"]);
  expect(answer.sentence).toBe("0.5 and 0.5");
  expect(answer.warnings).toEqual(["toy"]);
  expect(progress.slice(0, 4)).toEqual([0.5, 1, 1.5, 2]);
  expect(progress.at(-1)).toBe(16);
  expect(await runStudy(draws, { seed: "7" })).toEqual(answer);
});

test("a value that is run by nobody's default can be asked for; twice as large, it is twice as large", async () => {
  const asked = new Map([["mode", ["plain", "doubled"]]]);
  const { configurations } = await runStudy(draws, { seed: "7", quick: true, parameters: asked });
  const [plain, doubled] = configurations.map(({ metrics }) => metrics.get("mean")?.mean ?? 0);
  expect(doubled).toBeCloseTo(2 * (plain as number), 12);
});

test("a value that a parameter cannot take is refused with those that it can", async () => {
  const asked = new Map([["mode", ["tripled"]]]);
  await expect(runStudy(draws, { seed: "7", parameters: asked })).rejects.toMatchObject({
    code: "bad-scenario-parameter",
    message: 'Scenario "draws": mode cannot be "tripled".',
    remedy: "use one of: plain, doubled.",
  });
});

test("a claim about a metric that no configuration of the run defines is undecided", async () => {
  const some = study("some", {
    vary: { mode: ["with", "without"] },
    replications: 1,
    run: ({ mode }) => ({ values: { extra: mode === "with" ? 1 : undefined } }),
    metrics: { extra: { label: "Extra" } },
    expect: {
      "there is some": ({ metric, at }) => metric.extra.where(at.mode("without")).above(0),
    },
  });
  const asked = new Map([["mode", ["without"]]]);
  const { expectations } = await runStudy(some, { seed: "7", parameters: asked });
  expect(expectations.map(({ verdict }) => verdict)).toEqual(["undecided"]);
});

test("an exact study runs once, and its values are their own intervals", async () => {
  const sum = study("sum", {
    vary: { n: [3, 4] },
    replications: "exact",
    run: ({ n }) => ({ values: { sum: (n * (n + 1)) / 2 } }),
    expect: { "it is ten": ({ metric, at }) => metric.sum.where(at.n(4)).below(10.5) },
  });
  const answer = await runStudy(sum, { seed: "1", replications: 9 });
  expect(answer.replications).toBe(1);
  expect(answer.expectations[0]?.verdict).toBe("met");
  expect(answer.configurations[1]?.metrics.get("sum")).toMatchObject({
    mean: 10,
    low: 10,
    high: 10,
  });
  expect(answer.configurations[1]?.differences.get("sum")?.mean).toBe(4);
});

test("a number outside its range, or a fraction where there are none, is refused with the range", async () => {
  const ranged = study("ranged", {
    vary: { nodes: [10], share: [0.5] },
    ranges: {
      nodes: { least: 1, most: 100 },
      share: { least: 0, most: 1, fractions: true },
    },
    replications: 1,
    run: ({ nodes, share }) => ({ values: { mean: nodes * share } }),
  });
  const asked = (name: string, value: number): Promise<unknown> =>
    runStudy(ranged, { seed: "7", parameters: new Map([[name, [value]]]) });
  for (const nodes of [-5, 0, 1.5, 1e9]) {
    await expect(asked("nodes", nodes)).rejects.toMatchObject({
      code: "bad-scenario-parameter",
      remedy: "use a whole number from 1 to 100.",
    });
  }
  await expect(asked("share", 1.5)).rejects.toMatchObject({ remedy: "use a number from 0 to 1." });
  await expect(asked("share", 0.25)).resolves.toBeDefined();
});

test("one combination alone is known by what differs from the study's own values", async () => {
  const asked = new Map([["count", [20]]]);
  const { configurations } = await runStudy(draws, { seed: "7", parameters: asked });
  expect(configurations.map(({ label }) => label)).toEqual(["count=20"]);
  const { configurations: own } = await runStudy(draws, { seed: "7", quick: true });
  expect(own.map(({ id, label }) => [id, label])).toEqual([["count=2, mode=plain", "count=2"]]);
});
