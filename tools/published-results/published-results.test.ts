import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { type Outcome, reproduce } from "./judge.ts";
import { readyNode, readyPod, webService } from "./objects.ts";
import { headline, page } from "./page.ts";
import { once, type PublishedResult, VERDICTS } from "./published-result.ts";
import { RESULT_GROUPS } from "./results.ts";
import { ServiceChain } from "./service-chain.ts";

/** The first of a source's results runs what the others share. */
const TIMEOUT_MS = 300_000;

const RESULTS = RESULT_GROUPS.flatMap(({ results }) => results);
const outcomes = new Map(RESULTS.map((result) => [result.id, once(() => reproduce(result))]));
const outcomeOf = ({ id }: PublishedResult): Outcome => (outcomes.get(id) as () => Outcome)();

const compared = RESULTS.filter(({ ours }) => ours !== undefined);

test.each(compared.map((result) => [result.id, result.verdict, result] as const))(
  "%s is %s",
  (_, verdict, result) => {
    const { ours, verdict: found } = outcomeOf(result);
    expect({ ours, found }).toEqual({ ours, found: verdict });
  },
  TIMEOUT_MS,
);

test("a result that is not compared says why", () => {
  const others = RESULTS.filter(({ ours }) => ours === undefined);
  for (const { verdict, reason = "" } of others) {
    expect(verdict).toBe("not reproduced");
    expect(reason).not.toBe("");
  }
});

test("every result has an id of its own", () => {
  expect(new Set(RESULTS.map(({ id }) => id)).size).toBe(RESULTS.length);
});

test(
  "network programming latency falls with partial syncs and again with a shorter period",
  () => {
    const median = (id: string): number => {
      const { ours } = outcomeOf(RESULTS.find((one) => one.id === id) as PublishedResult);
      return ours as number;
    };
    const before = median("kep3453-npl-p50-before");
    const partial = median("kep3453-npl-p50-partial-10s");
    const often = median("kep3453-npl-p50-partial-1s");
    // Published: 27 s, 13 s and 5 s.
    expect(before / partial / (27 / 13)).toBeGreaterThan(0.75);
    expect(before / partial / (27 / 13)).toBeLessThan(1.33);
    expect(partial / often / (13 / 5)).toBeGreaterThan(0.75);
    expect(partial / often / (13 / 5)).toBeLessThan(1.33);
  },
  TIMEOUT_MS,
);

test("with its limit on, etcd refuses the Endpoints object of KEP 752", () => {
  const node = readyNode("node-0", "a");
  const chain = new ServiceChain({ kind: "Endpoints", nodes: [node], maxRequestBytes: 1_572_864 });
  chain.step(() => {
    for (let pod = 0; pod < 20_000; pod++) chain.store.create(readyPod(pod, "node-0"));
    chain.store.create(webService());
  });
  expect(chain.etcd?.refusals).toBeGreaterThan(0);
  expect(chain.objects()).toEqual([]);
});

test(
  "docs/model/published-results.md is what a run gives, and its first line counts every verdict",
  () => {
    const groups = RESULT_GROUPS.map((group) => ({
      group,
      outcomes: group.results.map(outcomeOf),
    }));
    const file = new URL("../../docs/model/published-results.md", import.meta.url);
    const committed = readFileSync(fileURLToPath(file), "utf8");
    expect(committed).toBe(page(groups));
    const line = headline(groups);
    for (const verdict of VERDICTS) expect(line).toContain(verdict);
    expect(committed).toContain(`**${line}.**`);
  },
  TIMEOUT_MS,
);

const claimed = (given: Partial<PublishedResult>): PublishedResult => ({
  id: "one",
  claim: "a claim",
  source: "kep752",
  published: 100,
  unit: "count",
  verdict: "predicted",
  ...given,
});

test("a reproduction fails outside its tolerance, and one that is not claimed fails inside it", () => {
  const within10 = { kind: "relative", by: 0.1 } as const;
  const verdictOf = (given: Partial<PublishedResult>): string => reproduce(claimed(given)).verdict;
  expect(verdictOf({ ours: () => 100 })).toBe("predicted");
  expect(verdictOf({ ours: () => 100.001 })).toBe("failed");
  expect(verdictOf({ ours: () => 110, tolerance: within10 })).toBe("predicted");
  expect(verdictOf({ ours: () => 111, tolerance: within10 })).toBe("failed");
  const not = { verdict: "not reproduced", tolerance: within10 } as const;
  expect(verdictOf({ ...not, ours: () => 111 })).toBe("not reproduced");
  expect(verdictOf({ ...not, ours: () => 109 })).toBe("failed");
  expect(verdictOf({ verdict: "not reproduced" })).toBe("not reproduced");
  expect(verdictOf({})).toBe("failed");
});

test("bounds hold on one side, factors on both, and every number of several counts", () => {
  const passes = (given: Partial<PublishedResult>): boolean => reproduce(claimed(given)).passed;
  expect(passes({ tolerance: { kind: "at-least" }, ours: () => 101 })).toBe(true);
  expect(passes({ tolerance: { kind: "at-least" }, ours: () => 99 })).toBe(false);
  expect(passes({ tolerance: { kind: "at-most" }, ours: () => 101 })).toBe(false);
  const factor2 = { kind: "factor", by: 2 } as const;
  expect(passes({ tolerance: factor2, ours: () => 51 })).toBe(true);
  expect(passes({ tolerance: factor2, ours: () => 49 })).toBe(false);
  expect(passes({ tolerance: factor2, ours: () => 201 })).toBe(false);
  expect(passes({ published: [1, 2], ours: () => [1, 2] })).toBe(true);
  expect(passes({ published: [1, 2], ours: () => [1, 3] })).toBe(false);
  expect(passes({ published: [1, 2], ours: () => [1] })).toBe(false);
  expect(passes({ published: { a: 1, b: 2 }, ours: () => ({ b: 2, a: 1 }) })).toBe(true);
  expect(passes({ published: { a: 1 }, ours: () => ({ b: 1 }) })).toBe(false);
  expect(passes({ published: true, ours: () => false })).toBe(false);
});
