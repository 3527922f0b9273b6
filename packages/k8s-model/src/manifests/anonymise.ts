import { REGION_LABEL, ZONE_LABEL } from "../api/node.ts";
import { valueAt } from "./field-path.ts";
import { isFields, listOf } from "./guards.ts";
import type { ManifestObject } from "./manifest-object.ts";

/** Renames what identifies a cluster in any text that goes into a report. */
export interface Anonymiser {
  /** The text with each name of the input replaced by its alias. */
  text(text: string): string;
  /** The alias of a name, for tables; names that the input does not have are returned as they are. */
  name(name: string): string;
}

/** What aliases are made of, in the order in which a name shared by several is decided. */
type NameClass =
  | "ns"
  | "svc"
  | "workload"
  | "pod"
  | "node"
  | "zone"
  | "region"
  | "object"
  | "container"
  | "image"
  | "host"
  | "address"
  | "label"
  | "file";

/** Names with a meaning of their own in Kubernetes: replacing them would hide nothing. */
const KEPT = new Set([
  "default",
  "kube-system",
  "kube-public",
  "kube-node-lease",
  "kubernetes",
  "true",
  "false",
]);

const WORKLOADS = new Set(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"]);

/**
 * Aliases for every name of the input: `ns-1`, `svc-2`, `workload-3`, `node-1`, `zone-1`,
 * numbered in the order of the input, so that the same input gives the same aliases. A name used
 * in two roles (a Service and its Deployment) has one alias, of the first role. Covers names of
 * objects and containers, hosts, images, addresses, label and annotation values, and file names.
 */
export function anonymiser(objects: readonly ManifestObject[]): Anonymiser {
  const aliases = new Map<string, string>();
  const counts = new Map<NameClass, number>();
  const give = (kind: NameClass, name: unknown) => {
    if (typeof name !== "string" || name === "" || KEPT.has(name) || aliases.has(name)) return;
    const next = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, next);
    aliases.set(name, `${kind}-${next}`);
  };
  for (const { object } of objects) {
    give("ns", object.kind === "Namespace" ? object.metadata.name : object.metadata.namespace);
  }
  for (const { object } of objects) give(classOf(object.kind), object.metadata.name);
  for (const entry of objects) nameParts(entry, give);
  return { text: replacer(aliases), name: (name) => aliases.get(name) ?? name };
}

function classOf(kind: string): NameClass {
  if (kind === "Service") return "svc";
  if (WORKLOADS.has(kind)) return "workload";
  if (kind === "Pod") return "pod";
  if (kind === "Node") return "node";
  return "object";
}

function nameParts(entry: ManifestObject, give: (kind: NameClass, name: unknown) => void): void {
  const { object, file } = entry;
  give("file", file);
  give("file", file.split("/").at(-1));
  for (const source of [object.metadata, valueAt(object, ["spec", "template", "metadata"])]) {
    const labels = isFields(source) && isFields(source.labels) ? source.labels : {};
    give("zone", labels[ZONE_LABEL]);
    give("region", labels[REGION_LABEL]);
    for (const value of Object.values(labels)) if (isTelling(value)) give("label", value);
  }
  for (const owner of listOf(object.metadata.ownerReferences)) {
    if (isFields(owner)) give("workload", owner.name);
  }
  for (const root of [["spec"], ["spec", "template", "spec"]]) {
    for (const field of ["containers", "initContainers"]) {
      for (const container of listOf(valueAt(object, [...root, field]))) {
        if (!isFields(container)) continue;
        give("container", container.name);
        give("image", container.image);
      }
    }
    give("node", valueAt(object, [...root, "nodeName"]));
    for (const value of Object.values(fieldsAt(object, [...root, "nodeSelector"]))) {
      if (isTelling(value)) give("label", value);
    }
  }
  for (const rule of listOf(valueAt(object, ["spec", "rules"]))) {
    if (isFields(rule)) give("host", rule.host);
  }
  give("host", valueAt(object, ["spec", "externalName"]));
  give("host", valueAt(object, ["spec", "providerID"]));
  addresses(object, give);
}

function addresses(
  object: ManifestObject["object"],
  give: (kind: NameClass, name: unknown) => void,
): void {
  for (const path of [
    ["spec", "clusterIP"],
    ["status", "podIP"],
    ["status", "hostIP"],
    ["spec", "podCIDR"],
    ["spec", "loadBalancerIP"],
  ]) {
    const value = valueAt(object, path);
    if (value !== "None") give("address", value);
  }
  for (const ip of listOf(valueAt(object, ["spec", "clusterIPs"])))
    if (ip !== "None") give("address", ip);
  for (const item of listOf(valueAt(object, ["status", "addresses"]))) {
    if (isFields(item)) give(item.type === "Hostname" ? "host" : "address", item.address);
  }
  for (const endpoint of listOf(object.endpoints)) {
    if (!isFields(endpoint)) continue;
    for (const address of listOf(endpoint.addresses)) give("address", address);
    give("node", endpoint.nodeName);
    give("zone", endpoint.zone);
    give("pod", isFields(endpoint.targetRef) ? endpoint.targetRef.name : undefined);
  }
}

function fieldsAt(object: unknown, path: readonly string[]): Readonly<Record<string, unknown>> {
  const value = valueAt(object, path);
  return isFields(value) ? value : {};
}

/** Values such as `linux` or `3` say nothing about whose cluster this is; short ones are kept. */
function isTelling(value: unknown): boolean {
  return (
    typeof value === "string" && value.length > 3 && !/^\d+$/.test(value) && !COMMON.has(value)
  );
}

const COMMON = new Set([
  "amd64",
  "arm64",
  "linux",
  "windows",
  "frontend",
  "backend",
  "database",
  "cache",
  "server",
]);

/** Runs of words joined by what joins names: `shop/web:80`, `registry.example/web:1.2`. */
const JOINED = /[A-Za-z0-9][\w.:/@-]*/g;

/**
 * Replaces whole names, and those at the start of a generated one: `cart` stays in `cartography` and
 * in `my-cart-2`, and goes from `cart-7d4b9-x2x7q`. Of the names that start at a word, the longest
 * wins.
 */
function replacer(aliases: ReadonlyMap<string, string>): (text: string) => string {
  return (text) => text.replace(JOINED, (joined) => replaceJoined(joined, aliases));
}

function replaceJoined(joined: string, aliases: ReadonlyMap<string, string>): string {
  const whole = aliases.get(joined);
  if (whole !== undefined) return whole;
  // Words at even places, what joins them at odd ones.
  const parts = joined.split(/([.:/@]+)/);
  let result = "";
  for (let from = 0; from < parts.length; ) {
    const length = from % 2 === 0 ? longestName(parts, from, aliases) : 0;
    result +=
      length === 0
        ? generatedName(parts[from] as string, aliases)
        : aliases.get(parts.slice(from, from + length).join(""));
    from += Math.max(1, length);
  }
  return result;
}

/** `cart-7d4b9-x2x7q`: a name that a controller made from one of the input keeps only its ending. */
function generatedName(word: string, aliases: ReadonlyMap<string, string>): string {
  for (let dash = word.lastIndexOf("-"); dash > 0; dash = word.lastIndexOf("-", dash - 1)) {
    const alias = aliases.get(word.slice(0, dash));
    if (alias !== undefined) return alias + word.slice(dash);
  }
  return word;
}

/** How many parts from here make up the longest name; 0 for none. */
function longestName(
  parts: readonly string[],
  from: number,
  aliases: ReadonlyMap<string, string>,
): number {
  for (let length = Math.min(parts.length - from, MAX_PARTS); length > 0; length -= 1) {
    if (length % 2 === 1 && aliases.has(parts.slice(from, from + length).join(""))) return length;
  }
  return 0;
}

const MAX_PARTS = 41;
