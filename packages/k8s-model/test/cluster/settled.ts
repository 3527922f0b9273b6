import type { KubeObject, Pod } from "@k8s-netsim/k8s-model/api";
import { Cluster, type ClusterOptions } from "@k8s-netsim/k8s-model/cluster";
import { Simulation } from "@k8s-netsim/sim-core";
import { nodes } from "./objects.ts";

/** A settled cluster of three zones, `a` to `c`, with two nodes each. */
export function settled(objects: readonly KubeObject[], options: ClusterOptions = {}): Cluster {
  const cluster = new Cluster(new Simulation({ seed: "test" }), {
    autoFreeze: true,
    check: true,
    ...options,
  });
  for (const node of nodes(["a", "b", "c"], 2)) cluster.apply(node);
  for (const object of objects) cluster.apply(object);
  cluster.settle();
  return cluster;
}

/** Names of the pods that are there, sorted. */
export function podNames(cluster: Cluster): string[] {
  return cluster.store
    .list<Pod>("Pod")
    .map(({ metadata }) => metadata.name)
    .sort();
}

/** What a node does with a connection to port 80 of a Service of the namespace `default`. */
export function route(
  cluster: Cluster,
  nodeName: string,
  service: string,
): ReturnType<Cluster["route"]> {
  const node = cluster.nodes.byName(nodeName)?.index ?? -1;
  return cluster.route(node, cluster.serviceIndex(`default/${service}`), 0);
}

/** Runs for so many seconds. */
export function runFor(cluster: Cluster, seconds: number): void {
  cluster.sim.runUntil(cluster.sim.now + seconds * 1e9);
}
