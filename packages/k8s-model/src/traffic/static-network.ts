import type { Place } from "../topology/index.ts";
import { DROPPED, type Network, PodState, REFUSED } from "./network.ts";

export interface StaticPod {
  readonly name: string;
  readonly node: number;
  readonly workload: number;
}

export interface StaticNetworkOptions {
  readonly zones: readonly string[];
  readonly nodes: readonly Place[];
  readonly pods: readonly StaticPod[];
  /** Endpoints by [node][servicePort]: pod indices, or a verdict. Rows may be shared. */
  readonly endpoints: readonly (readonly (readonly number[] | -1 | -2)[])[];
}

/** A network in which nothing changes: a steady state, or a hand-made cluster. */
export function staticNetwork(options: StaticNetworkOptions): Network {
  const { zones, nodes, pods, endpoints } = options;
  const byWorkload = new Map<number, number[]>();
  pods.forEach((pod, index) => {
    const members = byWorkload.get(pod.workload);
    if (members === undefined) byWorkload.set(pod.workload, [index]);
    else members.push(index);
  });
  const allNodes = nodes.map((_, index) => index);
  const pod = (index: number): StaticPod => pods[index] as StaticPod;
  return {
    zones,
    place: (node) => nodes[node] as Place,
    nodeOf: (index) => pod(index).node,
    workloadOf: (index) => pod(index).workload,
    podName: (index) => pod(index).name,
    podCount: () => pods.length,
    podState: () => PodState.serving,
    clientPods: (workload) => byWorkload.get(workload) ?? [],
    entryNodes: (_servicePort, zone) =>
      zone === undefined
        ? allNodes
        : allNodes.filter((node) => zones[(nodes[node] as Place).zone] === zone),
    endpoints: (node, servicePort) => endpoints[node]?.[servicePort] ?? REFUSED,
    readyEndpoints: (servicePort) => {
      const everywhere = new Set<number>();
      for (const row of endpoints) {
        const here = row[servicePort];
        if (here !== undefined && here !== REFUSED && here !== DROPPED) {
          for (const index of here) everywhere.add(index);
        }
      }
      return [...everywhere].sort((a, b) => a - b);
    },
  };
}
