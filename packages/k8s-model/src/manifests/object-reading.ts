import type { KubeObject } from "../api/meta.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { type FieldPath, formatFieldPath } from "./field-path.ts";
import { type Fields, isFields } from "./guards.ts";
import { kindUse } from "./kinds.ts";
import { type ManifestObject, manifestObject } from "./manifest-object.ts";
import type { SourceDocument } from "./source-document.ts";

interface Found {
  readonly objects: ManifestObject[];
  readonly diagnostics: Diagnostic[];
}

interface Reading extends Found {
  readonly source: SourceDocument;
  readonly namespace: string;
}

/** The objects of one document: itself, or the items of a list, however lists are nested. */
export function objectsOf(source: SourceDocument, namespace: string): Found {
  const reading: Reading = { source, namespace, objects: [], diagnostics: [] };
  collect(reading, source.value, [], undefined);
  return reading;
}

/** What items of a `PodList` may leave out. */
interface ListType {
  readonly apiVersion: unknown;
  readonly kind: string;
}

const MAX_NESTED_LISTS = 10;

function collect(
  reading: Reading,
  value: unknown,
  root: FieldPath,
  list: ListType | undefined,
): void {
  if (!isFields(value)) {
    complain(
      reading,
      root,
      "not-an-object",
      notAnObject(value),
      "write a map with apiVersion, kind and metadata",
    );
    return;
  }
  const listKind = listOf(value);
  if (listKind !== undefined && root.length < MAX_NESTED_LISTS * 2) {
    const items = value.items as readonly unknown[];
    const type = listKind === "" ? undefined : { apiVersion: value.apiVersion, kind: listKind };
    for (const [index, item] of items.entries()) {
      collect(reading, item, [...root, "items", index], type);
    }
    return;
  }
  const typed = list === undefined ? value : withListType(value, list);
  const object = checked(reading, typed, root);
  if (object !== undefined) reading.objects.push(manifestObject(object, reading.source, root));
}

/** `Pod` for a PodList, the empty text for a List; undefined for what is no list. */
function listOf(value: Fields): string | undefined {
  const { kind, items } = value;
  if (typeof kind !== "string" || !kind.endsWith("List")) return undefined;
  return Array.isArray(items) ? kind.slice(0, -"List".length) : undefined;
}

function withListType(value: Fields, list: ListType): Fields {
  return { apiVersion: list.apiVersion, kind: list.kind, ...value };
}

function checked(reading: Reading, value: Fields, root: FieldPath): KubeObject | undefined {
  const { apiVersion, kind, metadata } = value;
  if (!checkText(reading, root, "apiVersion", apiVersion, 'for example "v1" or "apps/v1"')) return;
  if (!checkText(reading, root, "kind", kind, 'for example "Service"')) return;
  if (!isFields(metadata)) {
    const problem = metadata === undefined || metadata === null ? "is missing" : "is not a map";
    complain(
      reading,
      [...root, "metadata"],
      "missing-name",
      `${kind}: metadata ${problem}.`,
      "add metadata with a name",
    );
    return;
  }
  if (!checkName(reading, root, kind, metadata)) return;
  for (const field of ["spec", "status"]) {
    const content = value[field];
    if (content === undefined || content === null || isFields(content)) continue;
    if (kindUse(apiVersion, kind) === "ignored") continue;
    complain(
      reading,
      [...root, field],
      "wrong-type",
      `${kind} "${metadata.name}": ${field} is ${typeName(content)}, not a map.`,
      `indent the fields of ${field} under it`,
    );
    return;
  }
  return kept(reading, value as KubeObject);
}

function kept(reading: Reading, object: KubeObject): KubeObject {
  if (object.kind === "Secret") return secretName(object);
  const namespaced =
    kindUse(object.apiVersion, object.kind) !== "ignored" &&
    object.kind !== "Node" &&
    object.kind !== "Namespace";
  const given = object.metadata.namespace;
  if (!namespaced || (given !== undefined && given !== null && given !== "")) return object;
  return { ...object, metadata: { ...object.metadata, namespace: reading.namespace } };
}

/** Annotations go too: the last applied configuration holds the data once more. */
function secretName(object: KubeObject): KubeObject {
  const { name, namespace } = object.metadata;
  const metadata = typeof namespace === "string" ? { name, namespace } : { name };
  return { apiVersion: object.apiVersion, kind: object.kind, metadata };
}

function checkText(
  reading: Reading,
  root: FieldPath,
  field: "apiVersion" | "kind",
  value: unknown,
  example: string,
): value is string {
  if (typeof value === "string" && value !== "") return true;
  const missing = value === undefined || value === null || value === "";
  const code = missing ? (field === "kind" ? "missing-kind" : "missing-api-version") : "wrong-type";
  const problem = missing ? "is missing" : `is ${typeName(value)}, not text`;
  complain(reading, [...root, field], code, `${field} ${problem}.`, `write it as text, ${example}`);
  return false;
}

function checkName(reading: Reading, root: FieldPath, kind: string, metadata: Fields): boolean {
  const { name, namespace } = metadata;
  if (typeof name !== "string" || name === "") {
    const missing = name === undefined || name === null || name === "";
    complain(
      reading,
      [...root, "metadata", "name"],
      missing ? "missing-name" : "wrong-type",
      missing
        ? `${kind}: metadata.name is missing.`
        : `${kind}: metadata.name is ${typeName(name)}, not text.`,
      missing ? "give the object a name" : "put the name in quotes",
    );
    return false;
  }
  if (namespace === undefined || namespace === null || typeof namespace === "string") return true;
  complain(
    reading,
    [...root, "metadata", "namespace"],
    "wrong-type",
    `${kind} "${name}": metadata.namespace is ${typeName(namespace)}, not text.`,
    "put the namespace in quotes",
  );
  return false;
}

function complain(
  reading: Reading,
  path: FieldPath,
  code: string,
  message: string,
  remedy: string,
): void {
  const { source } = reading;
  const at = source.position(source.locate(path).offset);
  const items = path.lastIndexOf("items");
  const field = formatFieldPath(items === -1 ? path : path.slice(items + 2));
  const diagnostic: Diagnostic = { code, severity: "error", message, remedy, at };
  reading.diagnostics.push(field === "" ? diagnostic : { ...diagnostic, field });
}

function notAnObject(value: unknown): string {
  return `This is ${typeName(value)}, not a Kubernetes object.`;
}

function typeName(value: unknown): string {
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return "text";
  if (typeof value === "object") return "a map";
  return `a ${typeof value}`;
}
