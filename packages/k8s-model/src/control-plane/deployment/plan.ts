import { type Deployment, objectKey, type Pod, type ReplicaSet } from "../../api/index.ts";
import { isPodTerminal } from "../endpoint-slice/endpoint-of-pod.ts";
import { controllerReference } from "../ownership/ownership.ts";
import { canonicalTemplate, POD_TEMPLATE_HASH, templateHash } from "../ownership/pod-template.ts";
import { replicaSetStatus } from "../replica-set/plan.ts";
import { type Change, edit } from "../runtime/change.ts";
import type { Plan } from "../runtime/controller-runner.ts";
import { fencepostsOf } from "./fenceposts.ts";
import { newSetReplicas, rollingUpdate } from "./rolling-update.ts";
import {
  byCreation,
  DESIRED_REPLICAS,
  isScalingEvent,
  MAX_REPLICAS,
  replicasOf,
  type Scales,
  scaleDeployment,
  sum,
} from "./scaling.ts";
import { statusChange, wasComplete } from "./status.ts";

export interface ObservedDeployment {
  readonly deployment: Deployment;
  /** ReplicaSets that it controls. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Pods of those ReplicaSets, terminating ones included: Recreate waits for them. */
  readonly pods: readonly Pod[];
  readonly nowNs: number;
}

const REVISION = "deployment.kubernetes.io/revision";

/** One sync of the Deployment controller. */
export function planDeployment({ deployment, replicaSets, pods, nowNs }: ObservedDeployment): Plan {
  if (deployment.metadata.deletionTimestamp !== undefined) return { changes: [] };
  const template = canonicalTemplate(deployment.spec.template);
  const matching = replicaSets
    .filter(({ spec }) => canonicalTemplate(spec.template) === template)
    .sort(byCreation);
  const existing = matching[0];
  const old = replicaSets.filter((replicaSet) => replicaSet !== existing);
  const only = deployment.spec.paused === true || isScalingEvent(deployment, replicaSets);
  const changes = only
    ? scaleChanges(deployment, replicaSets, scaleDeployment(deployment, existing, old))
    : rollOutChanges(deployment, existing, old, pods);
  const status = statusChange({
    deployment,
    replicaSets,
    newSet: existing,
    creates: changes.some(({ verb }) => verb === "create"),
    judgesProgress: !only,
    nowNs,
  });
  return { changes: [...changes, ...status] };
}

/** The changes of a sync that rolls out, by strategy; at its end old ReplicaSets are let go. */
function rollOutChanges(
  deployment: Deployment,
  existing: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  pods: readonly Pod[],
): Change[] {
  const upkeep = existing === undefined ? [] : minReadySecondsChange(deployment, existing);
  const changes =
    deployment.spec.strategy?.type === "Recreate"
      ? recreate(deployment, existing, old, pods)
      : roll(deployment, existing, old);
  const history = changes.length === 0 && wasComplete(deployment) ? cleanUp(deployment, old) : [];
  return [...upkeep, ...changes, ...history];
}

function roll(
  deployment: Deployment,
  existing: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): Change[] {
  const newSet = existing ?? newReplicaSet(deployment, old);
  const creation: Change[] = existing === undefined ? [{ verb: "create", object: newSet }] : [];
  const { scales } = rollingUpdate(deployment, newSet, old);
  return [...creation, ...scaleChanges(deployment, [newSet, ...old], scales)];
}

/** The new ReplicaSet follows the Deployment's `minReadySeconds`. */
function minReadySecondsChange({ spec }: Deployment, newSet: ReplicaSet): Change[] {
  const { minReadySeconds = 0 } = spec;
  if ((newSet.spec.minReadySeconds ?? 0) === minReadySeconds) return [];
  return [
    edit<ReplicaSet>("ReplicaSet", objectKey(newSet), (draft) => {
      draft.spec.minReadySeconds = minReadySeconds;
    }),
  ];
}

/** Old ReplicaSets beyond `revisionHistoryLimit` go, the lowest revision first, if they are empty. */
function cleanUp({ spec }: Deployment, old: readonly ReplicaSet[]): Change[] {
  const surplus = old.length - (spec.revisionHistoryLimit ?? Number.POSITIVE_INFINITY);
  if (surplus <= 0) return [];
  const isEmpty = (replicaSet: ReplicaSet): boolean => {
    const { replicas = 0, observedGeneration = 0 } = replicaSetStatus(replicaSet);
    const seen = (replicaSet.metadata.generation ?? 1) <= observedGeneration;
    return replicas === 0 && replicasOf(replicaSet) === 0 && seen;
  };
  return [...old]
    .sort((a, b) => revisionOf(a) - revisionOf(b) || byCreation(a, b))
    .slice(0, surplus)
    .filter(isEmpty)
    .map((one) => ({ verb: "delete", kind: "ReplicaSet", key: objectKey(one) }));
}

const revisionOf = ({ metadata }: ReplicaSet): number =>
  Number(metadata.annotations?.[REVISION] ?? 0);

function recreate(
  deployment: Deployment,
  existing: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
  pods: readonly Pod[],
): Change[] {
  const active = old.filter((replicaSet) => replicasOf(replicaSet) > 0);
  if (active.length > 0) {
    return scaleChanges(
      deployment,
      active,
      new Map(active.map(({ metadata }) => [metadata.name, 0])),
    );
  }
  const oldUids = new Set(old.map(({ metadata }) => metadata.uid));
  const stillRunning = pods.some(
    (pod) => !isPodTerminal(pod) && oldUids.has(pod.metadata.ownerReferences?.[0]?.uid),
  );
  if (stillRunning) return [];
  if (existing === undefined) {
    return [{ verb: "create", object: newReplicaSet(deployment, old) }];
  }
  const scales: Scales = new Map([[existing.metadata.name, replicasOf(deployment)]]);
  return scaleChanges(deployment, [existing], scales);
}

/** The ReplicaSet for the Deployment's present template. */
function newReplicaSet(deployment: Deployment, others: readonly ReplicaSet[]): ReplicaSet {
  const { name, namespace } = deployment.metadata;
  const { template, selector, minReadySeconds } = deployment.spec;
  const status = deployment.status as { readonly collisionCount?: number } | undefined;
  const hash = templateHash(template, status?.collisionCount ?? 0);
  const label = { [POD_TEMPLATE_HASH]: hash };
  const replicas = newSetReplicas(deployment, { replicas: 0 }, sum(others.map(replicasOf)));
  const labels = { ...template.metadata?.labels, ...label };
  const revisions = others.map(revisionOf);
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels,
      annotations: {
        ...scaleAnnotations(deployment),
        [REVISION]: String(Math.max(0, ...revisions) + 1),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, ...label } },
      template: { ...template, metadata: { ...template.metadata, labels } },
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
    },
  };
}

function scaleAnnotations(deployment: Deployment): Record<string, string> {
  const wanted = replicasOf(deployment);
  return {
    [DESIRED_REPLICAS]: String(wanted),
    [MAX_REPLICAS]: String(wanted + fencepostsOf(deployment).maxSurge),
  };
}

/** Writes for the ReplicaSets whose size or annotations are not as they should be. */
function scaleChanges(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
  scales: Scales,
): Change[] {
  const annotations = scaleAnnotations(deployment);
  const changes: Change[] = [];
  for (const replicaSet of replicaSets) {
    const replicas = scales.get(replicaSet.metadata.name);
    if (replicas === undefined) continue;
    const have = replicaSet.metadata.annotations ?? {};
    const annotated = Object.entries(annotations).every(([key, value]) => have[key] === value);
    if (replicas === replicasOf(replicaSet) && annotated) continue;
    changes.push(
      edit<ReplicaSet>("ReplicaSet", objectKey(replicaSet), (draft) => {
        draft.spec.replicas = replicas;
        draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
      }),
    );
  }
  return changes;
}
