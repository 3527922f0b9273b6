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
  expect(answer.configurations.map(({ label }) => label)).toEqual([
    "count=10, mode=plain",
    "count=100, mode=plain",
  ]);
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
