export * from "./changed.ts";
export * from "./diagnostic.ts";
export { type FieldPath, formatFieldPath, parseFieldPath, valueAt } from "./field-path.ts";
export * from "./kinds.ts";
export type { ManifestObject } from "./manifest-object.ts";
export * from "./read.ts";
export { applySet, applySets, type SetChange, type SetResult } from "./set.ts";
