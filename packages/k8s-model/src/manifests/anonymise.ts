import { REGION_LABEL, ZONE_LABEL } from "../api/node.ts";
import { valueAt } from "./field-path.ts";
import { isFields, listOf } from "./guards.ts";
import { isKnownGroup } from "./kinds-that-matter.ts";
import type { ManifestObject } from "./manifest-object.ts";

/** An object whose names are to be replaced, with the file that it comes from, or "". */
export type Nameable = Pick<ManifestObject, "object" | "file">;

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
  | "port"
  | "variable"
  | "kind"
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
 * objects, containers, ports and variables, hosts, images, addresses, labels and annotations with
 * their keys, kinds that Kubernetes does not have, and file names.
 *
 * @param options.files further files and folders that texts may name
 */
export function anonymiser(
  objects: readonly Nameable[],
  options: { readonly files?: readonly string[] } = {},
): Anonymiser {
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
  for (const file of options.files ?? []) giveFile(file, give);
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

type Give = (kind: NameClass, name: unknown) => void;

/** The path and its last part, without what leads to it: `/x`, `./x` and `../x` are all `x`. */
function giveFile(file: string, give: Give): void {
  const path = file.replace(/^[^A-Za-z0-9]+/, "").replace(/\/+$/, "");
  give("file", path);
  give("file", path.split("/").at(-1));
}

function nameParts({ object, file }: Nameable, give: Give): void {
  giveFile(file, give);
  if (!isKnownGroup(object.apiVersion)) give("kind", object.kind);
  for (const source of [object.metadata, valueAt(object, ["spec", "template", "metadata"])]) {
    const labels = fieldsAt(source, ["labels"]);
    if (!/^zone-[a-z]+$/.test(String(labels[ZONE_LABEL]))) give("zone", labels[ZONE_LABEL]);
    if (labels[REGION_LABEL] !== "region-1") give("region", labels[REGION_LABEL]);
    giveLabels(labels, give);
    giveLabels(fieldsAt(source, ["annotations"]), give);
  }
  for (const path of [["selector"], ["selector", "matchLabels"], ["podSelector", "matchLabels"]]) {
    giveLabels(fieldsAt(object, ["spec", ...path]), give);
  }
  for (const port of listOf(valueAt(object, ["spec", "ports"]))) givePort(port, give);
  if (object.kind === "ConfigMap") {
    for (const key of Object.keys(fieldsAt(object, ["data"]))) give("variable", key);
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
        for (const port of listOf(container.ports)) givePort(port, give);
        for (const variable of listOf(container.env)) {
          if (isFields(variable)) give("variable", variable.name);
        }
      }
    }
    give("node", valueAt(object, [...root, "nodeName"]));
    giveLabels(fieldsAt(object, [...root, "nodeSelector"]), give);
  }
  for (const rule of listOf(valueAt(object, ["spec", "rules"]))) {
    if (isFields(rule)) give("host", rule.host);
  }
  give("host", valueAt(object, ["spec", "externalName"]));
  give("host", valueAt(object, ["spec", "providerID"]));
  addresses(object, give);
}

/** Keys and values; keys under Kubernetes' own domains mean the same everywhere. */
function giveLabels(labels: Readonly<Record<string, unknown>>, give: Give): void {
  for (const [key, value] of Object.entries(labels)) {
    if (!KUBERNETES_KEY.test(key) && isTelling(key)) give("label", key);
    if (isTelling(value)) give("label", value);
  }
}

const KUBERNETES_KEY = /(?:^|\.)(?:kubernetes|k8s)\.io\//;

function givePort(port: unknown, give: Give): void {
  if (isFields(port) && !COMMON_PORTS.test(String(port.name))) give("port", port.name);
}

const COMMON_PORTS =
  /^(?:https?|http2|grpc|h2c|tcp|udp|web|dns|metrics|admin|health|status|p)(?:-?\d+)?$/;

function addresses(object: Nameable["object"], give: Give): void {
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
  "name",
  "role",
  "tier",
  "version",
  "component",
  "release",
  "chart",
  "heritage",
  "part-of",
  "environment",
  "namespace",
  "pod-template-hash",
  "controller-revision-hash",
  "managed-by",
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
