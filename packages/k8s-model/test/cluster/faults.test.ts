import type { Pod } from "@k8s-netsim/k8s-model/api";
import { type Cluster, InvariantViolation } from "@k8s-netsim/k8s-model/cluster";
import { describe, expect, it } from "vitest";
import { deployment, service } from "./objects.ts";
import { route, runFor, settled } from "./settled.ts";

const S = 1_000_000_000;

const world = (): Cluster =>
  settled([deployment("web", 6), service("web")], { apiServers: { replicas: 1 } });

const readyPods = (cluster: Cluster): number => {
  let ready = 0;
  for (const pod of cluster.pods) if (pod.ready && !pod.gone) ready++;
  return ready;
};

const scale = (cluster: Cluster, replicas: number): void =>
  cluster.apply(deployment("web", replicas));

describe("a node that is parted from the control plane", () => {
  it("forwards by its last view, and its pods answer on, though they are given up", () => {
    const cluster = world();
    const before = route(cluster, "a-0", "web").endpoints.length;
    cluster.faults.partitionNode("a-0");
    scale(cluster, 12);
    runFor(cluster, 400);
    expect(route(cluster, "a-0", "web").endpoints.length).toBe(before);
    expect(route(cluster, "b-0", "web").endpoints.length).toBe(12);
    const own = cluster.nodes.byName("a-0")?.index;
    const answering = [...cluster.pods].filter((pod) => pod.nodeIndex === own && pod.answering);
    expect(answering.length).toBeGreaterThan(0);
    cluster.faults.healNode("a-0");
    cluster.settle();
    expect(route(cluster, "a-0", "web").endpoints.length).toBe(12);
    expect(readyPods(cluster)).toBe(12);
  });

  it("ends the pods that were deleted meanwhile once it is heard again", () => {
    const cluster = world();
    cluster.faults.partitionNode("a-0");
    runFor(cluster, 400);
    const own = cluster.nodes.byName("a-0")?.index;
    const left = (): Pod[] =>
      cluster.store
        .list<Pod>("Pod")
        .filter(({ spec, metadata }) => spec.nodeName === "a-0" && metadata.deletionTimestamp);
    expect(left().length).toBeGreaterThan(0);
    cluster.faults.healNode("a-0");
    cluster.settle();
    expect(left()).toEqual([]);
    const answering = [...cluster.pods].filter((pod) => pod.nodeIndex === own && pod.answering);
    expect(answering.every(({ gone }) => !gone)).toBe(true);
  });
});

describe("a change of leaders", () => {
  it("stops the controllers for 13 s to 19.4 s; then what was asked for happens", () => {
    const cluster = world();
    const vacantNs = cluster.faults.changeLeader();
    expect(vacantNs).toBeGreaterThanOrEqual(13 * S);
    expect(vacantNs).toBeLessThanOrEqual(19.4 * S);
    scale(cluster, 9);
    runFor(cluster, vacantNs / S - 0.1);
    expect(cluster.pods.size).toBe(6);
    cluster.settle();
    expect(readyPods(cluster)).toBe(9);
  });

  it("loses no work that was half done", () => {
    const cluster = world();
    scale(cluster, 40);
    runFor(cluster, 0.2);
    cluster.faults.changeLeader();
    cluster.settle();
    expect(readyPods(cluster)).toBe(40);
    expect(route(cluster, "a-0", "web").endpoints.length).toBe(40);
  });
});

describe("a slow etcd", () => {
  it("makes the same change take longer, and none once it has recovered", () => {
    const time = (factor: number): number => {
      const cluster = world();
      cluster.faults.slowEtcd(factor);
      const from = cluster.sim.now;
      scale(cluster, 12);
      return cluster.settle().atNs - from;
    };
    expect(time(100)).toBeGreaterThan(time(1) + S);
    const cluster = world();
    cluster.faults.slowEtcd(100);
    expect(cluster.timings.apiWriteNs).toBe(500_000_000);
    cluster.faults.slowEtcd(1);
    expect(cluster.timings.apiWriteNs).toBe(5_000_000);
  });
});

describe("an API server that restarts", () => {
  it("leaves every proxy with the newest state in the end", () => {
    const cluster = world();
    cluster.faults.restartApiServer(0, 10 * S);
    scale(cluster, 9);
    runFor(cluster, 8);
    expect(route(cluster, "a-0", "web").endpoints.length).toBe(6);
    cluster.settle();
    for (const { name } of cluster.nodes) {
      expect(route(cluster, name, "web").endpoints.length).toBe(9);
    }
    expect(cluster.proxies.servers.lists).toBe(12);
  });
});

describe("a clock that is wrong", () => {
  it("shifts the samples of the node's proxy and dates what its kubelet reports", () => {
    const cluster = world();
    cluster.proxies.collect(cluster.sim.now);
    for (const { name } of cluster.nodes) cluster.faults.setClock(name, 100 * S);
    scale(cluster, 9);
    cluster.settle();
    // Kubelets and proxies are ahead by the same time: the samples are as without it.
    const shifted = cluster.proxies.collect(cluster.sim.now).latency;
    expect(shifted.count).toBeGreaterThan(0);
    expect(shifted.negative).toBe(0);
    expect(shifted.histogram().max).toBeLessThan(20 * S);
    runFor(cluster, 300);
    for (const { name } of cluster.nodes) cluster.faults.setClock(name, -100 * S);
    cluster.faults.setClock("a-0", 0);
    scale(cluster, 12);
    cluster.settle();
    // The proxy of a-0 has the right time and takes the trigger times of the others for old.
    const mixed = cluster.proxies.collect(cluster.sim.now).latency.histogram();
    expect(mixed.max).toBeGreaterThan(99 * S);
    expect(mixed.quantile(0.5)).toBeLessThan(20 * S);
  });
});

describe("invariants", () => {
  it("tell when and where an endpoint is in two slices", () => {
    const cluster = world();
    const [first] = cluster.store.list("EndpointSlice");
    cluster.store.create({
      ...(first as NonNullable<typeof first>),
      metadata: { ...(first as NonNullable<typeof first>).metadata, name: "web-twin" },
    });
    expect(() => cluster.invariants?.checkAtRest()).toThrow(InvariantViolation);
    expect(() => cluster.invariants?.checkAtRest()).toThrow(
      /^At [\d.]+ s \(2100-01-01T00:\d\d:\d\dZ\), default\/web: .* is in web-.* and web-twin\. \[endpoint-once\]$/,
    );
  });

  it("tell which slice is larger than its maximum, as it is written", () => {
    const cluster = world();
    const [first] = cluster.store.list("EndpointSlice");
    const slice = first as NonNullable<typeof first>;
    const endpoints = Array.from({ length: 101 }, (_, index) => ({
      addresses: [`10.9.9.${index}`],
    }));
    expect(() => cluster.store.replace({ ...slice, endpoints } as typeof slice)).toThrow(
      "the slice has 101 endpoints, at most 100 are allowed. [slice-maximum]",
    );
  });

  it("tell which slice does not equal the pods", () => {
    const cluster = world();
    const [first] = cluster.store.list("EndpointSlice");
    cluster.store.replace({ ...(first as NonNullable<typeof first>), endpoints: [] } as never);
    expect(() => cluster.invariants?.checkAtRest()).toThrow(
      "default/web: 6 ready pods are in no slice. [slices-converge]",
    );
  });
});
