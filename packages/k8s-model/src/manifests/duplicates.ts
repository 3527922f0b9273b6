import { groupOf } from "./api-group.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { kindUse } from "./kinds.ts";
import type { ManifestObject } from "./manifest-object.ts";

/** `apps/Deployment shop/web`: what no two objects of a cluster share. */
export function identity(entry: ManifestObject): string {
  const { apiVersion, kind, metadata } = entry.object;
  return `${groupOf(apiVersion)}/${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}

/** `Deployment "web" (namespace shop)`, as sentences name an object. */
export function nameOf(entry: ManifestObject): string {
  const { kind, metadata } = entry.object;
  const { name, namespace } = metadata;
  const place =
    namespace === undefined || namespace === "default" ? "" : ` (namespace ${namespace})`;
  return `${kind} "${name}"${place}`;
}

/** An error for each object that occurred before; kinds that are ignored may repeat. */
export function duplicateDiagnostics(
  objects: readonly ManifestObject[],
): Map<ManifestObject, Diagnostic> {
  const first = new Map<string, ManifestObject>();
  const duplicates = new Map<ManifestObject, Diagnostic>();
  for (const entry of objects) {
    if (kindUse(entry.object.apiVersion, entry.object.kind) === "ignored") continue;
    const key = identity(entry);
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, entry);
    else duplicates.set(entry, duplicate(entry, earlier));
  }
  return duplicates;
}

function duplicate(entry: ManifestObject, earlier: ManifestObject): Diagnostic {
  const { file, line } = earlier.position();
  return {
    code: "duplicate-object",
    severity: "error",
    message: `${nameOf(entry)} stands twice in the input, first at ${file}:${line}.`,
    remedy: "remove one of them, or pass only one of the files",
    at: entry.position(),
  };
}
