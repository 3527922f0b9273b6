import type { KubeObject, ObjectMeta } from "../api/meta.ts";
import { identity } from "./duplicates.ts";
import { isFields } from "./guards.ts";
import type { ManifestObject } from "./manifest-object.ts";
import { sameJson } from "./set.ts";

export interface ChangedResult {
  /** The objects after the change, replaced ones in their old place, new ones at the end. */
  readonly objects: readonly ManifestObject[];
  readonly added: readonly ManifestObject[];
  readonly changed: readonly ManifestObject[];
  readonly unchanged: readonly ManifestObject[];
}

/** What the API server sets: kept from the old object where the new manifest is silent. */
const SERVER_METADATA = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "managedFields",
  "ownerReferences",
] as const;
const SERVER_SPEC = ["clusterIP", "clusterIPs", "ipFamilies", "healthCheckNodePort", "nodeName"];

/**
 * Lays "after" manifests over the objects: one of the same kind, namespace and name replaces, one
 * that is new is added, nothing is removed. What only the API server writes (status, uid, cluster
 * IPs) stays where the new manifest does not say otherwise.
 */
export function applyChanged(
  objects: readonly ManifestObject[],
  changedObjects: readonly ManifestObject[],
): ChangedResult {
  const after = new Map(changedObjects.map((entry) => [identity(entry), entry]));
  const changed: ManifestObject[] = [];
  const unchanged: ManifestObject[] = [];
  const kept = objects.map((entry) => {
    const replacement = after.get(identity(entry));
    if (replacement === undefined) return entry;
    after.delete(identity(entry));
    const object = withServerFields(entry.object, replacement.object);
    if (sameJson(object, entry.object)) {
      unchanged.push(entry);
      return entry;
    }
    const next = { ...replacement, object };
    changed.push(next);
    return next;
  });
  const added = changedObjects.filter((entry) => after.get(identity(entry)) === entry);
  return { objects: [...kept, ...added], added, changed, unchanged };
}

function withServerFields(before: KubeObject, after: KubeObject): KubeObject {
  const metadata: ObjectMeta = {
    ...picked(before.metadata, SERVER_METADATA),
    ...after.metadata,
  };
  const result: Record<string, unknown> = { ...after, metadata };
  if (before.status !== undefined && after.status === undefined) result.status = before.status;
  if (isFields(before.spec) && isFields(after.spec)) {
    result.spec = { ...picked(before.spec, SERVER_SPEC), ...after.spec };
  }
  return result as KubeObject;
}

function picked(
  fields: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const name of names) if (Object.hasOwn(fields, name)) result[name] = fields[name];
  return result;
}
