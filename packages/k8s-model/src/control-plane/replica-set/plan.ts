import {
  objectKey,
  type Pod,
  type ReplicaSet,
  selectorFromObject,
  selectorMatches,
} from "../../api/index.ts";
import { isPodReady } from "../endpoint-slice/endpoint-of-pod.ts";
import { controllerOf, controllerReference } from "../ownership/ownership.ts";
import { isPodActive, isPodAvailable, untilAvailableNs } from "../ownership/pod-availability.ts";
import { podFromTemplate } from "../ownership/pod-from-template.ts";
import { type Change, edit } from "../runtime/change.ts";
import type { Plan } from "../runtime/controller-runner.ts";
import { deletionOrder, rankByNode } from "./deletion-order.ts";

export interface ObservedReplicaSet {
  readonly replicaSet: ReplicaSet;
  /** Pods that it controls, and pods of its namespace that nobody controls. */
  readonly pods: readonly Pod[];
  /** Active pods of all ReplicaSets of the same owner, for the ranks of deletion. */
  readonly relatedPods: readonly Pod[];
  readonly nowNs: number;
}

/** Pods that one sync creates or deletes at most. */
const BURST_REPLICAS = 500;

/** One sync of the ReplicaSet controller: adopts, creates the shortfall or deletes the surplus. */
export function planReplicaSet(observed: ObservedReplicaSet): Plan {
  const { replicaSet, pods, relatedPods, nowNs } = observed;
  if (replicaSet.metadata.deletionTimestamp !== undefined) return { changes: [] };
  const selector = selectorFromObject(replicaSet.spec.selector);
  const matching = pods.filter((pod) => selectorMatches(selector, pod.metadata.labels));
  const adoptions = matching
    .filter((pod) => controllerOf(pod) === undefined && isPodActive(pod))
    .map((pod) => adoption(pod, replicaSet));
  const active = matching.filter(isPodActive);
  const wanted = replicaSet.spec.replicas ?? 1;
  const surplus = active.length - wanted;
  const changes: Change[] = [...adoptions];
  if (surplus < 0) {
    const count = Math.min(-surplus, BURST_REPLICAS);
    const object = podFromTemplate(replicaSet, replicaSet.spec.template);
    for (let index = 0; index < count; index++) changes.push({ verb: "create", object });
  } else if (surplus > 0) {
    const ordered = deletionOrder(rankByNode(active, relatedPods), nowNs);
    for (const { pod } of ordered.slice(0, Math.min(surplus, BURST_REPLICAS))) {
      changes.push({ verb: "delete", kind: "Pod", key: objectKey(pod) });
    }
  }
  changes.push(...statusChange(replicaSet, active, nowNs));
  const again = untilAvailableNs(active, replicaSet.spec.minReadySeconds ?? 0, nowNs);
  return again === undefined ? { changes } : { changes, againAfterNs: again };
}

function adoption(pod: Pod, replicaSet: ReplicaSet): Change {
  return edit<Pod>("Pod", objectKey(pod), (draft) => {
    draft.metadata.ownerReferences = [
      ...(draft.metadata.ownerReferences ?? []),
      controllerReference(replicaSet),
    ];
  });
}

/** What a ReplicaSet's status counts. */
export interface ReplicaSetStatus {
  readonly replicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly observedGeneration: number;
}

export function replicaSetStatus({ status }: ReplicaSet): Partial<ReplicaSetStatus> {
  return (status ?? {}) as Partial<ReplicaSetStatus>;
}

function statusChange(replicaSet: ReplicaSet, active: readonly Pod[], nowNs: number): Change[] {
  const minReadySeconds = replicaSet.spec.minReadySeconds ?? 0;
  const after: ReplicaSetStatus = {
    replicas: active.length,
    readyReplicas: active.filter(isPodReady).length,
    availableReplicas: active.filter((pod) => isPodAvailable(pod, minReadySeconds, nowNs)).length,
    observedGeneration: replicaSet.metadata.generation ?? 1,
  };
  const before = replicaSetStatus(replicaSet);
  const same =
    (before.replicas ?? 0) === after.replicas &&
    (before.readyReplicas ?? 0) === after.readyReplicas &&
    (before.availableReplicas ?? 0) === after.availableReplicas &&
    before.observedGeneration === after.observedGeneration;
  if (same) return [];
  return [
    edit<ReplicaSet>("ReplicaSet", objectKey(replicaSet), (draft) => {
      draft.status = { ...(draft.status as object | undefined), ...after };
    }),
  ];
}
