import { groupOf } from "./api-group.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { missingEffect } from "./kinds-that-matter.ts";
import type { ManifestObject } from "./manifest-object.ts";

/** Kinds that take part in the simulation, with the API version that is read. */
export const simulatedKinds: Readonly<Record<string, string>> = {
  Namespace: "v1",
  Node: "v1",
  Pod: "v1",
  Deployment: "apps/v1",
  ReplicaSet: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  Service: "v1",
  EndpointSlice: "discovery.k8s.io/v1",
  PodDisruptionBudget: "policy/v1",
};

/** Kinds that are read to infer traffic and limits, and simulated no further. */
export const inferenceKinds: Readonly<Record<string, string>> = {
  Ingress: "networking.k8s.io/v1",
  ConfigMap: "v1",
  HorizontalPodAutoscaler: "autoscaling/v2",
};

export type KindUse = "simulated" | "inference" | "ignored";

/** What the simulator does with a kind; a kind of the same name in a foreign group is ignored. */
export function kindUse(apiVersion: string, kind: string): KindUse {
  if (Object.hasOwn(simulatedKinds, kind)) {
    return groupOf(apiVersion) === groupOf(simulatedKinds[kind] as string)
      ? "simulated"
      : "ignored";
  }
  if (Object.hasOwn(inferenceKinds, kind)) {
    return groupOf(apiVersion) === groupOf(inferenceKinds[kind] as string)
      ? "inference"
      : "ignored";
  }
  return "ignored";
}

/** A kind of the input with how often it occurs, for the report's lists. */
export interface KindCount {
  readonly apiVersion: string;
  readonly kind: string;
  readonly count: number;
  /** For an ignored kind that would change the answer: what the simulation lacks without it. */
  readonly missingEffect?: string;
}

/** The input's objects by what is done with them; nothing is dropped without being counted. */
export interface SortedObjects {
  readonly simulated: readonly ManifestObject[];
  readonly inference: readonly ManifestObject[];
  readonly ignored: readonly ManifestObject[];
  readonly counts: Readonly<Record<KindUse, readonly KindCount[]>>;
  /** A warning for each ignored kind that would change the answer. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Sorts the objects of the input into simulated, read for inference only, and ignored. */
export function sortByKind(objects: readonly ManifestObject[]): SortedObjects {
  const sorted: Record<KindUse, ManifestObject[]> = { simulated: [], inference: [], ignored: [] };
  const groups = new Map<string, ManifestObject[]>();
  for (const entry of objects) {
    const { apiVersion, kind } = entry.object;
    sorted[kindUse(apiVersion, kind)].push(entry);
    const key = `${kind} ${apiVersion}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  const counts: Record<KindUse, KindCount[]> = { simulated: [], inference: [], ignored: [] };
  const diagnostics: Diagnostic[] = [];
  for (const key of [...groups.keys()].sort()) {
    const group = groups.get(key) as ManifestObject[];
    const first = group[0] as ManifestObject;
    const { apiVersion, kind } = first.object;
    const use = kindUse(apiVersion, kind);
    const effect = use === "ignored" ? missingEffect(apiVersion, kind) : undefined;
    const count = { apiVersion, kind, count: group.length };
    counts[use].push(effect === undefined ? count : { ...count, missingEffect: effect });
    if (effect !== undefined) diagnostics.push(ignoredKind(first, group.length, effect));
  }
  return { ...sorted, counts, diagnostics };
}

function ignoredKind(first: ManifestObject, count: number, effect: string): Diagnostic {
  const { apiVersion, kind } = first.object;
  return {
    code: "ignored-kind",
    severity: "warning",
    message: `${count} ${kind} (${apiVersion}) ignored: ${effect}.`,
    remedy: "read the answer as that of a cluster without it",
    at: first.position(),
  };
}
