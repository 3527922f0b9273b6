import type { DaemonSet, Node, Pod } from "../../api/index.ts";
import { isPodAvailable } from "../ownership/pod-availability.ts";
import { revisionOf } from "../ownership/revisions.ts";
import { type NodeFit, nodeFitter } from "./eligible-nodes.ts";
import { type PodsByNode, podsByNode } from "./pods-by-node.ts";

export interface ObservedDaemonSet {
  readonly daemonSet: DaemonSet;
  /** Pods that it controls, terminating ones included. */
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  /** Name of the present template's revision. */
  readonly updateRevision: string;
  readonly nowNs: number;
}

/** What one pass of the controller does; the creations come first. */
export interface DaemonChanges {
  readonly createOnNodes: readonly string[];
  readonly deletePods: readonly Pod[];
}

/** One sync's view of a DaemonSet: what every pass over it asks, worked out once. */
export interface DaemonSync {
  readonly daemonSet: DaemonSet;
  readonly nodes: readonly Node[];
  readonly pods: PodsByNode;
  readonly fit: (node: Node) => NodeFit;
  readonly isUpdated: (pod: Pod) => boolean;
  readonly isAvailable: (pod: Pod) => boolean;
}

export function daemonSync(observed: ObservedDaemonSet): DaemonSync {
  const { daemonSet, nodes, updateRevision, nowNs } = observed;
  const minReadySeconds = daemonSet.spec.minReadySeconds ?? 0;
  const judge = nodeFitter(daemonSet);
  const fits = new Map(nodes.map((node) => [node, judge(node)]));
  return {
    daemonSet,
    nodes,
    pods: podsByNode(observed.pods),
    fit: (node) => fits.get(node) as NodeFit,
    isUpdated: (pod) => revisionOf(pod) === updateRevision,
    isAvailable: (pod) => isPodAvailable(pod, minReadySeconds, nowNs),
  };
}
