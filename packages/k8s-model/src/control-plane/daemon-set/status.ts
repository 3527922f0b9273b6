import type { DaemonSet } from "../../api/index.ts";
import { isPodReady } from "../endpoint-slice/endpoint-of-pod.ts";
import { oldestFirst } from "./pods-by-node.ts";
import type { DaemonSync } from "./sync.ts";

/** What a DaemonSet's status counts: nodes, not pods. */
export interface DaemonSetStatus {
  readonly currentNumberScheduled: number;
  readonly numberMisscheduled: number;
  readonly desiredNumberScheduled: number;
  readonly numberReady: number;
  readonly numberAvailable: number;
  readonly numberUnavailable: number;
  readonly updatedNumberScheduled: number;
  readonly observedGeneration: number;
}

/** Counts the nodes by their oldest pod. */
export function daemonSetStatus(sync: DaemonSync): DaemonSetStatus {
  const { daemonSet, nodes, pods, fit, isUpdated, isAvailable } = sync;
  const wanted = nodes.filter((node) => fit(node).shouldRun);
  const hasPods = ({ metadata }: { readonly metadata: DaemonSet["metadata"] }): boolean =>
    pods.has(metadata.name);
  const oldest = wanted.flatMap(({ metadata }) =>
    oldestFirst(pods.get(metadata.name) ?? []).slice(0, 1),
  );
  const numberAvailable = oldest.filter(isAvailable).length;
  return {
    currentNumberScheduled: oldest.length,
    numberMisscheduled: nodes.filter((node) => !fit(node).shouldRun && hasPods(node)).length,
    desiredNumberScheduled: wanted.length,
    numberReady: oldest.filter(isPodReady).length,
    numberAvailable,
    numberUnavailable: wanted.length - numberAvailable,
    updatedNumberScheduled: oldest.filter(isUpdated).length,
    observedGeneration: daemonSet.metadata.generation ?? 1,
  };
}
