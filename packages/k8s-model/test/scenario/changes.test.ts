import type { PodDisruptionBudget } from "@k8s-netsim/k8s-model/api";
import {
  ChangeError,
  type ClusterOptions,
  cluster,
  deletePods,
  deployment,
  type FaultDefinition,
  nodeCordon,
  nodeDrain,
  nodeFailure,
  openLoop,
  type RunView,
  rollingUpdate,
  runScenario,
  scale,
  scenario,
  service,
  type WorkloadChange,
  zoneOutage,
  zonePartition,
} from "@k8s-netsim/k8s-model/scenario";
import { millis, type SimTime, seconds } from "@k8s-netsim/sim-core";
import { describe, expect, it } from "vitest";

const at = seconds(5);

interface Seen {
  readonly metrics: ReadonlyMap<string, number>;
  readonly runs: readonly RunView[];
}

/** A small application in three zones, called from each of them, while something is done to it. */
function play(
  changes: ClusterOptions["changes"] = [],
  more: Partial<ClusterOptions> & { readonly zoneService?: boolean } = {},
): Seen {
  const runs: RunView[] = [];
  const { zoneService = false, objects = [], ...rest } = more;
  const shop = scenario("shop", {
    vary: {},
    runs: { replications: 2, warmUp: seconds(2), length: seconds(90) },
    build: () =>
      cluster({
        zones: { a: { nodes: 2 }, b: { nodes: 2 }, c: { nodes: 2 } },
        objects: [
          deployment("web", {
            replicas: { a: 2, b: 2, c: 2 },
            server: { serviceTime: { distribution: "constant", valueNs: millis(5) } },
          }),
          deployment("caller", { replicas: { a: 1, b: 1, c: 1 } }),
          service("web", {
            port: 80,
            ...(zoneService ? { trafficDistribution: "PreferSameZone" } : {}),
          }),
          ...objects,
        ],
        traffic: ["a", "b", "c"].map((zone) =>
          openLoop({
            from: { deployment: `caller-${zone}` },
            to: "web:80",
            ratePerSecond: 20,
            timeout: seconds(1),
            connection: { kind: "per-request" },
          }),
        ),
        changes,
        ...rest,
      }),
    measure: (run) => {
      runs.push(run);
      const { requests } = run;
      return {
        failed: requests.failedShare(),
        timedOut: requests.failedBy("timed-out"),
        reset: requests.failedBy("reset"),
        refused: requests.failedBy("refused"),
        endpoints: run.service("default/web").endpoints,
      };
    },
  });
  const [configuration] = runScenario(shop, { seed: "1", check: true }).configurations;
  const metrics = [...(configuration?.metrics ?? [])].map(([name, { mean }]) => [name, mean]);
  return { metrics: new Map(metrics as [string, number][]), runs };
}

describe("changes as data", () => {
  it("a rolling update replaces every pod of all parts", () => {
    const [run] = play([rollingUpdate("web", { at })]).runs;
    const before = new Set(run?.answeredByPod.slice(0, 5).flatMap((bin) => [...bin.keys()]));
    const after = new Set(run?.answeredByPod.slice(60).flatMap((bin) => [...bin.keys()]));
    expect([before.size, after.size]).toEqual([6, 6]);
    expect([...after].filter((pod) => before.has(pod))).toEqual([]);
  });

  it("scaling ends at the number asked for", () => {
    const { metrics } = play([
      scale("web-a", { at, replicas: 5 }),
      scale("web-b", { at, replicas: 0 }),
    ]);
    expect(metrics.get("endpoints")).toBe(7);
  });

  it("deleted pods come back, as many as were asked for", () => {
    const { runs, metrics } = play([deletePods("web", { at, count: 1 })]);
    expect(metrics.get("endpoints")).toBe(6);
    const all = new Set(runs[0]?.answeredByPod.flatMap((bin) => [...bin.keys()]));
    // One of each of the three parts.
    expect(all.size).toBe(9);
  });

  it("a cordon is felt by nobody", () => {
    const { metrics } = play([nodeCordon("node-1-a", { at, until: seconds(30) })]);
    expect(metrics.get("failed")).toBe(0);
    expect(metrics.get("endpoints")).toBe(6);
  });

  it("a drain waits for budgets, and says for which and how long", () => {
    const budget = (maxUnavailable: number): PodDisruptionBudget => ({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "web", namespace: "default" },
      spec: { maxUnavailable, selector: { matchLabels: { app: "web" } } },
    });
    const drained = (most: number, timeout?: SimTime) =>
      play([nodeDrain("node-1-a", { at, ...(timeout === undefined ? {} : { timeout }) })], {
        objects: [budget(most)],
      }).runs[0]?.drains[0];
    expect(drained(3)).toMatchObject({ node: "node-1-a", isDone: true, waits: [] });
    const stuck = drained(0, seconds(20));
    expect(stuck).toMatchObject({ isDone: false, endedNs: 25 * 1e9 });
    expect(stuck?.waits).toMatchObject([
      { budget: "default/web", longestNs: 20 * 1e9, stillWaiting: stuck?.waits[0]?.pods },
    ]);
  });

  it("a drained machine that is removed takes its Node with it", () => {
    const { metrics, runs } = play([nodeDrain("node-1-a", { at, until: seconds(40) })]);
    expect(metrics.get("endpoints")).toBe(6);
    expect(runs[0]?.drains[0]?.isDone).toBe(true);
  });
});

describe("a zone that is parted", () => {
  it("from other zones costs what would cross its border, on both sides, until it is healed", () => {
    const { metrics, runs } = play([
      zonePartition("a", { at, until: seconds(25), from: "other-zones" }),
    ]);
    // Zone a: two thirds of its attempts; the others: one third of theirs. 20 s of 60 requests a second.
    const expected = 20 * 20 * (2 / 3 + 1 / 3 + 1 / 3);
    expect((metrics.get("timedOut") ?? 0) / expected).toBeGreaterThan(0.85);
    expect((metrics.get("timedOut") ?? 0) / expected).toBeLessThan(1.15);
    expect([metrics.get("refused"), metrics.get("reset")]).toEqual([0, 0]);
    for (const { isCut, atNs, failure } of runs.flatMap(({ failures }) => failures)) {
      expect([isCut, failure]).toEqual([true, "timed-out"]);
      expect(atNs).toBeGreaterThanOrEqual(at);
      expect(atNs).toBeLessThan(seconds(25));
    }
    // Nobody was given up: all pods go on.
    expect(metrics.get("endpoints")).toBe(6);
  });

  it("and keeps to its own endpoints feels nothing of it", () => {
    const changes = [zonePartition("a", { at, until: seconds(45), from: "other-zones" })];
    expect(play(changes, { zoneService: true }).metrics.get("failed")).toBe(0);
  });

  it("from the control plane alone goes on by its last view", () => {
    const { metrics } = play([zonePartition("a", { at, from: "control-plane" })]);
    expect(metrics.get("failed")).toBe(0);
  });

  it("from both is given up by the others after the grace period, and still calls them itself", () => {
    const { runs, metrics } = play([zonePartition("a", { at })]);
    const last = (nodes: readonly string[]): number =>
      Math.max(
        ...(runs[0]?.failures ?? [])
          .filter(({ node }) => nodes.includes(node))
          .map(({ lastNs }) => lastNs / 1e9),
      );
    expect(last(["node-1-b", "node-2-b", "node-1-c", "node-2-c"])).toBeLessThan(70);
    expect(last(["node-1-a", "node-2-a"])).toBeGreaterThan(80);
    expect(metrics.get("endpoints")).toBe(4);
  });
});

describe("an application that is told to end", () => {
  /** A rolling update under kept connections, in causes. */
  function causes(gracefulShutdown: boolean, preStopSeconds: number): Record<string, number> {
    const { metrics } = play([rollingUpdate("busy", { at })], {
      gracefulShutdown,
      objects: [
        deployment("busy", {
          replicas: 6,
          ...(preStopSeconds === 0 ? {} : { preStopSeconds }),
          readinessSeconds: 1,
          server: { workers: 50, serviceTime: { distribution: "constant", valueNs: millis(200) } },
        }),
        service("busy", { port: 80 }),
      ],
      traffic: [
        openLoop({
          from: { deployment: "caller-a" },
          to: "busy:80",
          ratePerSecond: 100,
          timeout: seconds(2),
          connection: { kind: "keep-alive", requestsPerConnection: 1_000 },
        }),
      ],
    });
    return Object.fromEntries(
      ["refused", "reset", "timedOut"].map((cause) => [cause, metrics.get(cause) ?? 0]),
    );
  }

  it("and does not finish what it serves resets that, however long it slept before", () => {
    for (const sleep of [0, 5]) {
      const { refused, reset = 0, timedOut } = causes(false, sleep);
      // Each of six pods has 200 ms of a sixth of 100 requests a second in service, give or take.
      expect(reset).toBeGreaterThan(6);
      expect([refused, timedOut]).toEqual([0, 0]);
    }
  });

  it("and finishes it loses nothing once it has slept until everybody knew", () => {
    const without = causes(true, 0);
    expect(without.refused).toBeGreaterThan(0);
    expect(without.reset).toBe(0);
    expect(causes(true, 5)).toEqual({ refused: 0, reset: 0, timedOut: 0 });
  });
});

describe("a Service that loses all its pods", () => {
  it("refuses a caller six times and once a second; beyond that he hears nothing", () => {
    const gone = ["a", "b", "c"].map((zone) => scale(`web-${zone}`, { at, replicas: 0 }));
    const { metrics, runs } = play(gone);
    const [refused = 0, timedOut = 0] = [metrics.get("refused"), metrics.get("timedOut")];
    // Three callers, from about 6 s to 90 s.
    expect(refused).toBeGreaterThan(3 * (6 + 82));
    expect(refused).toBeLessThan(3 * (6 + 86));
    expect(timedOut).toBeGreaterThan(4_000);
    expect(runs[0]?.failures.some(({ endpoint }) => endpoint === undefined)).toBe(true);
  });
});

describe("a change that cannot be meant", () => {
  const codeOf = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      const { code, message, remedy } = error as ChangeError;
      expect(error).toBeInstanceOf(ChangeError);
      expect(remedy.length).toBeGreaterThan(5);
      return `${code}: ${message}`;
    }
    return "no error";
  };

  it("is refused where it is written", () => {
    expect(
      [
        () => scale("web", { at, replicas: -1 }),
        () => scale("web", { at, replicas: 1.5 }),
        () => scale("", { at, replicas: 1 }),
        () => rollingUpdate("web", { at: Number.NaN as SimTime }),
        () => deletePods("web", { at: -1 as SimTime }),
        () => deletePods("web", { at, count: 0 }),
        () => zoneOutage("a", { at: seconds(9), until: seconds(3) }),
        () => zonePartition("", { at }),
        () => nodeDrain("n1", { at, timeout: -5 as SimTime }),
        () => nodeFailure("n1", { at: Number.POSITIVE_INFINITY as SimTime }),
      ].map(codeOf),
    ).toMatchInlineSnapshot(`
      [
        "bad-change: web cannot be scaled to -1 replicas.",
        "bad-change: web cannot be scaled to 1.5 replicas.",
        "bad-change: Scaling names nothing.",
        "bad-change: A rolling update of web cannot be at NaN ns.",
        "bad-change: A deletion of pods of web cannot be at -1 ns.",
        "bad-change: 0 pods of web cannot be deleted.",
        "bad-change: A zone-outage of a ends at 3 s, before it begins at 9 s.",
        "bad-change: A zone-partition names nothing.",
        "bad-change: The time-out of a drain of n1 cannot be at -5 ns.",
        "bad-change: A node-failure of n1 cannot be at Infinity ns.",
      ]
    `);
  });

  it("is refused before the run where the cluster has nothing of the kind", () => {
    const changes: readonly (WorkloadChange | FaultDefinition)[] = [
      scale("nothing", { at, replicas: 1 }),
      scale("web", { at, replicas: 1 }),
      rollingUpdate("elsewhere/web", { at }),
    ];
    expect(changes.map((change) => codeOf(() => play([change])))).toMatchInlineSnapshot(`
      [
        "unknown-change-target: There is no workload "nothing" to change.",
        "bad-change: "web" is split by zone, so one number of replicas says too little.",
        "unknown-change-target: There is no workload "elsewhere/web" to change.",
      ]
    `);
    expect(() => play([nodeDrain("nowhere", { at })])).toThrow(
      'There is no node "nowhere" to fail.',
    );
  });
});
