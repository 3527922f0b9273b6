import { Simulation, seconds } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyDefaults, type KubeObject } from "../../src/api/index.ts";
import type { Cluster } from "../../src/cluster/index.ts";
import { syntheticNodes } from "../../src/control-plane/index.ts";
import {
  bgpBalancer,
  cloudBalancer,
  type LoadBalancer,
  layer2Balancer,
  longestUnnoticedNs,
} from "../../src/data-plane/index.ts";
import {
  cluster as clusterDefinition,
  deployment,
  nodeDrain,
  openLoop,
  runScenario,
  scenario,
  service,
} from "../../src/scenario/index.ts";
import { ClusterNetwork } from "../../src/scenario/world/cluster-network.ts";
import { clusterOf, workloadKeysOf } from "../../src/scenario/world/resting-cluster.ts";
import { compileTraffic, expectedFlows } from "../../src/traffic/index.ts";

const ZONES = ["a", "b", "c"];
const PORT = 0;

interface Asked {
  readonly podsByZone: readonly number[];
  readonly nodesPerZone?: number;
  readonly policy: "Cluster" | "Local";
  readonly balancer: LoadBalancer;
}

interface Made {
  readonly cluster: Cluster;
  readonly network: ClusterNetwork;
  readonly plan: ReturnType<typeof compileTraffic>;
}

function make({ podsByZone, nodesPerZone = 2, policy, balancer }: Asked): Made {
  const replicas = Object.fromEntries(ZONES.map((zone, at) => [zone, podsByZone[at] ?? 0]));
  const objects: readonly KubeObject[] = [
    ...ZONES.flatMap((zone) =>
      syntheticNodes({ zones: [zone], nodesPerZone, kubernetesVersion: "v1.36.0" }),
    ),
    ...deployment("web", { replicas }).objects,
    ...service("web", { port: 80, type: "LoadBalancer", externalTrafficPolicy: policy }).objects,
  ].map((object) => applyDefaults(object));
  const cluster = clusterOf(new Simulation({ seed: "balanced" }), objects, {
    kubernetesVersion: "1.36",
  });
  const traffic = [openLoop({ to: "web:80", ratePerSecond: 600 })];
  const spec = { clients: traffic, calls: [], servers: [], defaults: {} };
  const plan = compileTraffic(spec, workloadKeysOf(cluster, objects));
  return { cluster, plan, network: new ClusterNetwork(cluster, plan, balancer) };
}

/** Nodes that get new connections now, by index. */
function nodesInUse({ network }: Made): ReadonlySet<number> {
  return new Set(network.entryNodes(PORT).map((entry) => network.place(entry).node));
}

function podsReached({ network }: Made): ReadonlyMap<number, readonly number[]> {
  const reached = new Map<number, readonly number[]>();
  for (const entry of network.entryNodes(PORT)) {
    const pods = network.endpoints(entry, PORT, "external");
    reached.set(entry, typeof pods === "number" ? [] : pods);
  }
  return reached;
}

const spread = fc.tuple(fc.nat(5), fc.nat(5), fc.integer({ min: 1, max: 5 }));
const few = { numRuns: 12 };

describe("nodes behind a cloud balancer", () => {
  test("with policy Local every endpoint is on the node where the connection came in", () => {
    fc.assert(
      fc.property(spread, fc.boolean(), (podsByZone, crossZone) => {
        const made = make({ podsByZone, policy: "Local", balancer: cloudBalancer({ crossZone }) });
        for (const [entry, pods] of podsReached(made)) {
          expect(pods.length).toBeGreaterThan(0);
          for (const pod of pods) {
            expect(made.network.nodeOf(pod)).toBe(made.network.place(entry).node);
          }
        }
      }),
      few,
    );
  });

  test("with policy Cluster every endpoint gets the same share, whatever its node", () => {
    fc.assert(
      fc.property(spread, fc.boolean(), (podsByZone, crossZone) => {
        const balancer = cloudBalancer({ crossZone });
        const { network, plan } = make({ podsByZone, policy: "Cluster", balancer });
        const [edge] = expectedFlows(plan, network, []).edges;
        const pods = network.readyEndpoints(PORT);
        for (const pod of pods)
          expect(edge?.requestsByPodHz.get(pod)).toBeCloseTo(600 / pods.length, 6);
      }),
      few,
    );
  });

  test("a node that dies gets nothing once its checks have failed, and something until then", () => {
    const interval = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(interval, fc.integer({ min: 1, max: 4 }), (everySeconds, unhealthyThreshold) => {
        const balancer = cloudBalancer({
          healthCheck: {
            intervalNs: seconds(everySeconds),
            timeoutNs: seconds(1),
            unhealthyThreshold,
          },
        });
        const made = make({ podsByZone: [2, 2, 2], policy: "Local", balancer });
        const { cluster } = made;
        const dead = cluster.nodes.byName("node-1-a")?.index as number;
        expect(nodesInUse(made)).toContain(dead);
        const failedAt = cluster.sim.now;
        cluster.failNode("node-1-a");
        expect(nodesInUse(made)).toContain(dead);
        cluster.sim.runUntil(failedAt + (unhealthyThreshold - 1) * seconds(everySeconds));
        expect(nodesInUse(made)).toContain(dead);
        cluster.sim.runUntil(failedAt + longestUnnoticedNs(balancer.healthCheck));
        expect(nodesInUse(made)).not.toContain(dead);
      }),
      few,
    );
  });

  test("where no target is healthy all of them are used, and the nodes decide", () => {
    const made = make({ podsByZone: [0, 0, 0], policy: "Local", balancer: cloudBalancer() });
    expect(nodesInUse(made).size).toBe(6);
    for (const pods of podsReached(made).values()) expect(pods).toEqual([]);
  });

  test("without cross-zone balancing the zone with fewer nodes in use loads each of them more", () => {
    const balancer = cloudBalancer({ crossZone: false });
    const { network, plan } = make({ podsByZone: [1, 4, 4], policy: "Local", balancer });
    const [edge] = expectedFlows(plan, network, []).edges;
    const rates = network
      .readyEndpoints(PORT)
      .map((pod) => [
        network.zones[network.place(network.nodeOf(pod)).zone],
        edge?.requestsByPodHz.get(pod),
      ]);
    expect(rates).toContainEqual(["a", expect.closeTo(200, 6)]);
    expect(rates).toContainEqual(["b", expect.closeTo(50, 6)]);
  });

  test("the hop from the front end counts: two of three cross zones with cross-zone balancing", () => {
    const balancer = cloudBalancer({ crossZone: true });
    const { network } = make({ podsByZone: [2, 2, 2], policy: "Local", balancer });
    const hops = network.entryNodes(PORT).map((entry) => network.entryHop(entry));
    const crossing = hops.filter((hop) => hop === 2).length;
    expect(crossing / hops.length).toBeCloseTo(2 / 3, 9);
    expect(hops.every((hop) => hop === 1 || hop === 2)).toBe(true);
  });
});

describe("pods behind a cloud balancer", () => {
  test("are reached past every node's proxy, and leave some time after they stop being ready", () => {
    const balancer = cloudBalancer({ targetType: "ip", deregistrationNs: seconds(4) });
    const made = make({ podsByZone: [2, 2, 2], policy: "Cluster", balancer });
    const { cluster, network } = made;
    const before = new Set([...podsReached(made).values()].flat());
    expect([...before].sort((a, b) => a - b)).toEqual(network.readyEndpoints(PORT));
    const [leaving] = before;
    cluster.delete("Pod", cluster.pods.at(leaving as number)?.key as string);
    cluster.sim.runUntil(cluster.sim.now + seconds(3));
    expect([...podsReached(made).values()].flat()).toContain(leaving);
    cluster.sim.runUntil(cluster.sim.now + seconds(2));
    expect([...podsReached(made).values()].flat()).not.toContain(leaving);
  });
});

describe("announcers in the cluster", () => {
  test("by layer 2 exactly one node gets everything; with policy Local one that has an endpoint", () => {
    fc.assert(
      fc.property(spread, fc.constantFrom("Cluster", "Local"), (podsByZone, policy) => {
        const made = make({ podsByZone, policy, balancer: layer2Balancer() });
        const nodes = [...nodesInUse(made)];
        expect(nodes).toHaveLength(1);
        if (policy === "Cluster") return;
        const homes = made.network.readyEndpoints(PORT).map((pod) => made.network.nodeOf(pod));
        expect(homes).toContain(nodes[0]);
      }),
      few,
    );
  });

  test("by BGP every node with an endpoint gets the same share under policy Local", () => {
    const made = make({ podsByZone: [1, 2, 5], policy: "Local", balancer: bgpBalancer() });
    const homes = new Set(made.network.readyEndpoints(PORT).map((pod) => made.network.nodeOf(pod)));
    expect(nodesInUse(made)).toEqual(homes);
    expect(made.network.entryNodes(PORT)).toHaveLength(homes.size);
  });

  test("another node takes over when the announcer dies, not before its death is noticed", () => {
    const balancer = layer2Balancer({ failoverNs: seconds(3) });
    const made = make({ podsByZone: [2, 2, 2], policy: "Cluster", balancer });
    const [announcer] = nodesInUse(made);
    const { cluster } = made;
    cluster.failNode(cluster.nodes.at(announcer as number)?.name as string);
    cluster.sim.runUntil(cluster.sim.now + seconds(2));
    expect([...nodesInUse(made)]).toEqual([announcer]);
    expect([...podsReached(made).values()]).toEqual([[]]);
    cluster.sim.runUntil(cluster.sim.now + seconds(2));
    expect(nodesInUse(made).size).toBe(1);
    expect(nodesInUse(made)).not.toContain(announcer);
  });
});

describe("connections that outlive their way", () => {
  test("are closed in time where the balancer leaves the node first, and time out where it does not", () => {
    const failedWith = (closesUnhealthy: boolean): number => {
      const question = scenario("ways", {
        vary: { closesUnhealthy: [closesUnhealthy] },
        runs: { replications: 2, warmUp: seconds(2), length: seconds(40) },
        build: () =>
          clusterDefinition({
            zones: { a: { nodes: 2 }, b: { nodes: 2 }, c: { nodes: 2 } },
            objects: [
              deployment("web", { replicas: { a: 3, c: 3 } }),
              service("web", { port: 80, type: "LoadBalancer" }),
            ],
            loadBalancer: cloudBalancer({
              asks: "proxy",
              closesUnhealthy,
              healthCheck: { intervalNs: seconds(2), timeoutNs: seconds(1), unhealthyThreshold: 2 },
            }),
            traffic: [
              openLoop({
                to: "web:80",
                ratePerSecond: 100,
                timeout: seconds(1),
                connection: { kind: "long-lived" },
              }),
            ],
            faults: [nodeDrain("node-1-b", { at: seconds(2), until: seconds(25) })],
          }),
        measure: (run) => ({ timedOut: run.direction("north-south").failedBy("timed-out") }),
      });
      const { configurations } = runScenario(question, { seed: "ways", check: true });
      return configurations[0]?.metrics.get("timedOut")?.mean ?? Number.NaN;
    };
    expect(failedWith(true)).toBe(0);
    expect(failedWith(false)).toBeGreaterThan(5);
  });
});
