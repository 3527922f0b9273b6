import { millis, seconds } from "@k8s-netsim/sim-core";
import { describe, expect, test } from "vitest";
import {
  autoscaler,
  cluster,
  deployment,
  openLoop,
  runScenario,
  scenario,
  service,
} from "../../src/scenario/index.ts";

const compared = scenario("compared", {
  question: "What do three ways do in two sizes?",
  vary: { pods: [6, 5], way: ["Default", "Auto", "Local"] },
  runs: { replications: 4, warmUp: seconds(1), length: seconds(10) },
  build: ({ pods, way }) =>
    cluster({
      zones: { a: { nodes: 2 }, b: { nodes: 2 } },
      objects: [
        deployment("web", {
          replicas: { a: 3, b: pods - 3 },
          server: { workers: 2, serviceTime: { distribution: "exponential", meanNs: millis(20) } },
        }),
        deployment("caller", { replicas: { a: 2 } }),
        service("web", {
          port: 80,
          ...(way === "Auto" ? { topologyMode: "Auto" } : {}),
          ...(way === "Local" ? { internalTrafficPolicy: "Local" } : {}),
        }),
      ],
      traffic: [
        openLoop({
          from: { deployment: "caller-a" },
          to: "web:80",
          ratePerSecond: 50,
          connection: { kind: "per-request" },
        }),
      ],
    }),
  baseline: { way: "Default" },
  measure: (run) => {
    const { endpoints, fewestChoices, offeredLoad, rules } = run.service("default/web");
    return {
      crossing: run.bytes.share({ sameZone: false }),
      endpoints,
      fewestChoices,
      loadOfA: offeredLoad.get("a"),
      hintedNodes: rules.get("zone-hints") ?? 0,
    };
  },
  notes: (run) => ({
    event: run.service("default/web").events.at(-1)?.message,
    absent: undefined,
  }),
  expect: {
    "hints keep bytes at home": ({ at, metric }) =>
      metric.crossing.where(at.pods(6), at.way("Auto")).against(at.way("Default")).below(-0.4),
    "with five pods they do not": ({ at, metric }) =>
      metric.crossing.where(at.pods(5), at.way("Auto")).against(at.way("Default")).below(-0.4),
    "Local crosses nothing in either size": ({ at, metric }) =>
      metric.crossing.where(at.way("Local")).against(at.way("Default")).below(-0.3),
    "more pods than these make no difference": ({ at, metric }) =>
      metric.crossing.where(at.pods(5)).against(at.pods(7)).below(1),
  },
  answer: (results) => `${results.length} results, the first with ${results[0]?.values.endpoints}.`,
  tables: (results) => [
    {
      title: "Events",
      columns: [{ label: "pods" }, { label: "event" }],
      rows: results.map(({ parameters, notes }) => [Number(parameters.pods), notes.event ?? null]),
    },
  ],
});

describe("a scenario about requests", () => {
  const answer = runScenario(compared, { seed: "1", check: true });

  test("compares each combination with its baseline, all else equal", () => {
    expect(answer.configurations.map(({ label, comparedWith }) => [label, comparedWith])).toEqual([
      ["pods=6, way=Default", undefined],
      ["pods=6, way=Auto", "pods=6, way=Default"],
      ["pods=6, way=Local", "pods=6, way=Default"],
      ["pods=5, way=Default", undefined],
      ["pods=5, way=Auto", "pods=5, way=Default"],
      ["pods=5, way=Local", "pods=5, way=Default"],
    ]);
    const [before, after] = answer.configurations;
    const difference = after?.differences.get("crossing");
    const [base, own] = [before, after].map((one) => one?.metrics.get("crossing")?.mean ?? 0);
    expect(difference?.mean).toBeCloseTo((own ?? 0) - (base ?? 0), 12);
    expect(before?.differences.size).toBe(0);
  });

  test("judges claims about differences; without the other combination nothing is decided", () => {
    expect(answer.expectations.map(({ verdict }) => verdict)).toEqual([
      "met",
      "missed",
      "met",
      "undecided",
    ]);
    expect(answer.expectations[1]?.reason).toBe(
      "Claimed < -0.4. pods=5, way=Auto: the difference of crossing lies in 0 … 0.",
    );
  });

  test("leaves out claims about values that were not asked for", () => {
    const parameters = new Map([["way", ["Default", "Local"]]]);
    const { expectations } = runScenario(compared, { seed: "1", parameters });
    expect(expectations.map(({ name, verdict }) => [name, verdict])).toEqual([
      ["Local crosses nothing in either size", "met"],
      ["more pods than these make no difference", "undecided"],
    ]);
  });

  test("shows a Service as it stood: endpoints, what chose them, and their load", () => {
    const [byDefault, hinted, local] = answer.configurations.map(
      ({ metrics }) =>
        (name: string) =>
          metrics.get(name)?.mean,
    );
    expect(byDefault?.("endpoints")).toBe(6);
    expect(byDefault?.("fewestChoices")).toBe(6);
    expect(hinted?.("fewestChoices")).toBe(3);
    expect(hinted?.("hintedNodes")).toBe(2);
    expect(local?.("hintedNodes")).toBe(0);
    // All 50 requests a second of 20 ms meet three pods with two workers each.
    expect(Math.abs((hinted?.("loadOfA") ?? 0) - 1 / 6)).toBeLessThan(0.02);
    expect(Math.abs((byDefault?.("loadOfA") ?? 0) - 1 / 12)).toBeLessThan(0.02);
  });

  test("answers in its own words, with tables over all combinations", () => {
    expect(answer.sentence).toBe("6 results, the first with 6.");
    expect(answer.tables[0]?.rows[4]).toEqual([
      5,
      "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (5 endpoints, 2 zones), addressType: IPv4",
    ]);
    expect(answer.tables[0]?.rows[0]).toEqual([6, null]);
  });
});

test("a cluster may ask for a warm-up of its own, so that an autoscaler has settled", () => {
  const settled = scenario("settled", {
    vary: { warmUpSeconds: [1, 75] },
    runs: { replications: 1, warmUp: seconds(1), length: seconds(2) },
    build: ({ warmUpSeconds }) =>
      cluster({
        zones: { a: { nodes: 2 } },
        objects: [
          deployment("web", {
            replicas: 1,
            server: { workers: 2, serviceTime: { distribution: "constant", valueNs: millis(20) } },
          }),
          service("web", { port: 80 }),
          autoscaler("web", { min: 1, max: 4, cpuUtilization: 50 }),
        ],
        traffic: [openLoop({ from: { zone: "a" }, to: "web:80", ratePerSecond: 90 })],
        ...(warmUpSeconds === 1 ? {} : { warmUp: seconds(warmUpSeconds) }),
      }),
    measure: (run) => ({ endpoints: run.service("default/web").endpoints }),
  });
  const { configurations } = runScenario(settled, { seed: "1", check: true });
  expect(configurations.map(({ metrics }) => metrics.get("endpoints")?.mean)).toEqual([1, 2]);
});

describe("a cluster that cannot be is refused before anything runs", () => {
  const web = service("web", { port: 80 });
  const refused = (options: object): unknown => {
    const impossible = scenario("impossible", {
      vary: { n: [1] },
      runs: { replications: 1, warmUp: seconds(1), length: seconds(1) },
      build: () => cluster({ objects: [web], traffic: [], zones: { a: { nodes: 1 } }, ...options }),
      measure: () => ({}),
    });
    try {
      runScenario(impossible, { seed: "1" });
      return undefined;
    } catch (error) {
      return error;
    }
  };

  test.each([
    ["no nodes", { zones: {} }, "The cluster has no nodes."],
    ["an unknown proxy", { serviceProxy: "wires" }, 'There is no service proxy "wires".'],
    [
      "an unknown fault",
      { faults: [{ kind: "earthquake", target: "a", atNs: 0 }] },
      'There is no fault of kind "earthquake".',
    ],
    [
      "an object twice",
      { objects: [web, web] },
      'With n=1: Service "web": it stands twice among the objects.',
    ],
  ])("for %s", (_, options, message) => {
    expect(refused(options)).toMatchObject({ code: "bad-scenario-objects", message });
  });

  test("for a call that names no port", () => {
    expect(() => openLoop({ to: "web", ratePerSecond: 1 })).toThrow("names no Service port");
  });
});
