import type { Pod, StatefulSet } from "../../api/index.ts";
import { isPodTerminating } from "../endpoint-slice/endpoint-of-pod.ts";
import { revisionOf } from "../ownership/revisions.ts";
import type { PodHealth } from "./pod-health.ts";
import { updateStrategyOf } from "./update-strategy.ts";

/** What a StatefulSet's status says of its pods. */
export interface StatefulSetStatus {
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly currentReplicas: number;
  readonly updatedReplicas: number;
  readonly currentRevision: string;
  readonly updateRevision: string;
}

/** Names of the revisions that a StatefulSet is between. */
export interface RevisionNames {
  readonly current: string;
  readonly update: string;
}

/** Counts the pods; those being deleted are replicas still, but of no revision. */
export function countPods(
  pods: readonly Pod[],
  { current, update }: RevisionNames,
  health: PodHealth,
): StatefulSetStatus {
  const staying = pods.filter((pod) => !isPodTerminating(pod));
  const ofRevision = (name: string): number =>
    staying.filter((pod) => revisionOf(pod) === name).length;
  return {
    replicas: pods.length,
    readyReplicas: pods.filter(health.isRunningAndReady).length,
    availableReplicas: pods.filter(health.isRunningAndAvailable).length,
    currentReplicas: ofRevision(current),
    updatedReplicas: ofRevision(update),
    currentRevision: current,
    updateRevision: update,
  };
}

/** A rolling update is complete when all replicas are updated and ready: the revisions become one. */
export function completeRollingUpdate(
  statefulSet: StatefulSet,
  status: StatefulSetStatus,
): StatefulSetStatus {
  const wanted = statefulSet.spec.replicas ?? 1;
  const { updatedReplicas, readyReplicas, replicas, updateRevision } = status;
  const complete =
    updateStrategyOf(statefulSet).type !== "OnDelete" &&
    updatedReplicas === wanted &&
    readyReplicas === wanted &&
    replicas === wanted;
  if (!complete) return status;
  return { ...status, currentReplicas: updatedReplicas, currentRevision: updateRevision };
}
