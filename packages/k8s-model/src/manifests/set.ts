import type { KubeObject } from "../api/meta.ts";
import type { Diagnostic, SourcePosition } from "./diagnostic.ts";
import { nameOf } from "./duplicates.ts";
import { type FieldPath, formatFieldPath } from "./field-path.ts";
import { matchesGlob, matchesKind } from "./glob.ts";
import { jsonLocator } from "./json-syntax.ts";
import { kindUse } from "./kinds.ts";
import { type ManifestObject, steps } from "./manifest-object.ts";
import { nearest } from "./near.ts";
import { ReadProblem } from "./problem.ts";
import { parseSetEdit, type SetEdit } from "./set-syntax.ts";
import { type FieldChange, withField } from "./set-value.ts";

/** A field that an edit has changed. */
export interface SetChange {
  /** The object after the edit. */
  readonly entry: ManifestObject;
  /** As the API server writes it: `spec.ports[0].port`. */
  readonly field: string;
  /** Undefined where the field did not exist before. */
  readonly before: unknown;
  /** Undefined where the field was deleted. */
  readonly after: unknown;
}

export interface SetResult {
  /** All objects, edited ones replaced; the given ones are untouched. */
  readonly objects: readonly ManifestObject[];
  readonly changes: readonly SetChange[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Applies an edit `[NAMESPACE/]KIND/NAME:path=value`. Namespace, kind and name may hold `*` and
 * `?`; kinds may be written as kubectl takes them (`services`, `svc`); no namespace means every
 * one. The path takes list items as `[0]`, `[name=web]` or `[*]`, and `\.` for a dot inside a
 * name. The value is JSON, or else text; `null` deletes the field.
 *
 * An edit that is not understood, or matches no object, is an error; nothing is changed then.
 */
export function applySet(objects: readonly ManifestObject[], text: string): SetResult {
  try {
    return apply(objects, parseSetEdit(text));
  } catch (problem) {
    if (!(problem instanceof ReadProblem)) throw problem;
    const { code, message, remedy, offset } = problem;
    const at = positionInEdit(text, offset);
    return {
      objects,
      changes: [],
      diagnostics: [{ code, severity: "error", message, remedy, at }],
    };
  }
}

/** Applies edits one after the other; see {@link applySet}. */
export function applySets(objects: readonly ManifestObject[], texts: readonly string[]): SetResult {
  const changes: SetChange[] = [];
  const diagnostics: Diagnostic[] = [];
  let current = objects;
  for (const text of texts) {
    const result = applySet(current, text);
    current = result.objects;
    changes.push(...result.changes);
    diagnostics.push(...result.diagnostics);
  }
  return { objects: current, changes, diagnostics };
}

function apply(objects: readonly ManifestObject[], edit: SetEdit): SetResult {
  const changes: SetChange[] = [];
  let matched = 0;
  const edited = objects.map((entry) => {
    if (!matches(edit, entry)) return entry;
    matched += 1;
    const found: FieldChange[] = [];
    const object = editObject(entry, edit, found);
    const real = found.filter(({ before, after }) => !sameJson(before, after));
    if (real.length === 0) return entry;
    const next = editedEntry(entry, object, edit, real);
    for (const { path, before, after } of real) {
      changes.push({ entry: next, field: formatFieldPath(path), before, after });
    }
    return next;
  });
  if (matched === 0) throw noMatch(objects, edit);
  const diagnostics = changes.length === 0 ? [nothingChanged(edit, matched)] : [];
  return { objects: edited, changes, diagnostics };
}

function matches(edit: SetEdit, { object }: ManifestObject): boolean {
  if (kindUse(object.apiVersion, object.kind) === "ignored") return false;
  if (!matchesKind(edit.kind, object.kind)) return false;
  if (!matchesGlob(edit.name, object.metadata.name)) return false;
  return (
    edit.namespace === undefined || matchesGlob(edit.namespace, object.metadata.namespace ?? "")
  );
}

function editObject(entry: ManifestObject, edit: SetEdit, changes: FieldChange[]): KubeObject {
  const [first, second] = edit.path;
  const identity = first === "metadata" && (second === "name" || second === "namespace");
  const whole = first === "metadata" && second === undefined;
  if (first === "kind" || first === "apiVersion" || identity || whole) {
    throw new ReadProblem(
      "set-identity",
      0,
      `${nameOf(entry)}: ${edit.pathText} says which object this is and cannot be edited.`,
      "pass the other object with --changed",
    );
  }
  try {
    return withField(entry.object, edit.path, edit.value, changes) as KubeObject;
  } catch (problem) {
    if (!(problem instanceof ReadProblem)) throw problem;
    const { code, message, remedy } = problem;
    const offset = edit.text.indexOf(":") + 1;
    throw new ReadProblem(code, offset, `${nameOf(entry)}: ${message}`, remedy);
  }
}

/** The edited object; what the edit wrote is placed in the edit, everything else where it was. */
function editedEntry(
  entry: ManifestObject,
  object: KubeObject,
  edit: SetEdit,
  changes: readonly FieldChange[],
): ManifestObject {
  const written = (path: FieldPath) =>
    changes.find((change) => change.path.every((step, index) => step === path[index]));
  return {
    object,
    file: entry.file,
    position(path = []) {
      return written(steps(path)) === undefined
        ? entry.position(path)
        : positionInEdit(edit.text, edit.valueOffset);
    },
    literal(path) {
      const change = written(steps(path));
      if (change === undefined) return entry.literal(path);
      if (!edit.isJson || edit.value === undefined) return undefined;
      const inside = steps(path).slice(change.path.length);
      return jsonLocator(edit.text.slice(edit.valueOffset).trimStart(), 0)(inside).number;
    },
  };
}

function positionInEdit(text: string, offset: number): SourcePosition {
  return { file: `--set ${text}`, line: 1, column: offset + 1 };
}

function noMatch(objects: readonly ManifestObject[], edit: SetEdit): ReadProblem {
  const known = objects.filter(
    ({ object }) => kindUse(object.apiVersion, object.kind) !== "ignored",
  );
  const ofKind = known.filter(({ object }) => matchesKind(edit.kind, object.kind));
  const candidates =
    ofKind.length === 0
      ? nearest(
          edit.kind,
          known.map(({ object }) => object.kind),
        )
      : nearest(
          [edit.namespace ?? [], edit.name].flat().join("/"),
          ofKind.map(({ object }) => candidateName(object, edit.namespace !== undefined)),
        );
  const what = ofKind.length === 0 ? "The input has no object of this kind" : "No object matches";
  const near = candidates.length === 0 ? "." : `; near: ${candidates.join(", ")}.`;
  return new ReadProblem("set-no-match", 0, `${what}${near}`, "check kind, name and namespace");
}

function candidateName(object: KubeObject, withNamespace: boolean): string {
  const { name, namespace } = object.metadata;
  return withNamespace && namespace !== undefined ? `${namespace}/${name}` : name;
}

function nothingChanged(edit: SetEdit, matched: number): Diagnostic {
  const value = edit.value === undefined ? "has no such field" : "has this value already";
  const who = matched === 1 ? "the object it names" : `each of the ${matched} objects it names`;
  return {
    code: "set-no-change",
    severity: "warning",
    message: `This edit changes nothing: ${who} ${value}.`,
    remedy: "check the path and the value",
    at: positionInEdit(edit.text, edit.text.indexOf(":") + 1),
  };
}

/** Equality of JSON values, whatever the order of keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  return keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]));
}
