import type { KubeObject } from "../../api/index.ts";
import type { ManifestObject } from "../../manifests/index.ts";
import { podTemplateOf, workloadKey, workloadLimits } from "./workload-limits.ts";

export interface ReplicasResult {
  readonly objects: readonly ManifestObject[];
  readonly scaled: readonly string[];
  /** Workloads left alone, with the reason. */
  readonly kept: readonly { readonly workload: string; readonly reason: string }[];
}

/**
 * Sets the replicas of every Deployment, StatefulSet and free ReplicaSet. What an autoscaler owns
 * or what keeps state is left as it is and named.
 */
export function setReplicas(entries: readonly ManifestObject[], replicas: number): ReplicasResult {
  const limits = workloadLimits(entries.map(({ object }) => object));
  const scaled: string[] = [];
  const kept: { workload: string; reason: string }[] = [];
  const objects = entries.map((entry) => {
    const { object } = entry;
    if (podTemplateOf(object) === undefined || isOwned(object)) return entry;
    const workload = workloadKey(object);
    const reason = limits.get(workload);
    if (reason !== undefined) {
      kept.push({ workload, reason });
      return entry;
    }
    scaled.push(workload);
    const spec = { ...(object.spec as Readonly<Record<string, unknown>>), replicas };
    return { ...entry, object: { ...object, spec } };
  });
  return { objects, scaled, kept };
}

function isOwned(object: KubeObject): boolean {
  return object.metadata.ownerReferences?.some((owner) => owner.controller === true) ?? false;
}
