import type { KubeObject, Node, Taint } from "@k8s-netsim/k8s-model/api";
import { ApiServers } from "@k8s-netsim/k8s-model/api-server";
import { Cluster } from "@k8s-netsim/k8s-model/cluster";
import { hashText, Store } from "@k8s-netsim/k8s-model/store";
import { Simulation } from "@k8s-netsim/sim-core";
import { readyNode, readyPod } from "./objects.ts";
import type { ResultGroup } from "./published-result.ts";

const SECOND = 1_000_000_000;
const MINUTE = 60 * SECOND;

/** What the kubelets of a cluster write about their nodes, each at its own phase of a period. */
interface Heartbeats {
  readonly nodes: number;
  readonly periodNs: number;
  readonly objectBytes: number;
  readonly object: (name: string) => KubeObject;
}

/** Writes and bytes that reach the store in a time, once all nodes are there. */
function heartbeats(
  { nodes, periodNs, objectBytes, object }: Heartbeats,
  forNs: number,
): { readonly writes: number; readonly bytes: number } {
  const sim = new Simulation({ seed: "published results" });
  const store = new Store({ now: () => sim.now });
  const servers = new ApiServers(store, {}, () => objectBytes);
  for (let node = 0; node < nodes; node++) {
    const own = object(`node-${node}`);
    store.create(own);
    sim.every(periodNs, () => store.replace(own), {
      firstNs: Math.floor((node * periodNs) / nodes),
    });
  }
  const { kind } = object("node-0");
  const stream = servers.stream(kind, "etcd");
  const prune = (): void => {
    servers.advance(sim.now);
    stream.dropBelow(stream.end);
    store.prune();
  };
  prune();
  const writesBefore = store.log(kind).end;
  const bytesBefore = stream.bytesBelow(stream.end);
  for (let atNs = SECOND; atNs <= forNs; atNs += SECOND) {
    sim.runUntil(atNs - 1);
    prune();
  }
  return {
    writes: store.log(kind).end - writesBefore,
    bytes: stream.bytesBelow(stream.end) - bytesBefore,
  };
}

function statusBytesPerMinute(periodMinutes: number): number {
  const { bytes } = heartbeats(
    {
      nodes: 5_000,
      periodNs: periodMinutes * MINUTE,
      objectBytes: 30_000,
      object: (name) => readyNode(name),
    },
    periodMinutes * MINUTE,
  );
  return bytes / periodMinutes;
}

const lease = (name: string): KubeObject => ({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name, namespace: "kube-node-lease" },
});

function leaseWritesPerSecond(nodes: number): number {
  const seconds = 10;
  const { writes } = heartbeats(
    { nodes, periodNs: 10 * SECOND, objectBytes: 300, object: lease },
    seconds * SECOND,
  );
  return writes / seconds;
}

const noExecute = ({ spec }: Node): boolean =>
  ((spec?.taints ?? []) as readonly Taint[]).some(({ effect }) => effect === "NoExecute");

/** Seconds from a node's last lease renewal to the deletion of its pod. */
function lossToDeletion(): number {
  const sim = new Simulation({ seed: "published results" });
  const cluster = new Cluster(sim, {
    kubernetesVersion: "1.31",
    timings: { nodeMonitorPeriodNs: 1_000_000, apiWriteNs: 0, informerLatencyNs: 0 },
  });
  for (const name of ["node-0", "node-1", "node-2"]) cluster.apply(readyNode(name, "a"));
  const pod = readyPod(0, "node-0");
  cluster.apply(pod);
  cluster.settle();
  // At the very moment of a renewal.
  const offset = hashText(`${sim.seed}/lease/node-0`) % (10 * SECOND);
  const lostNs = (Math.ceil(sim.now / (10 * SECOND)) + 1) * 10 * SECOND + offset;
  sim.runUntil(lostNs);
  cluster.failNode("node-0");
  const key = `default/${pod.metadata.name}`;
  const isDeleted = (): boolean =>
    cluster.store.get("Pod", key)?.metadata.deletionTimestamp !== undefined;
  while (!isDeleted() && sim.step());
  return (sim.now - lostNs) / SECOND;
}

/** Nodes tainted NoExecute a second, after 12 of 30 nodes of a zone are lost at once. */
function evictionRate(): number {
  const sim = new Simulation({ seed: "published results" });
  const cluster = new Cluster(sim);
  for (let node = 0; node < 60; node++) {
    cluster.apply(readyNode(`node-${node}`, node < 30 ? "a" : "b"));
  }
  cluster.settle();
  const taintedNs: number[] = [];
  const seen = new Set<string>();
  cluster.store.onWrite("Node", () => {
    for (const node of cluster.store.list<Node>("Node")) {
      if (seen.has(node.metadata.name) || !noExecute(node)) continue;
      seen.add(node.metadata.name);
      taintedNs.push(sim.now);
    }
  });
  for (let node = 0; node < 12; node++) cluster.failNode(`node-${node}`);
  cluster.settle();
  const [first = 0] = taintedNs;
  return ((taintedNs.length - 1) * SECOND) / ((taintedNs.at(-1) ?? 0) - first);
}

export const nodes: ResultGroup = {
  title: "Nodes: heartbeats, loss, eviction",
  how: "Every kubelet writes to the model's store at its own phase of its period; writes and bytes are counted there. Node loss and eviction are runs of a whole cluster.",
  results: [
    {
      id: "heartbeat-etcd-1m",
      claim: "5,000 nodes, a status of 30 KB every minute: bytes a minute to etcd",
      source: "kep589",
      published: 150e6,
      unit: "bytes/min",
      preset: "30 KB a Node",
      verdict: "arithmetic",
      ours: () => statusBytesPerMinute(1),
    },
    {
      id: "heartbeat-etcd-5m",
      claim: "the same, a status every five minutes",
      source: "kep589",
      published: 30e6,
      unit: "bytes/min",
      preset: "30 KB a Node",
      verdict: "arithmetic",
      ours: () => statusBytesPerMinute(5),
    },
    {
      id: "gke130k-lease-qps",
      claim: "130,000 nodes: lease updates a second",
      source: "gke130k",
      published: 13_000,
      unit: "per second",
      verdict: "predicted",
      reason: "10 s between renewals is the kubelet's default.",
      ours: () => leaseWritesPerSecond(130_000),
    },
    {
      id: "node-loss-340",
      claim: "a node falls silent: seconds from its last heartbeat to the deletion of its pods",
      source: "docs-nodes",
      published: 340,
      unit: "s",
      tolerance: { kind: "absolute", by: 0.1 },
      verdict: "arithmetic",
      reason:
        "40 s grace (up to 1.31; 50 s since) and 300 s toleration. The controller looks every millisecond here; with its real 5 s it takes 10 to 15 s longer, because three looks follow each other.",
      ours: lossToDeletion,
    },
    {
      id: "node-evict-rate",
      claim: "nodes a second whose pods are evicted, less than 55 % of the zone unhealthy",
      source: "docs-nodes",
      published: 0.1,
      unit: "per second",
      tolerance: { kind: "relative", by: 0.01 },
      verdict: "calibrated",
      reason: "The rate is the documented flag's default; 12 of 30 nodes of a zone are lost.",
      ours: evictionRate,
    },
  ],
};
