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
  availableOf,
  byCreation,
  DESIRED_REPLICAS,
  isScalingEvent,
  MAX_REPLICAS,
  replicasOf,
  type Scales,
  scaleDeployment,
  sum,
} from "./scaling.ts";

export interface ObservedDeployment {
  readonly deployment: Deployment;
  /** ReplicaSets that it controls. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Pods of those ReplicaSets, terminating ones included: Recreate waits for them. */
  readonly pods: readonly Pod[];
}

const REVISION = "deployment.kubernetes.io/revision";

/** One sync of the Deployment controller. */
export function planDeployment({ deployment, replicaSets, pods }: ObservedDeployment): Plan {
  if (deployment.metadata.deletionTimestamp !== undefined) return { changes: [] };
  const template = canonicalTemplate(deployment.spec.template);
  const matching = replicaSets
    .filter(({ spec }) => canonicalTemplate(spec.template) === template)
    .sort(byCreation);
  const existing = matching[0];
  const old = replicaSets.filter((replicaSet) => replicaSet !== existing);
  const status = statusChange(deployment, replicaSets, existing);
  if (deployment.spec.paused === true || isScalingEvent(deployment, replicaSets)) {
    const scales = scaleDeployment(deployment, existing, old);
    return { changes: [...scaleChanges(deployment, replicaSets, scales), ...status] };
  }
  if (deployment.spec.strategy?.type === "Recreate") {
    return { changes: [...recreate(deployment, existing, old, pods), ...status] };
  }
  const newSet = existing ?? newReplicaSet(deployment, replicaSets);
  const creation: Change[] = existing === undefined ? [{ verb: "create", object: newSet }] : [];
  const { scales } = rollingUpdate(deployment, newSet, old);
  return {
    changes: [...creation, ...scaleChanges(deployment, [newSet, ...old], scales), ...status],
  };
}

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
  const revisions = others.map(({ metadata }) => Number(metadata.annotations?.[REVISION] ?? 0));
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

function statusChange(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
  newSet: ReplicaSet | undefined,
): Change[] {
  const count = (field: "replicas" | "readyReplicas"): number =>
    sum(replicaSets.map((replicaSet) => replicaSetStatus(replicaSet)[field] ?? 0));
  const after = {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: count("replicas"),
    updatedReplicas: newSet === undefined ? 0 : (replicaSetStatus(newSet).replicas ?? 0),
    readyReplicas: count("readyReplicas"),
    availableReplicas: sum(replicaSets.map(availableOf)),
  };
  const before = (deployment.status ?? {}) as Partial<typeof after>;
  const same = (Object.keys(after) as (keyof typeof after)[]).every(
    (field) => (before[field] ?? 0) === after[field],
  );
  if (same) return [];
  return [
    edit<Deployment>("Deployment", objectKey(deployment), (draft) => {
      draft.status = { ...(draft.status as object | undefined), ...after };
    }),
  ];
}
