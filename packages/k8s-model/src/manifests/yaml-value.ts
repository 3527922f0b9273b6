import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import { quote, ReadProblem } from "./problem.ts";
import { resolvePlainScalar, type YamlScalar } from "./yaml-scalar.ts";

/** Values that aliases may add to one document; a real manifest repeats a few dozen. */
const MAX_ALIASED_VALUES = 100_000;

interface Conversion {
  /** What each anchor seen so far stands for. */
  readonly anchors: Map<string, unknown>;
  /** Anchors whose value is being converted: naming one of them would never end. */
  readonly open: Set<string>;
  aliasedValues: number;
}

/**
 * The plain value of a composed YAML node, by the rules of kubectl's reader: scalars as
 * {@link resolvePlainScalar} says, merge keys in the order in which they stand, keys made text.
 * Aliases are copied, so that the value is a tree, within a bound.
 *
 * @throws ReadProblem for cycles, alias bombs, duplicate or reserved keys, values that JSON lacks.
 */
export function yamlValue(node: unknown): unknown {
  return convert(node, { anchors: new Map(), open: new Set(), aliasedValues: 0 });
}

function convert(node: unknown, conversion: Conversion): unknown {
  if (isAlias(node)) return aliased(node.source, offsetOf(node), conversion);
  const anchor = (node as { anchor?: string } | null)?.anchor;
  if (anchor === undefined) return convertContent(node, conversion);
  conversion.open.add(anchor);
  const value = convertContent(node, conversion);
  conversion.open.delete(anchor);
  conversion.anchors.set(anchor, value);
  return value;
}

function convertContent(node: unknown, conversion: Conversion): unknown {
  if (isMap(node)) return convertMap(node, conversion);
  if (isSeq(node)) return node.items.map((item) => convert(item, conversion));
  if (!isScalar(node)) return null;
  const scalar = resolveScalar(node);
  if ("notJson" in scalar) {
    throw new ReadProblem(
      "not-a-number",
      offsetOf(node),
      `${scalar.notJson} is a number that the Kubernetes API cannot hold.`,
      "write a finite number, or quote it if text is meant",
    );
  }
  return scalar.value;
}

/** What a scalar node means; the text of quoted and block scalars is taken as it is. */
export function resolveScalar(node: {
  source?: string;
  value: unknown;
  type?: string | null;
  tag?: string;
}): YamlScalar {
  const text = typeof node.value === "string" ? node.value : (node.source ?? "");
  if (node.tag === "tag:yaml.org,2002:str" || node.tag === "!") return { value: text };
  if (node.tag?.startsWith("tag:yaml.org,2002:")) return resolvePlainScalar(text);
  return node.type === "PLAIN" && node.tag === undefined
    ? resolvePlainScalar(text)
    : { value: text };
}

function convertMap(map: YAMLMap, conversion: Conversion): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const merged = new Set<string>();
  for (const { key, value } of map.items) {
    if (isMergeKey(key)) {
      for (const name of mergeInto(result, value, conversion)) merged.add(name);
      continue;
    }
    const name = keyText(key, conversion);
    if (Object.hasOwn(result, name) && !merged.delete(name)) {
      throw new ReadProblem(
        "duplicate-key",
        offsetOf(key),
        `The key ${quote(name)} stands twice in one map; one of the two values would be lost.`,
        "remove one of them",
      );
    }
    result[name] = convert(value, conversion);
  }
  return result;
}

export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === "PLAIN" && key.value === "<<";
}

/** A merge overrides what stands before it and yields to what stands after it, as in kubectl. */
function mergeInto(
  target: Record<string, unknown>,
  value: unknown,
  conversion: Conversion,
): string[] {
  const sources = isSeq(value) ? [...value.items].reverse() : [value];
  const names: string[] = [];
  for (const source of sources) {
    const map = convert(source, conversion);
    if (typeof map !== "object" || map === null || Array.isArray(map)) {
      throw new ReadProblem(
        "bad-merge",
        offsetOf(source),
        'A merge key "<<" needs a map or a list of maps.',
        "name an anchor that stands on a map",
      );
    }
    for (const [name, entry] of Object.entries(map)) {
      target[name] = entry;
      names.push(name);
    }
  }
  return names;
}

function keyText(key: unknown, conversion: Conversion): string {
  const value = convert(key, conversion);
  if (value === "__proto__") {
    throw new ReadProblem(
      "reserved-key",
      offsetOf(key),
      'The key "__proto__" is not accepted: no field, label or setting of Kubernetes has that name.',
      "remove it",
    );
  }
  if (value === null || typeof value === "object") {
    const template = isMap(key) || isSeq(key);
    throw new ReadProblem(
      template ? "template-not-rendered" : "unsupported-key",
      offsetOf(key),
      template
        ? "A map or list is used as a key; this looks like a template that has not been rendered."
        : "A key is empty or null.",
      template ? "render it first (helm template, kubectl kustomize)" : "give the key a name",
    );
  }
  return String(value);
}

function aliased(name: string, offset: number, conversion: Conversion): unknown {
  if (conversion.open.has(name)) {
    throw new ReadProblem(
      "alias-cycle",
      offset,
      `The alias *${name} stands inside the value that it names, which would never end.`,
      "write the value out instead of the alias",
    );
  }
  if (!conversion.anchors.has(name)) {
    throw new ReadProblem(
      "unknown-alias",
      offset,
      `The alias *${name} names no anchor before it in this document.`,
      `put &${name} on the value meant, or quote the text if it is no alias`,
    );
  }
  return copy(conversion.anchors.get(name), conversion, offset);
}

function copy(value: unknown, conversion: Conversion, offset: number): unknown {
  conversion.aliasedValues += 1;
  if (conversion.aliasedValues > MAX_ALIASED_VALUES) {
    throw new ReadProblem(
      "alias-expansion",
      offset,
      `Aliases repeat more than ${MAX_ALIASED_VALUES} values in this document.`,
      "write the objects out, or pass them as JSON",
    );
  }
  if (Array.isArray(value)) return value.map((item) => copy(item, conversion, offset));
  if (typeof value !== "object" || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(value)) result[name] = copy(entry, conversion, offset);
  return result;
}

export function offsetOf(node: unknown): number {
  const range = (node as { range?: readonly number[] | null } | null)?.range;
  return range?.[0] ?? 0;
}
