import type { Pod } from "@k8s-netsim/k8s-model/api";
import { Cluster } from "@k8s-netsim/k8s-model/cluster";
import { Simulation } from "@k8s-netsim/sim-core";
import { readyNode } from "./objects.ts";
import { once, type PublishedResult, type ResultGroup } from "./published-result.ts";

const NO_LIMIT = 1_000_000_000;

function pendingPod(index: number): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `pod-${index}`, namespace: "default", labels: { app: "web" } },
    spec: {
      containers: [{ name: "main", resources: { requests: { cpu: "100m", memory: "500Mi" } } }],
    },
    status: { phase: "Pending" },
  };
}

/** Pods bound a second out of a queue that is full from the start, the clients' limits off. */
function bindingRate(nodes: number, pods: number): number {
  const sim = new Simulation({ seed: "published results" });
  const cluster = new Cluster(sim, {
    timings: { schedulerQps: NO_LIMIT, schedulerBurst: NO_LIMIT },
  });
  for (let node = 0; node < nodes; node++) {
    cluster.apply(readyNode(`node-${node}`, `zone-${node % 3}`));
  }
  cluster.settle();
  let bound = 0;
  let firstNs = 0;
  let lastNs = 0;
  const cursor = cluster.store.watch<Pod>("Pod", "published results");
  cluster.store.onWrite("Pod", () => {
    for (let version = cursor.next(); version !== undefined; version = cursor.next()) {
      const isBinding = version.patches.some(({ path }) => path.join("/") === "spec/nodeName");
      if (!isBinding) continue;
      bound++;
      if (bound === 1) firstNs = sim.now;
      lastNs = sim.now;
    }
  });
  for (let pod = 0; pod < pods; pod++) cluster.apply(pendingPod(pod));
  while (bound < pods && sim.step());
  return ((bound - 1) * 1e9) / (lastNs - firstNs);
}

const rate = once(() => bindingRate(5_000, 10_000));

/** What the claims say, and where nothing is told of what their control planes were set to. */
const UNKNOWN_SETTINGS =
  "The settings of that scheduler and its API clients are not published. Ours: the 5,000-node run above, client limits off.";
const NOT_RUN =
  "The settings of that scheduler, its API clients and its storage are not published; with its default of 50 bindings a second the model needs many times as long, with that limit off the time is its one constant.";

const floor = (
  id: string,
  claim: string,
  published: number,
  verdict: "calibrated" | "not reproduced",
  ours: () => number,
): PublishedResult => ({
  id: `schedperf-${id}`,
  claim: `${claim}: pods a second, at least`,
  source: "scheduler_perf",
  published,
  unit: "per second",
  tolerance: { kind: "at-least" },
  verdict,
  reason:
    verdict === "calibrated"
      ? "1.25 ms a pod is an assumption within these floors."
      : "The model takes 1.25 ms for every pod, however simple: it gets no faster with more or lighter pods.",
  ours,
});

const gke65k = (id: string, claim: string, published: number): PublishedResult => ({
  id: `gke65k-${id}`,
  claim: `65,000 nodes: ${claim}`,
  source: "gke65k",
  published,
  unit: "s",
  tolerance: { kind: "at-most" },
  verdict: "not reproduced",
  reason: NOT_RUN,
});

export const scheduling: ResultGroup = {
  title: "Scheduling and large control planes",
  how: "Pending pods are put before the model's scheduler all at once, its client's limit of 50 requests a second off; the rate is read off the bindings in the store. A pod takes the same time whatever there is, so the second floor is judged by the run for the first, the third with 2,000 pods on as many nodes.",
  results: [
    floor("5k-10k", "5,000 nodes, 10,000 pods", 680, "calibrated", rate),
    floor("5k-50k", "5,000 nodes, 50,000 pods", 810, "not reproduced", rate),
    floor("15k-ds", "15,000 nodes, 30,000 pods as of a DaemonSet", 1_100, "not reproduced", () =>
      bindingRate(15_000, 2_000),
    ),
    {
      id: "gke130k-pod-rate",
      claim: "130,000 nodes: pods created a second, sustained",
      source: "gke130k",
      published: 1_000,
      unit: "per second",
      tolerance: { kind: "relative", by: 0.1 },
      verdict: "not reproduced",
      reason: UNKNOWN_SETTINGS,
      ours: rate,
    },
    {
      id: "gke130k-objects",
      claim: "130,000 nodes: objects stored, more than",
      source: "gke130k",
      published: 1_000_000,
      unit: "count",
      verdict: "not reproduced",
      reason:
        "A capacity of that cluster's storage, which is not etcd; the model's store has none.",
    },
    gke65k("65000pods", "65,000 pods run on the empty cluster after about", 150),
    gke65k("50000pods", "50,000 training pods are there in less than", 120),
    gke65k("15000pods", "15,000 inference pods on the nearly full cluster in less than", 60),
    gke65k("scaleup", "inference scales up and evicts training in less than", 240),
    {
      id: "gke65k-api-p99",
      claim: "65,000 nodes: p99 of the latency of API calls, less than",
      source: "gke65k",
      published: 400,
      unit: "ms",
      verdict: "not reproduced",
      reason: "The model's requests take a constant time: it knows no queue in the API server.",
    },
    {
      id: "eks100k-sched",
      claim: "100,000 nodes: pods scheduled a second",
      source: "eks100k",
      published: 500,
      unit: "per second",
      tolerance: { kind: "relative", by: 0.1 },
      verdict: "not reproduced",
      reason: UNKNOWN_SETTINGS,
      ours: rate,
    },
  ],
};
