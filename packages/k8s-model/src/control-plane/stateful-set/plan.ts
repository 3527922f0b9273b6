import { objectKey, type Pod, type PodTemplateSpec, type StatefulSet } from "../../api/index.ts";
import { isPodTerminal, isPodTerminating } from "../endpoint-slice/endpoint-of-pod.ts";
import { isPodAvailable, untilAvailableNs } from "../ownership/pod-availability.ts";
import { podFromTemplate } from "../ownership/pod-from-template.ts";
import { REVISION_LABEL, revisionOf } from "../ownership/revisions.ts";
import { type Change, edit } from "../runtime/change.ts";
import type { Plan } from "../runtime/controller-runner.ts";

export interface ObservedStatefulSet {
  readonly statefulSet: StatefulSet;
  /** Pods that it controls. */
  readonly pods: readonly Pod[];
  /** Revision of the present template. */
  readonly updateRevision: string;
  /** Template of the revision from before an update, where it is known. */
  readonly currentTemplate: PodTemplateSpec | undefined;
  readonly currentRevision: string | undefined;
  readonly nowNs: number;
}

/**
 * One sync of the StatefulSet controller: pods by ordinal, upward when they are made and downward
 * when they are taken away or updated, one at a time unless `podManagementPolicy` is Parallel.
 */
export function planStatefulSet(observed: ObservedStatefulSet): Plan {
  const { statefulSet, pods, nowNs } = observed;
  if (statefulSet.metadata.deletionTimestamp !== undefined) return { changes: [] };
  const minReadySeconds = statefulSet.spec.minReadySeconds ?? 0;
  const changes = [...podChanges(observed), ...statusChange(observed)];
  const again = untilAvailableNs(pods, minReadySeconds, nowNs);
  return again === undefined ? { changes } : { changes, againAfterNs: again };
}

function podChanges(observed: ObservedStatefulSet): Change[] {
  const { statefulSet, pods, nowNs } = observed;
  const { spec } = statefulSet;
  const ordered = (spec.podManagementPolicy ?? "OrderedReady") === "OrderedReady";
  const first = spec.ordinals?.start ?? 0;
  const last = first + (spec.replicas ?? 1) - 1;
  const byOrdinal = new Map<number, Pod>();
  const condemned: { readonly ordinal: number; readonly pod: Pod }[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(pod, statefulSet);
    if (ordinal === undefined) continue;
    if (ordinal < first || ordinal > last) condemned.push({ ordinal, pod });
    else byOrdinal.set(ordinal, pod);
  }
  const healthy = (pod: Pod | undefined): boolean =>
    pod !== undefined &&
    !isPodTerminating(pod) &&
    isPodAvailable(pod, spec.minReadySeconds ?? 0, nowNs);
  const changes: Change[] = [];
  for (let ordinal = first; ordinal <= last; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) changes.push(creation(observed, ordinal));
    else if (isPodTerminal(pod) && !isPodTerminating(pod)) changes.push(deletion(pod));
    if (ordered && !healthy(pod)) return changes;
  }
  condemned.sort((a, b) => b.ordinal - a.ordinal);
  for (const { pod } of condemned) {
    if (!isPodTerminating(pod)) changes.push(deletion(pod));
    if (ordered) return changes;
  }
  if (changes.length > 0) return changes;
  return update(observed, byOrdinal, healthy);
}

/** Deletes one pod of an older revision, from the highest ordinal down; waits for what is not ready. */
function update(
  { statefulSet, updateRevision }: ObservedStatefulSet,
  byOrdinal: ReadonlyMap<number, Pod>,
  healthy: (pod: Pod | undefined) => boolean,
): Change[] {
  const strategy = updateStrategy(statefulSet);
  if (strategy.type === "OnDelete") return [];
  const partition = strategy.rollingUpdate?.partition ?? 0;
  const ordinals = [...byOrdinal.keys()].sort((a, b) => b - a);
  for (const ordinal of ordinals) {
    if (ordinal < partition) return [];
    const pod = byOrdinal.get(ordinal) as Pod;
    if (revisionOf(pod) !== updateRevision && !isPodTerminating(pod)) return [deletion(pod)];
    if (!healthy(pod)) return [];
  }
  return [];
}

interface UpdateStrategy {
  readonly type?: string;
  readonly rollingUpdate?: { readonly partition?: number };
}

const updateStrategy = ({ spec }: StatefulSet): UpdateStrategy =>
  (spec.updateStrategy ?? {}) as UpdateStrategy;

function creation(observed: ObservedStatefulSet, ordinal: number): Change {
  const { statefulSet, updateRevision, currentTemplate, currentRevision } = observed;
  const { name } = statefulSet.metadata;
  const partition = updateStrategy(statefulSet).rollingUpdate?.partition ?? 0;
  const old = ordinal < partition && currentTemplate !== undefined;
  const template = old ? currentTemplate : statefulSet.spec.template;
  const revision = old ? (currentRevision ?? updateRevision) : updateRevision;
  const podName = `${name}-${ordinal}`;
  const pod = podFromTemplate(statefulSet, template, podName);
  const { serviceName } = statefulSet.spec;
  return {
    verb: "create",
    object: {
      ...pod,
      metadata: {
        ...pod.metadata,
        labels: {
          ...pod.metadata.labels,
          [REVISION_LABEL]: revision,
          "statefulset.kubernetes.io/pod-name": podName,
          "apps.kubernetes.io/pod-index": String(ordinal),
        },
      },
      spec: {
        ...pod.spec,
        hostname: podName,
        ...(serviceName === undefined ? {} : { subdomain: serviceName }),
      },
    },
  };
}

const deletion = (pod: Pod): Change => ({ verb: "delete", kind: "Pod", key: objectKey(pod) });

/** 3 of `db-3`, if the pod's name is that of a replica. */
export function ordinalOf({ metadata }: Pod, statefulSet: StatefulSet): number | undefined {
  const prefix = `${statefulSet.metadata.name}-`;
  const text = metadata.name.startsWith(prefix) ? metadata.name.slice(prefix.length) : "";
  return /^(0|[1-9]\d*)$/.test(text) ? Number(text) : undefined;
}

function statusChange(observed: ObservedStatefulSet): Change[] {
  const { statefulSet, pods, updateRevision, nowNs } = observed;
  const minReadySeconds = statefulSet.spec.minReadySeconds ?? 0;
  const live = pods.filter((pod) => !isPodTerminal(pod));
  const updated = live.filter((pod) => revisionOf(pod) === updateRevision);
  const done = updated.length === live.length && live.length === (statefulSet.spec.replicas ?? 1);
  const before = (statefulSet.status ?? {}) as Record<string, unknown>;
  const after = {
    replicas: live.length,
    readyReplicas: live.filter((pod) => isPodAvailable(pod, 0, nowNs)).length,
    availableReplicas: live.filter((pod) => isPodAvailable(pod, minReadySeconds, nowNs)).length,
    updatedReplicas: updated.length,
    updateRevision,
    currentRevision: done ? updateRevision : (observed.currentRevision ?? updateRevision),
  };
  const same = Object.entries(after).every(([field, value]) => (before[field] ?? 0) === value);
  if (same) return [];
  return [
    edit<StatefulSet>("StatefulSet", objectKey(statefulSet), (draft) => {
      draft.status = { ...(draft.status as object | undefined), ...after };
    }),
  ];
}
