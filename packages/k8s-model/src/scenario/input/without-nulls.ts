import type { ManifestObject } from "../../manifests/index.ts";

/**
 * An object as the API server decodes it: a field that is null is one that is not there. What holds
 * no null is given back itself.
 */
export function withoutNulls(entry: ManifestObject): ManifestObject {
  const object = stripped(entry.object) as ManifestObject["object"];
  return object === entry.object ? entry : { ...entry, object };
}

/**
 * Items of lists stay where they are: an empty item is an error to report at its place. Only in a
 * status, which nobody writes by hand, it is left out.
 */
function stripped(value: unknown, inStatus = false): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => stripped(item, inStatus));
    const kept = inStatus ? items.filter((item) => item !== null) : items;
    const same = kept.length === value.length && kept.every((item, at) => item === value[at]);
    return same ? value : kept;
  }
  const fields = Object.entries(value);
  const kept = fields
    .filter(([, field]) => field !== null)
    .map(([key, field]) => [key, stripped(field, inStatus || key === "status")] as const);
  const same =
    kept.length === fields.length && kept.every(([, field], index) => field === fields[index]?.[1]);
  return same ? value : Object.fromEntries(kept);
}
