import { checkRelease, validateObject } from "../../api/index.ts";
import type { Diagnostic, ManifestObject } from "../../manifests/index.ts";

/**
 * What an API server would say of an object, with the line that it is about. An object that does
 * not pass would never have been stored, so it cannot be simulated.
 */
export function validationDiagnostics(entry: ManifestObject): readonly Diagnostic[] {
  const { object } = entry;
  const findings = validateObject(object, { literal: (path) => entry.literal(path) });
  return findings.map(({ field, reason, detail, severity }) => ({
    code: severity === "warning" ? "unknown-field" : codeOf(reason),
    severity,
    message: `${object.kind} "${object.metadata.name}": ${field} ${detail}.`,
    at: entry.position(field),
    field,
  }));
}

/** Fields of an object that a release ignores or rejects; a field that does nothing misleads. */
export function releaseDiagnostics(entry: ManifestObject, version: string): readonly Diagnostic[] {
  const { object } = entry;
  return checkRelease(object, version).map(({ code, severity, field, message, remedy }) => ({
    code,
    severity,
    message: `${object.kind} "${object.metadata.name}": ${message}`,
    remedy,
    at: entry.position(field),
    field,
  }));
}

/** `FieldValueRequired` → `field-value-required`. */
function codeOf(reason: string): string {
  return reason.replace(
    /[A-Z]/g,
    (letter, at: number) => `${at === 0 ? "" : "-"}${letter.toLowerCase()}`,
  );
}
