import "../../../../tools/property-seed.ts";
import { Simulation, seconds } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { applyDefaults } from "../../src/api/index.ts";
import { syntheticNodes } from "../../src/control-plane/index.ts";
import { deployment, service } from "../../src/scenario/definition/objects.ts";
import { restingCluster } from "../../src/scenario/world/resting-cluster.ts";
import { trafficWays } from "../../src/scenario/world/traffic-ways.ts";
import { DEFAULT_ROUND_TRIP_TIMES } from "../../src/topology/index.ts";
import {
  callOrder,
  compileTraffic,
  expectedFlows,
  type Flows,
  type Network,
  RequestTraffic,
  type TrafficLedger,
  type TrafficPlan,
} from "../../src/traffic/index.ts";

const RATE_HZ = 400;
const SECONDS = 20;
const KUBERNETES = "1.36";

const counts = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 });
const cluster = fc.record({
  nodesPerZone: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 }),
  servers: counts,
  clients: counts,
  way: fc.constantFrom(
    {},
    { trafficDistribution: "PreferClose" },
    { trafficDistribution: "PreferSameZone" },
    { trafficDistribution: "PreferSameNode" },
    { topologyMode: "Auto" },
    { topologyKeys: ["topology.kubernetes.io/zone", "*"] },
    { topologyKeys: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"] },
  ),
  internalTrafficPolicy: fc.constantFrom("Cluster", "Local"),
  externalTrafficPolicy: fc.constantFrom("Cluster", "Local"),
  type: fc.constantFrom("ClusterIP", "headless", "NodePort", "LoadBalancer"),
});

type RandomCluster = typeof cluster extends fc.Arbitrary<infer T> ? T : never;

function byZone(given: readonly number[], zones: readonly string[]): Record<string, number> {
  return Object.fromEntries(zones.map((zone, index) => [zone, given[index] ?? 0]));
}

/** Pods of a random cluster ask one Service, and so do users outside where it can be reached. */
function planned(given: RandomCluster): { plan: TrafficPlan; network: Network } {
  const zones = given.nodesPerZone.map((_, index) => `zone-${"abc"[index]}`);
  const nodes = given.nodesPerZone.flatMap((nodesPerZone, index) =>
    syntheticNodes({
      zones: [zones[index] as string],
      nodesPerZone,
      kubernetesVersion: `v${KUBERNETES}.2`,
    }),
  );
  const { type, way, internalTrafficPolicy, externalTrafficPolicy } = given;
  const isInternal = type === "ClusterIP" || type === "headless";
  const web = service("web", {
    port: 80,
    ...(type === "headless" ? { headless: true } : { type }),
    ...way,
    internalTrafficPolicy,
    ...(isInternal ? {} : { externalTrafficPolicy }),
  } as Parameters<typeof service>[1]);
  const objects = [
    ...nodes,
    ...deployment("web", { replicas: byZone(given.servers, zones) }).objects,
    ...deployment("client", { replicas: byZone(given.clients, zones) }).objects,
    ...web.objects,
  ].map((object) => applyDefaults(object));
  const resting = restingCluster(objects, {
    kubernetesVersion: KUBERNETES,
    topologyKeys: "topologyKeys" in way,
  });
  const request = {
    to: { service: "default/web", port: 80 },
    load: { mode: "open", rateHz: RATE_HZ },
    requestBytes: 1,
    responseBytes: 0,
    timeoutNs: seconds(1),
    connection: { kind: "per-request" },
  } as const;
  const pods = zones.map((zone) => `default/Deployment/client-${zone}`);
  const clients = [
    ...pods.map((workload) => ({ ...request, name: workload, workload })),
    ...(isInternal ? [] : [{ ...request, name: "users" }]),
  ];
  const defaults = { workers: 1_000_000 };
  const spec = { clients, calls: [], servers: [], defaults };
  const plan = compileTraffic(spec, resting.workloads);
  const network = resting.networkFor(plan);
  // A workload without a pod sends nothing, and there is nothing to compare.
  const sources = plan.sources.filter(({ edge }) => {
    const from = plan.edges[edge]?.from ?? -1;
    return from < 0 || network.clientPods(from).length > 0;
  });
  return { plan: { ...plan, sources }, network };
}

function requestsOf(plan: TrafficPlan, network: Network): TrafficLedger {
  const sim = new Simulation({ seed: "agreement" });
  const traffic = new RequestTraffic({
    sim,
    plan,
    network,
    roundTripTimes: DEFAULT_ROUND_TRIP_TIMES,
    ...trafficWays(sim, plan, network),
    measureFromNs: seconds(0),
    endNs: seconds(SECONDS),
  });
  traffic.start();
  sim.run();
  return traffic.ledger;
}

/** Six standard deviations of a Poisson count: never by chance in as many comparisons as here. */
function expectCount(observed: number, rateHz: number): void {
  const mean = rateHz * SECONDS;
  expect(Math.abs(observed - mean)).toBeLessThanOrEqual(6 * Math.sqrt(mean) + 1e-6);
}

function expectAgreement(plan: TrafficPlan, network: Network, flows: Flows): void {
  const ledger = requestsOf(plan, network);
  flows.edges.forEach((flow, index) => {
    const edge = ledger.edges[index];
    for (let pod = 0; pod < network.podCount(); pod++) {
      expectCount(edge?.requestsByPod[pod] ?? 0, flow.requestsByPodHz.get(pod) ?? 0);
    }
    flow.requestsByZonePairHz.forEach((rateHz, pair) => {
      expectCount(edge?.bytesByZonePair[pair] ?? 0, rateHz);
    });
    flow.requestsByDistanceHz.forEach((rateHz, distance) => {
      expectCount(edge?.connectionsByDistance[distance] ?? 0, rateHz);
    });
    const failed = edge?.failures.reduce((sum, count) => sum + count, 0) ?? 0;
    expectCount(failed, flow.failedHz);
  });
}

test("requests and flows agree by endpoint, zone pair and distance on any cluster, Service type, policy and topology", () => {
  fc.assert(
    fc.property(cluster, (given) => {
      const { plan, network } = planned(given);
      expectAgreement(
        plan,
        network,
        expectedFlows(
          plan,
          network,
          callOrder(plan, () => []),
        ),
      );
    }),
    { numRuns: 60 },
  );
});

test("nodes taken together by zone give the flows of every node by itself", () => {
  fc.assert(
    fc.property(cluster, (given) => {
      const { plan, network } = planned(given);
      const { specialNodes, ...eachNode } = network;
      expect(specialNodes).toBeDefined();
      const order = callOrder(plan, () => []);
      const together = expectedFlows(plan, network, order);
      const apart = expectedFlows(plan, eachNode, order);
      together.edges.forEach((flow, index) => {
        const other = apart.edges[index];
        for (const [pod, rateHz] of flow.requestsByPodHz) {
          expect(rateHz).toBeCloseTo(other?.requestsByPodHz.get(pod) ?? 0, 9);
        }
        expect(flow.requestsByPodHz.size).toBe(other?.requestsByPodHz.size);
        flow.requestsByDistanceHz.forEach((rateHz, distance) => {
          expect(rateHz).toBeCloseTo(other?.requestsByDistanceHz[distance] ?? 0, 9);
        });
        expect(flow.failedHz).toBeCloseTo(other?.failedHz ?? 0, 9);
      });
    }),
    { numRuns: 100 },
  );
});

test("session affinity holds each client pod to one endpoint, and spreads the pods", () => {
  const nodes = syntheticNodes({ zones: ["a"], nodesPerZone: 2, kubernetesVersion: "v1.36.2" });
  const [web] = service("web", { port: 80 }).objects;
  const sticky = { ...web, spec: { ...(web?.spec as object), sessionAffinity: "ClientIP" } };
  const objects = [
    ...nodes,
    ...deployment("web", { replicas: 3 }).objects,
    ...deployment("client", { replicas: 12 }).objects,
    sticky as NonNullable<typeof web>,
  ].map((object) => applyDefaults(object));
  const resting = restingCluster(objects, { kubernetesVersion: KUBERNETES });
  const client = {
    name: "client",
    workload: "default/Deployment/client",
    to: { service: "default/web", port: 80 },
    load: { mode: "open", rateHz: RATE_HZ },
    connection: { kind: "per-request" },
  } as const;
  const spec = { clients: [client], calls: [], servers: [], defaults: { workers: 1_000_000 } };
  const plan = compileTraffic(spec, resting.workloads);
  const network = resting.networkFor(plan);
  const reached = new Map<number, Set<number>>();
  const watched: Network = {
    ...network,
    affinity(node, port, caller, endpoints, drawn, nowNs) {
      const chosen = network.affinity?.(node, port, caller, endpoints, drawn, nowNs) ?? drawn;
      reached.set(caller, (reached.get(caller) ?? new Set()).add(chosen));
      return chosen;
    },
  };
  requestsOf(plan, watched);
  expect([...reached.values()].map(({ size }) => size)).toEqual(Array(12).fill(1));
  expect(new Set([...reached.values()].flatMap((pods) => [...pods])).size).toBeGreaterThan(1);
});
