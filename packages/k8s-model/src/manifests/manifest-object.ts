import type { KubeObject } from "../api/meta.ts";
import type { SourcePosition } from "./diagnostic.ts";
import { type FieldPath, parseFieldPath, valueAt } from "./field-path.ts";
import type { SourceDocument } from "./source-document.ts";

/** A Kubernetes object of the input, with the way back to the text that it was read from. */
export interface ManifestObject<T extends KubeObject = KubeObject> {
  /** The plain object with every field of the input, known or not. */
  readonly object: T;
  readonly file: string;
  /**
   * Where a field stands: at its name, or at the item in a list. A field that does not exist is
   * placed at its nearest ancestor that does; no argument or "" means the object itself.
   */
  position(path?: string | FieldPath): SourcePosition;
  /**
   * The number at the path as the API server would receive it, undefined where there is no number.
   * JSON keeps its text (`80.0`, `1e2`), which the server refuses for integer fields; YAML numbers
   * are converted by kubectl on the way (`80.0` arrives as `80`).
   */
  literal(path: string | FieldPath): string | undefined;
}

/** Ties an object to the place `root` of the document that it was read from. */
export function manifestObject(
  object: KubeObject,
  source: SourceDocument,
  root: FieldPath,
): ManifestObject {
  const within = (path: string | FieldPath): FieldPath => [...root, ...steps(path)];
  return {
    object,
    file: source.file,
    position: (path = []) => source.position(source.locate(within(path)).offset),
    literal(path) {
      const value = valueAt(object, steps(path));
      if (typeof value !== "number") return undefined;
      if (source.tellsText(value)) return String(value);
      return source.locate(within(path)).number ?? String(value);
    },
  };
}

export function steps(path: string | FieldPath): FieldPath {
  return typeof path === "string" ? parseFieldPath(path) : path;
}
