import { Simulation } from "@k8s-netsim/sim-core";
import type { IPFamily, KubeObject, Node, Pod, Service } from "../../api/index.ts";
import { objectKey } from "../../api/index.ts";
import { Cluster } from "../../cluster/index.ts";
import type { Timings } from "../../control-plane/index.ts";
import type { LoadBalancer } from "../../data-plane/index.ts";
import type { Network, TrafficPlan } from "../../traffic/index.ts";
import { isAutoscaler } from "./autoscaling.ts";
import { ClusterNetwork, NO_ZONE, workloadKeyOf } from "./cluster-network.ts";
import { memoisedNetwork } from "./memoised-network.ts";
import { proxiesOf, type ServiceProxyMode } from "./proxy-mode.ts";

/** A cluster in its steady state: nothing changes any more, however long traffic runs over it. */
export interface RestingCluster {
  readonly cluster: Cluster;
  /** Keys of all workloads that have or had a pod, `namespace/kind/name`, sorted. */
  readonly workloads: readonly string[];
  readonly services: ReadonlyMap<string, Service>;
  networkFor(plan: TrafficPlan, loadBalancer?: LoadBalancer): Network;
  nodes(): readonly Node[];
  pods(): readonly Pod[];
  nodesByZone(): ReadonlyMap<string, number>;
  workloadObject(key: string): KubeObject | undefined;
  unschedulable(): readonly { readonly pod: string; readonly reason: string }[];
  reconciled(): readonly string[];
  /** The controller's words on why a Service has no topology hints, where it refused them. */
  hintsRefused(service: string): string | undefined;
}

export interface RestingOptions {
  readonly kubernetesVersion: string;
  /** Puts the retired `spec.topologyKeys` in force, whatever the release. */
  readonly topologyKeys?: boolean;
  /** Whether the simulation's own promises are checked all along. */
  readonly check?: boolean;
  readonly serviceProxy?: ServiceProxyMode | undefined;
}

/** Only the end is looked at: pods that come one after another need no slice update each. */
const FEWER_SYNCS: Partial<Timings> = { endpointSliceBatchPeriodNs: 5_000_000_000 };

/** Builds a cluster from objects (defaults filled in) and lets the control plane come to rest. */
export function restingCluster(
  objects: readonly KubeObject[],
  options: RestingOptions,
): RestingCluster {
  const sim = new Simulation({ seed: "rest" });
  const cluster = clusterOf(sim, objects, options, FEWER_SYNCS);
  const restless = restlessness(cluster);
  return {
    cluster,
    workloads: workloadKeysOf(cluster, objects),
    services: new Map(cluster.store.list<Service>("Service").map((one) => [objectKey(one), one])),
    networkFor: (plan, loadBalancer) =>
      memoisedNetwork(new ClusterNetwork(cluster, plan, loadBalancer), plan),
    nodes: () => cluster.store.list<Node>("Node"),
    pods: () => cluster.store.list<Pod>("Pod"),
    nodesByZone: () => nodesByZone(cluster),
    workloadObject: (key) => workloadObject(cluster, key),
    unschedulable: () => cluster.unschedulable(),
    reconciled: () => [...restless, ...cluster.reconciled()],
    hintsRefused: (service) => hintsRefused(cluster, service),
  };
}

/**
 * A cluster on a simulation's clock, with these objects (defaults filled in), come to rest. Its
 * autoscalers are left out: they act on load, and there is none yet.
 */
export function clusterOf(
  sim: Simulation,
  objects: readonly KubeObject[],
  { kubernetesVersion, topologyKeys, check = false, serviceProxy }: RestingOptions,
  timings: Partial<Timings> = {},
): Cluster {
  const ipFamilies = podFamilies(objects);
  const historical = topologyKeys === true ? { topologyKeys } : {};
  const proxies = proxiesOf(serviceProxy, timings.proxyMinSyncPeriodNs);
  const options = { kubernetesVersion, ipFamilies, timings, check, ...proxies };
  const cluster = new Cluster(sim, { ...options, ...historical });
  const unscaled = objects.filter((object) => !isAutoscaler(object));
  for (const object of inCreationOrder(unscaled)) cluster.apply(object);
  comeToRest(cluster);
  return cluster;
}

/** Rest may be hours away, as a StatefulSet starts one pod at a time; what never rests is left. */
function comeToRest(cluster: Cluster): void {
  for (let ready = -1; ; ) {
    if (cluster.settle().steady) return;
    const nowReady = cluster.store.list<Pod>("Pod").filter(isPodReady).length;
    if (nowReady <= ready) return;
    ready = nowReady;
  }
}

function isPodReady({ status }: Pod): boolean {
  return status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") ?? false;
}

/** Said where the state that is compared is not one of rest. */
function restlessness(cluster: Cluster): readonly string[] {
  const { steady, atNs } = cluster.settle(1);
  if (steady) return [];
  const hours = Math.round(atNs / 3_600_000_000_000);
  return [`The control plane finds no rest: its state after ${hours} hours is taken.`];
}

/** Families of pod addresses: those of the nodes' ranges, else those that Services ask for. */
function podFamilies(objects: readonly KubeObject[]): readonly IPFamily[] {
  const nodes = objects.filter((object): object is Node => object.kind === "Node");
  const ranges = nodes.flatMap(({ spec }) => spec?.podCIDRs ?? []);
  const wanted =
    ranges.length > 0
      ? ranges.map((range): IPFamily => (range.includes(":") ? "IPv6" : "IPv4"))
      : objects.flatMap((object) => (object as Partial<Service>).spec?.ipFamilies ?? []);
  const families = (["IPv4", "IPv6"] as const).filter((family) => wanted.includes(family));
  return families.length === 0 ? ["IPv4"] : families;
}

/** Order in which kinds are created, so that nothing waits for what comes later in the input. */
const CREATION_ORDER = [
  "Namespace",
  "Node",
  "Service",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "Pod",
  "EndpointSlice",
  "PodDisruptionBudget",
  "HorizontalPodAutoscaler",
];

function inCreationOrder(objects: readonly KubeObject[]): readonly KubeObject[] {
  return CREATION_ORDER.flatMap((kind) => objects.filter((object) => object.kind === kind));
}

/** Keys of all workloads that have a pod or are among the objects, sorted. */
export function workloadKeysOf(
  cluster: Cluster,
  objects: readonly KubeObject[],
): readonly string[] {
  const keys = new Set<string>();
  for (const pod of cluster.pods) keys.add(workloadKeyOf(cluster, pod.index));
  for (const { kind, metadata } of objects) {
    if (!["Deployment", "StatefulSet", "DaemonSet"].includes(kind)) continue;
    keys.add(`${metadata.namespace ?? "default"}/${kind}/${metadata.name}`);
  }
  return [...keys].sort();
}

function nodesByZone(cluster: Cluster): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { zone = NO_ZONE, exists } of cluster.nodes) {
    if (exists) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function workloadObject(cluster: Cluster, key: string): KubeObject | undefined {
  const [namespace, kind = "", name] = key.split("/");
  return cluster.store.get(kind, `${namespace}/${name}`);
}

function hintsRefused(cluster: Cluster, service: string): string | undefined {
  const last = cluster.serviceEvents(service).at(-1);
  return last?.type === "Warning" || last?.reason === "TopologyAwareHintsDisabled"
    ? last.message
    : undefined;
}

/** Brings the cluster from one set of objects to another, through the API. */
export function changeObjects(
  cluster: Cluster,
  before: readonly KubeObject[],
  after: readonly KubeObject[],
): void {
  const keyOf = (object: KubeObject): string => `${object.kind} ${objectKey(object)}`;
  const known = new Map(before.map((object) => [keyOf(object), object]));
  const kept = new Set(after.map(keyOf));
  for (const object of inCreationOrder(after)) {
    if (JSON.stringify(known.get(keyOf(object))) !== JSON.stringify(object)) cluster.apply(object);
  }
  for (const object of before) {
    if (!kept.has(keyOf(object))) cluster.delete(object.kind, objectKey(object));
  }
}
