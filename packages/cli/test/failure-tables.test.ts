import {
  cluster,
  deployment,
  type FailureTrace,
  nodeFailure,
  openLoop,
  runScenario,
  type ScenarioAnswer,
  scenario,
  service,
} from "@k8s-netsim/k8s-model/scenario";
import { type Result, renderHtml, renderMarkdown, renderText } from "@k8s-netsim/reports";
import { millis, seconds } from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";
import { scenarioResult } from "../src/results/scenario-result.ts";

const crash = scenario("crash", {
  question: "What does a crash cost?",
  vary: { retries: [0, 1] },
  runs: { replications: 2, warmUp: seconds(1), length: seconds(20) },
  build: ({ retries }) =>
    cluster({
      zones: { a: { nodes: 2 } },
      objects: [
        deployment("web", {
          replicas: 4,
          server: { serviceTime: { distribution: "exponential", meanNs: millis(5) } },
        }),
        service("web", { port: 80 }),
      ],
      traffic: [
        openLoop({
          from: { zone: "a" },
          to: "web:80",
          ratePerSecond: 20,
          timeout: seconds(1),
          retries,
          connection: { kind: "per-request" },
        }),
      ],
      faults: [nodeFailure("node-1-a", { at: seconds(3) })],
    }),
  measure: ({ requests }) => ({
    timedOut: requests.failedBy("timed-out"),
    retried: requests.retriedBy("timed-out"),
  }),
});

const answer = runScenario(crash, { seed: "1" });
const resultOf = (given: ScenarioAnswer): Result =>
  scenarioResult(given, { seed: "1", quick: false, command: "test" });

const tableOf = (result: Result, title: string): NonNullable<Result["tables"]>[number] => {
  const table = result.tables?.find((one) => one.title === title);
  if (table === undefined) throw new Error(`no table "${title}"`);
  return table;
};

describe("failures in a result", () => {
  test("are counted by cause in one table, as the measures count them", () => {
    const { rows } = tableOf(resultOf(answer), "Failures by cause");
    for (const { label, metrics } of answer.configurations) {
      const row = rows.find(([configuration]) => configuration === label);
      expect(row).toEqual([
        label,
        "timed-out",
        (metrics.get("timedOut")?.mean ?? 0) * 2,
        (metrics.get("retried")?.mean ?? 0) * 2,
      ]);
    }
    expect(rows).toHaveLength(answer.configurations.length);
  });

  test("are traced with as many attempts as there were in the first run, three endpoints at most", () => {
    const { rows } = tableOf(resultOf(answer), "What made attempts fail");
    for (const { label, summary } of answer.configurations) {
      const shown = rows.filter(([failure]) => failure === `timed-out, ${label}`);
      const attempts = shown.map((row) => row[1] as number);
      const all = summary.failures.reduce((so, one) => so + one.attempts, 0);
      expect(shown.length).toBeLessThanOrEqual(3);
      expect(attempts.reduce((so, one) => so + one, 0)).toBe(all);
      expect(attempts).toEqual([...attempts].sort((a, b) => b - a));
    }
  });

  test("are told in words on a terminal, where a table of sentences would not fit", () => {
    const text = renderText(resultOf(answer), { colour: false, width: 100 });
    expect(text).toMatch(/What made attempts fail\n {2}\d+ rows in the report/);
    expect(text).toContain("the node ended at 3.000 s");
    for (const line of text.split("\n")) {
      // Tables of numbers may be wide; sentences are wrapped.
      if (/[a-z]{3,} [a-z]{3,} [a-z]{3,}/.test(line)) expect(line.length).toBeLessThanOrEqual(130);
    }
    expect(text).toContain("node autoscaler = none");
  });

  test("do nothing to a page or a terminal, whatever the names in them are", () => {
    const evil = `"><script>alert(1)</script>\u001b[2J|\`x\``;
    const trace = answer.configurations[0]?.summary.failures[0] as FailureTrace;
    const hostile: FailureTrace = {
      ...trace,
      service: evil,
      node: evil,
      endpoint: { pod: evil, address: evil, endedBy: "node", endedNs: 1 },
    };
    const drain = {
      node: evil,
      beganNs: 0,
      isDone: false,
      pods: 1,
      waits: [{ budget: evil, pods: 1, longestNs: 1, stillWaiting: 1, reason: evil }],
      left: [evil],
    };
    const configurations = answer.configurations.map((one) => ({
      ...one,
      label: evil,
      summary: { ...one.summary, failures: [hostile], drains: [drain] },
    }));
    const result = resultOf({ ...answer, configurations });
    expect(tableOf(result, "Drains").rows).toHaveLength(configurations.length);
    expect(renderHtml(result)).not.toContain("<script>alert(1)");
    expect(renderText(result, { colour: false, width: 100 })).not.toContain("\u001b");
    expect(renderMarkdown(result)).not.toContain("<script>alert(1)");
  });

  test("make no table where nothing failed", () => {
    const { build, ...rest } = crash.definition;
    const calm = scenario("calm", {
      ...rest,
      build: (parameters) => ({ ...build(parameters), faults: [] }),
    });
    const result = resultOf(runScenario(calm, { seed: "1", replications: 1 }));
    expect(result.tables).toEqual([]);
    expect(result.findings).toEqual([]);
  });
});
