import {
  child,
  type Fields,
  field,
  flag,
  items,
  number,
  text,
  textMap,
  texts,
} from "../schema/fields.ts";
import type { Causes } from "./cause.ts";
import { dnsLabel, forPrefix, labelValue, type NameRule, qualifiedName } from "./names.ts";

const MAX_ANNOTATION_BYTES = 256 * 1_024;
const STANDARD_FINALIZERS = ["kubernetes", "orphan", "foregroundDeletion"];

/** Checks the metadata of an object that is created. */
export function validateMetadata(
  metadata: Fields,
  nameRule: NameRule,
  namespaced: boolean,
  causes: Causes,
): void {
  const generateName = text(metadata, "generateName");
  if (generateName !== "") {
    causes.invalidAll("metadata.generateName", forPrefix(nameRule)(generateName));
  }
  const name = text(metadata, "name");
  if (name === "" && generateName === "") {
    causes.required("metadata.name", "name or generateName is required");
  } else {
    causes.invalidAll(
      "metadata.name",
      name === "" ? forPrefix(nameRule)(generateName) : nameRule(name),
    );
  }
  validateNamespaceField(metadata, namespaced, causes);
  causes.nonNegative("metadata.generation", number(metadata, "generation"));
  validateLabels(metadata, "labels", "metadata.labels", causes);
  validateAnnotations(metadata, "metadata.annotations", causes);
  validateOwners(metadata, causes);
  validateFinalizers(metadata, causes);
}

/** Checks what an update may do to metadata. */
export function validateMetadataUpdate(metadata: Fields, old: Fields, causes: Causes): void {
  for (const name of ["name", "namespace", "uid", "creationTimestamp"]) {
    const given = field(metadata, name);
    if (given !== undefined && given !== "" && given !== field(old, name) && field(old, name)) {
      causes.invalid(`metadata.${name}`, "cannot be changed");
    }
  }
  validateLabels(metadata, "labels", "metadata.labels", causes);
  validateAnnotations(metadata, "metadata.annotations", causes);
  validateOwners(metadata, causes);
  validateFinalizers(metadata, causes);
}

function validateNamespaceField(metadata: Fields, namespaced: boolean, causes: Causes): void {
  const namespace = text(metadata, "namespace");
  if (!namespaced) {
    if (namespace !== "") causes.forbidden("metadata.namespace", "this kind has no namespace");
  } else if (namespace !== "") {
    causes.invalidAll("metadata.namespace", dnsLabel(namespace));
  }
}

/** Checks a map of labels: labels themselves, a node selector, the selector of a Service. */
export function validateLabels(
  holder: Fields | undefined,
  name: string,
  path: string,
  causes: Causes,
): void {
  for (const [key, value] of textMap(holder, name)) {
    causes.invalidAll(
      path,
      qualifiedName(key).map((problem) => `key "${key}": ${problem}`),
    );
    causes.invalidAll(
      path,
      labelValue(value).map((problem) => `value of "${key}": ${problem}`),
    );
  }
}

/** Checks the annotations of an object or a template. */
export function validateAnnotations(
  holder: Fields | undefined,
  path: string,
  causes: Causes,
): void {
  let bytes = 0;
  for (const [key, value] of textMap(holder, "annotations")) {
    const problems = qualifiedName(key.toLowerCase());
    causes.invalidAll(
      path,
      problems.map((problem) => `key "${key}": ${problem}`),
    );
    bytes += utf8Length(key) + utf8Length(value);
  }
  if (bytes > MAX_ANNOTATION_BYTES) causes.tooLong(path, MAX_ANNOTATION_BYTES);
}

function utf8Length(value: string): number {
  let bytes = 0;
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

function validateOwners(metadata: Fields, causes: Causes): void {
  const path = "metadata.ownerReferences";
  let controllers = 0;
  for (const owner of items(metadata, "ownerReferences")) {
    const version = text(owner, "apiVersion");
    if (version === "" || version.endsWith("/"))
      causes.invalid(`${path}.apiVersion`, "is required");
    for (const name of ["kind", "name", "uid"]) {
      if (text(owner, name) === "") causes.invalid(`${path}.${name}`, "is required");
    }
    if (version === "v1" && text(owner, "kind") === "Event") {
      causes.invalid(path, "an Event cannot own other objects");
    }
    if (flag(owner, "controller")) controllers += 1;
  }
  if (controllers > 1) causes.invalid(path, "only one owner can be the controller");
}

function validateFinalizers(metadata: Fields, causes: Causes): void {
  const path = "metadata.finalizers";
  const finalizers = texts(metadata, "finalizers");
  for (const finalizer of finalizers) causes.invalidAll(path, qualifiedName(finalizer));
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    causes.invalid(path, "orphan and foregroundDeletion exclude each other");
  }
  for (const [index, finalizer] of finalizers.entries()) {
    validateFinalizerName(`${path}[${index}]`, finalizer, causes);
  }
}

/** Names without a prefix are reserved for Kubernetes' own finalizers. */
export function validateFinalizerName(path: string, name: string, causes: Causes): void {
  if (!name.includes("/") && !STANDARD_FINALIZERS.includes(name)) {
    causes.invalid(path, "is neither a standard finalizer nor qualified with a domain");
  }
}

/** The metadata of an object, empty where there is none. */
export function metadataOf(object: Fields): Fields {
  return child(object, "metadata") ?? {};
}
