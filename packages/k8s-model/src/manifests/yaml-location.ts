import { type Document, isAlias, isMap, isNode, isScalar, isSeq, visit } from "yaml";
import type { FieldPath } from "./field-path.ts";
import { resolvePlainScalar } from "./yaml-scalar.ts";
import { isMergeKey, offsetOf, resolveScalar } from "./yaml-value.ts";

/** Where a field stands: at its name, or at the item in a list. */
export interface Location {
  readonly offset: number;
  /** False when only an ancestor of the field exists. */
  readonly found: boolean;
  /** The number as written, where the field is one. */
  readonly number?: string;
}

/** Finds a field in a composed document, following aliases to where the text really stands. */
export function locateInYaml(document: Document, path: FieldPath): Location {
  let node: unknown = document.contents;
  let offset = offsetOf(node);
  for (const step of path) {
    const child = childOf(document, node, step, 0);
    if (child === undefined) return { offset, found: false };
    node = child.value;
    offset = child.offset;
  }
  const target = isAlias(node) ? anchored(document, node) : node;
  const scalar = isScalar(target) ? resolveScalar(target) : undefined;
  if (scalar === undefined || !("value" in scalar) || typeof scalar.value !== "number") {
    return { offset, found: true };
  }
  return { offset, found: true, number: scalar.literal ?? String(scalar.value) };
}

interface Child {
  readonly value: unknown;
  readonly offset: number;
}

const MAX_MERGE_DEPTH = 50;

function childOf(
  document: Document,
  node: unknown,
  step: string | number,
  mergeDepth: number,
): Child | undefined {
  const parent = isAlias(node) ? anchored(document, node) : node;
  if (isSeq(parent)) {
    const item = typeof step === "number" ? parent.items[step] : undefined;
    return item === undefined ? undefined : { value: item, offset: offsetOf(item) };
  }
  if (!isMap(parent) || mergeDepth > MAX_MERGE_DEPTH) return undefined;
  let merged: Child | undefined;
  for (const { key, value } of parent.items) {
    if (isMergeKey(key)) {
      for (const source of isSeq(value) ? value.items : [value]) {
        merged ??= childOf(document, source, step, mergeDepth + 1);
      }
    } else if (keyName(key) === String(step)) {
      return { value, offset: offsetOf(key) };
    }
  }
  return merged;
}

function keyName(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  const scalar = key.type === "PLAIN" ? resolvePlainScalar(String(key.value)) : key;
  return "value" in scalar ? String(scalar.value) : undefined;
}

function anchored(document: Document, alias: { source: string }): unknown {
  const before = offsetOf(alias);
  let target: unknown;
  visit(document, {
    Node(_, node) {
      if (offsetOf(node) >= before) return visit.BREAK;
      if (isNode(node) && !isAlias(node) && node.anchor === alias.source) target = node;
      return undefined;
    },
  });
  return target;
}
