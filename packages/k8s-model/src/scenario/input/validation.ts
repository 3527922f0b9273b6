import { checkRelease, validateObject } from "../../api/index.ts";
import {
  type Diagnostic,
  type FieldPath,
  formatFieldPath,
  type ManifestObject,
} from "../../manifests/index.ts";

/**
 * What an API server would say of an object, with the line that it is about. An object that does
 * not pass would never have been stored, so it cannot be simulated.
 */
export function validationDiagnostics(entry: ManifestObject): readonly Diagnostic[] {
  const { object } = entry;
  const findings = validateObject(object, { literal: (path) => entry.literal(path) });
  const told = findings.map(({ field, reason, detail, severity }) => ({
    code: severity === "warning" ? "unknown-field" : codeOf(reason),
    severity,
    message: `${object.kind} ${shown(object.metadata.name)}: ${field} ${detail}.`,
    at: entry.position(field),
    field,
  }));
  return [...told, ...emptyItems(entry)];
}

/** Items of lists that hold nothing, as a dash without text behind it makes them. */
function emptyItems(entry: ManifestObject): readonly Diagnostic[] {
  const { kind, metadata, spec } = entry.object;
  return nullItems(spec, ["spec"]).map((path) => {
    const field = formatFieldPath(path);
    return {
      code: "empty-item",
      severity: "error",
      message: `${kind} ${shown(metadata.name)}: ${field} is empty.`,
      remedy: "give the item a value, or remove it",
      at: entry.position(path),
      field,
    };
  });
}

function nullItems(value: unknown, path: FieldPath): readonly FieldPath[] {
  if (typeof value !== "object" || value === null) return [];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([step, inside]) =>
    inside === null ? [[...path, step]] : nullItems(inside, [...path, step]),
  );
}

/** Fields of an object that a release ignores or rejects; a field that does nothing misleads. */
export function releaseDiagnostics(entry: ManifestObject, version: string): readonly Diagnostic[] {
  const { object } = entry;
  return checkRelease(object, version).map(({ code, severity, field, message, remedy }) => ({
    code,
    severity,
    message: `${object.kind} ${shown(object.metadata.name)}: ${message}`,
    remedy,
    at: entry.position(field),
    field,
  }));
}

const LONGEST_NAME = 80;

/** A name in quotes, on one line whatever stands in it. */
function shown(name: string): string {
  const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return JSON.stringify(short);
}

/** `FieldValueRequired` → `field-value-required`. */
function codeOf(reason: string): string {
  return reason.replace(
    /[A-Z]/g,
    (letter, at: number) => `${at === 0 ? "" : "-"}${letter.toLowerCase()}`,
  );
}
