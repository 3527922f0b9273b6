import {
  objectKey,
  type Pod,
  type ReplicaSet,
  selectorFromObject,
  selectorMatches,
} from "../../api/index.ts";
import { isPodReady } from "../endpoint-slice/endpoint-of-pod.ts";
import { controllerReference } from "../ownership/ownership.ts";
import { isPodActive, isPodAvailable, untilAvailableNs } from "../ownership/pod-availability.ts";
import { podFromTemplate } from "../ownership/pod-from-template.ts";
import { allAtOnce, oneByOne, slowStart } from "../runtime/batches.ts";
import { type Change, edit } from "../runtime/change.ts";
import type { Plan } from "../runtime/controller-runner.ts";
import { firstToDelete, rankByNode } from "./deletion-order.ts";
import type { SetCount } from "./set-counts.ts";

export interface ObservedReplicaSet {
  readonly replicaSet: ReplicaSet;
  /** Active pods that it controls and selects. */
  readonly count: SetCount;
  /** Pods of its namespace that nobody controls. */
  readonly orphans: readonly Pod[];
  /** The same of all ReplicaSets of one owner, this one included, for the ranks of deletion. */
  readonly related: readonly SetCount[];
  readonly nowNs: number;
}

/** Pods that one sync creates or deletes at most. */
const BURST_REPLICAS = 500;

/** One sync of the ReplicaSet controller: adopts, creates the shortfall or deletes the surplus. */
export function planReplicaSet(observed: ObservedReplicaSet): Plan {
  const { replicaSet, count, orphans, related, nowNs } = observed;
  if (replicaSet.metadata.deletionTimestamp !== undefined) return { changes: [] };
  const selector = selectorFromObject(replicaSet.spec.selector);
  const isMember = (pod: Pod): boolean =>
    isPodActive(pod) && selectorMatches(selector, pod.metadata.labels);
  const adopted = orphans.filter(isMember);
  const active = (): readonly Pod[] => [...count.active.values(), ...adopted];
  const changes: Change[] = adopted.map((pod) => adoption(pod, replicaSet));
  const batches = [...oneByOne(adopted.length)];
  const replicas = count.active.size + adopted.length;
  const surplus = replicas - (replicaSet.spec.replicas ?? 1);
  if (surplus < 0) {
    const missing = Math.min(-surplus, BURST_REPLICAS);
    const object = podFromTemplate(replicaSet, replicaSet.spec.template);
    for (let index = 0; index < missing; index++) changes.push({ verb: "create", object });
    batches.push(...slowStart(missing));
  } else if (surplus > 0) {
    const ranked = rankByNode(active(), related);
    const gone = firstToDelete(ranked, Math.min(surplus, BURST_REPLICAS), nowNs);
    for (const { pod } of gone) changes.push({ verb: "delete", kind: "Pod", key: objectKey(pod) });
    batches.push(...allAtOnce(gone.length));
  }
  const readyReplicas = count.ready + adopted.filter(isPodReady).length;
  const minReadySeconds = replicaSet.spec.minReadySeconds ?? 0;
  if (minReadySeconds === 0) {
    const counts = { replicas, readyReplicas, availableReplicas: readyReplicas };
    return { changes: [...changes, ...statusChange(replicaSet, counts)], batches };
  }
  const pods = active();
  const availableReplicas = pods.filter((pod) =>
    isPodAvailable(pod, minReadySeconds, nowNs),
  ).length;
  changes.push(...statusChange(replicaSet, { replicas, readyReplicas, availableReplicas }));
  const again = untilAvailableNs(pods, minReadySeconds, nowNs);
  return { changes, batches, ...(again === undefined ? {} : { againAfterNs: again }) };
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

function statusChange(
  replicaSet: ReplicaSet,
  counts: Omit<ReplicaSetStatus, "observedGeneration">,
): Change[] {
  const after: ReplicaSetStatus = {
    ...counts,
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
