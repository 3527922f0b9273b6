import { syntheticNodes } from "@k8s-netsim/k8s-model";
import {
  type ParameterValue,
  parseExpectation,
  prepareInput,
  runScenario,
  type ScenarioAnswer,
  whatIf,
} from "@k8s-netsim/k8s-model/scenario";
import { expect, test } from "vitest";
import { choicesOf, type RoutingMetric, type RoutingResult } from "./zone-aware-routing/choice.ts";
import { SHAPES, type Shape } from "./zone-aware-routing/shapes.ts";
import question from "./zone-aware-routing.ts";

const STEADY = (Object.keys(SHAPES) as Shape[]).filter((shape) => !shape.startsWith("autoscaled"));
const POLICIES = ["Default", "topologyKeys", "hints", "PreferSameZone", "PreferSameNode", "Local"];

function ask(shape: readonly ParameterValue[], policy: readonly ParameterValue[]): ScenarioAnswer {
  const parameters = new Map([
    ["shape", shape],
    ["policy", policy],
  ]);
  return runScenario(question, { seed: "test", quick: true, parameters });
}

function share(part: number, whole: number): number {
  return part / whole;
}

/** Of the traffic, by which way it goes: written down from the rules, without the simulation. */
function expectedCrossing(shape: Shape, policy: string): number {
  const { callers } = SHAPES[shape];
  const pods = SHAPES[shape].pods as readonly number[];
  const all = callers.reduce<number>((so, count) => so + count, 0);
  const endpoints = pods.reduce((so, count) => so + count, 0);
  // Endpoints that each zone borrows of those that it uses: 12 are dealt out by CPU.
  const borrowed: Partial<Record<Shape, readonly number[]>> = {
    even: [0, 0, 0],
    "uneven zones": [3 / 7, 0, 0],
    "uneven pods": [0, 1 / 4, 2 / 4],
    "zone without pods": [0, 0, 1],
    "pods follow load": [0, 1 / 4, 3 / 4],
    "uneven load": [0, 0, 0],
  };
  return callers.reduce<number>((so, count, zone) => {
    const own = pods[zone] ?? 0;
    const unhinted = 1 - share(own, endpoints);
    if (policy === "Default") return so + share(count, all) * unhinted;
    if (policy === "Local") return 0;
    if (policy === "hints") {
      return so + share(count, all) * (borrowed[shape]?.[zone] ?? unhinted);
    }
    return so + (own === 0 ? share(count, all) : 0);
  }, 0);
}

const grid = ask(STEADY, POLICIES);

test("bytes cross zones as the rules say, for every setting on every shape", () => {
  for (const { parameters, metrics } of grid.configurations) {
    const expected = expectedCrossing(parameters.shape as Shape, String(parameters.policy));
    const { mean = -1 } = metrics.get("crossZone") ?? {};
    expect(Math.abs(mean - expected), `${parameters.shape} ${parameters.policy}`).toBeLessThan(
      0.03,
    );
  }
});

test("hints of three equal zones with 4, 4 and 3 pods vanish, with the event of the controller", () => {
  const hints = grid.tables.find(({ title }) => title === "Hints of topology mode Auto");
  expect(hints?.rows.find(([shape]) => shape === "4/4/3")).toEqual([
    "4/4/3",
    11,
    "0 %",
    "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (11 endpoints, 3 zones)",
  ]);
  expect(hints?.rows.find(([shape]) => shape === "even")).toEqual(["even", 12, "100 %", ""]);
});

test("what-if over the same objects and requests gives the same numbers", () => {
  const [byDefault, bySame] = ["Default", "PreferSameZone"].map((policy) =>
    grid.configurations.find(
      ({ parameters }) => parameters.shape === "4/4/3" && parameters.policy === policy,
    ),
  );
  if (byDefault === undefined || bySame === undefined) throw new Error("not run");
  const { objects, traffic: clients, servers } = byDefault.definition;
  const nodes = ["a", "b", "c"].flatMap((zone) =>
    syntheticNodes({ zones: [zone], nodesPerZone: 4, kubernetesVersion: "v1.36.0" }),
  );
  const items = [...nodes, ...objects];
  const text = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  const input = prepareInput({
    sources: [{ file: "routing.json", text }],
    sets: ["Service/web:spec.trafficDistribution=PreferSameZone"],
    kubernetesVersion: "1.36",
  });
  const traffic = { clients, calls: [], servers, defaults: {} };
  const answer = whatIf({
    before: { ...input.before, traffic },
    after: { ...input.after, traffic },
    settings: byDefault.settings,
    kubernetesVersion: "1.36",
    limits: new Map(),
    expectations: [parseExpectation("crossZoneShare<0.01")],
    faults: [],
  });
  expect(answer.expectations.map(({ verdict }) => verdict)).toEqual(["met"]);
  const measures = {
    crossZoneShare: "crossZone",
    latencyP99: "p99",
    costPerMonth: "cost",
  } as const;
  for (const [measure, metric] of Object.entries(measures)) {
    const row = answer.comparisons.find((one) => one.measure === measure && one.scope === "all");
    expect(row?.before?.mean).toBeCloseTo(byDefault.metrics.get(metric)?.mean ?? -1, 6);
    expect(row?.after?.mean).toBeCloseTo(bySame.metrics.get(metric)?.mean ?? -1, 6);
  }
});

function result(policy: string, values: Partial<Record<RoutingMetric, number>>): RoutingResult {
  return { parameters: { shape: "even", policy }, values, intervals: {}, notes: {} };
}

test("the cheapest setting within the bounds is chosen, and of equally cheap ones the one with most endpoints", () => {
  const [choice] = choicesOf([
    result("Default", { cost: 100, p99: 10, zoneLoad: 0.5, failed: 0 }),
    result("PreferSameZone", { cost: 1, p99: 11, zoneLoad: 0.6, failed: 0 }),
    result("PreferSameNode", { cost: 0, p99: 9, zoneLoad: 0.6, failed: 0 }),
    result("topologyKeys", { cost: 0, p99: 9, zoneLoad: 0.5, failed: 0 }),
  ]);
  expect(choice?.chosen?.parameters.policy).toBe("PreferSameZone");
  expect(choice?.rejected).toEqual([]);
});

test("a setting that is cheaper and breaks a bound is named with what it does", () => {
  const [choice] = choicesOf([
    result("Default", { cost: 100, p99: 10, zoneLoad: 0.5, failed: 0 }),
    result("hints", { cost: 40, p99: 10, zoneLoad: 0.6, failed: 0 }),
    result("PreferSameZone", { cost: 0, p99: 30, zoneLoad: 0.6, failed: 0 }),
    result("PreferSameNode", { cost: 0, p99: 30, zoneLoad: 1.2, failed: 0.2 }),
    result("Local", { cost: 0, p99: 9, zoneLoad: 0.6, failed: 0.1 }),
  ]);
  expect(choice?.chosen?.parameters.policy).toBe("hints");
  expect(choice?.rejected).toEqual([
    { policy: "PreferSameZone", why: "p99 3.0 times Default's" },
    { policy: "PreferSameNode", why: "a zone's pods 120 % loaded, 20 % fail" },
    { policy: "Local", why: "10 % fail" },
  ]);
});
