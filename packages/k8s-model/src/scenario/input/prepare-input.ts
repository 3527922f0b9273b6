import { applyDefaults, type KubeObject, type Pod } from "../../api/index.ts";
import { syntheticNodes } from "../../control-plane/index.ts";
import {
  applyChanged,
  applySets,
  type ClusterFacts,
  checkReferences,
  clusterFacts,
  type Diagnostic,
  kindUse,
  type ManifestObject,
  type ManifestSource,
  readManifests,
  type SortedObjects,
  sortByKind,
} from "../../manifests/index.ts";
import type { CallGraph } from "../../traffic/index.ts";
import type { Assumption } from "../assumptions/assumption.ts";
import type { WhatIfSide } from "../what-if/what-if.ts";
import { entryZoneDiagnostics } from "./entry-zones.ts";
import { environmentAssumptions, kubernetesVersionOf } from "./environment.ts";
import { type GivenTraffic, type PreparedTraffic, prepareTraffic } from "./prepare-traffic.ts";
import { runnableDiagnostics } from "./runnable.ts";
import { setReplicas } from "./set-replicas.ts";
import { sizeDiagnostics } from "./size.ts";
import { releaseDiagnostics, validationDiagnostics } from "./validation.ts";
import { withoutNulls } from "./without-nulls.ts";
import { workloadLimits } from "./workload-limits.ts";

/** What the user gave, as texts; everything else is derived. */
export interface InputRequest extends GivenTraffic {
  readonly sources: readonly ManifestSource[];
  /** Where Nodes are, when they are not among the sources. */
  readonly clusterSources?: readonly ManifestSource[];
  /** Manifests as they would be afterwards. */
  readonly changedSources?: readonly ManifestSource[];
  readonly sets?: readonly string[];
  readonly replicas?: number;
  /** A number of zones, or their names. */
  readonly zones?: number | readonly string[];
  readonly nodesPerZone?: number;
  readonly kubernetesVersion?: string;
  readonly namespace?: string;
}

/** An input that can be run, or the errors that say why not. */
export interface PreparedInput {
  readonly before: WhatIfSide;
  readonly after: WhatIfSide;
  readonly diagnostics: readonly Diagnostic[];
  /** For the first paragraph of a report. */
  readonly warnings: readonly string[];
  readonly kinds: SortedObjects;
  readonly facts: ClusterFacts;
  readonly callGraph: CallGraph;
  readonly traffic: Omit<PreparedTraffic, "diagnostics" | "callGraph">;
  readonly kubernetesVersion: { readonly value: string; readonly source: string };
  /** Workloads whose replicas are not ours to change, with the reason. */
  readonly limits: ReadonlyMap<string, string>;
  /** The change in words, one a changed field or object. */
  readonly changes: readonly string[];
  /** What was taken for granted about the cluster, beside the traffic. */
  readonly assumptions: readonly Pick<Assumption, "name" | "value" | "source">[];
}

const AUTOSCALER = "HorizontalPodAutoscaler";
const DEFAULT_ZONES = 3;
const DEFAULT_NODES_PER_ZONE = 3;

/**
 * Reads manifests, makes the change, checks both sides, infers the traffic and fills in the
 * defaults. Nothing throws for what the input holds: read `diagnostics`, and run only if none of
 * them is an error.
 */
export function prepareInput(request: InputRequest): PreparedInput {
  const diagnostics: Diagnostic[] = [];
  const read = readAll(request, diagnostics);
  const kinds = sortByKind(read);
  const given = validObjects(read, diagnostics);
  const facts = clusterFacts(given);
  const version = kubernetesVersionOf(request.kubernetesVersion, facts);
  const scaled =
    request.replicas === undefined
      ? { objects: given, kept: [] }
      : setReplicas(given, request.replicas);
  const changed = change(request, scaled.objects, diagnostics);
  diagnostics.push(...sizeDiagnostics(scaled.objects), ...sizeDiagnostics(changed.objects));
  diagnostics.push(...kinds.diagnostics, ...facts.diagnostics);
  for (const entry of sortByKind([...scaled.objects, ...changed.objects]).simulated) {
    diagnostics.push(...releaseDiagnostics(entry, version.value));
  }
  const valid = new Set(given);
  const invalid = read.filter((entry) => !valid.has(entry));
  diagnostics.push(...checkReferences([...changed.objects, ...invalid]));
  const traffic = prepareTraffic(request, scaled.objects, changed.objects);
  diagnostics.push(...traffic.diagnostics);
  // What could not be read explains well enough why nothing is left to run.
  if (!diagnostics.some(({ severity }) => severity === "error")) {
    diagnostics.push(...runnableDiagnostics(given, traffic.before, traffic.after));
  }
  const nodes = nodesFor(given, request, version.value);
  const known = [...given, ...changed.objects].map(({ object }) => object);
  diagnostics.push(...entryZoneDiagnostics(traffic.entryZones, nodes.length > 0 ? nodes : known));
  const unique = withoutRepeats(diagnostics);
  return {
    before: { objects: runnable(scaled.objects, nodes), traffic: traffic.before },
    after: { objects: runnable(changed.objects, nodes), traffic: traffic.after },
    diagnostics: unique,
    warnings: [
      ...keptWarning(scaled.kept, request.replicas),
      ...unique.filter(({ severity }) => severity === "warning").map(({ message }) => message),
    ],
    kinds,
    facts,
    callGraph: traffic.callGraph,
    traffic,
    kubernetesVersion: version,
    limits: workloadLimits(given.map(({ object }) => object)),
    changes: changed.words,
    assumptions: environmentAssumptions({
      facts,
      version,
      madeUpNodes: nodes,
      autoscalers: changed.objects.filter(({ object }) => object.kind === AUTOSCALER).length,
    }),
  };
}

function readAll(request: InputRequest, diagnostics: Diagnostic[]): readonly ManifestObject[] {
  const options = request.namespace === undefined ? {} : { namespace: request.namespace };
  const { objects, diagnostics: found } = readManifests(
    [...request.sources, ...(request.clusterSources ?? [])],
    options,
  );
  diagnostics.push(...found);
  const tooMany = sizeDiagnostics(objects);
  diagnostics.push(...tooMany);
  // What is too much to simulate is too much to check, too.
  return tooMany.length > 0 ? [] : objects.map(withoutNulls);
}

interface Change {
  readonly objects: readonly ManifestObject[];
  readonly words: readonly string[];
}

function change(
  request: InputRequest,
  before: readonly ManifestObject[],
  diagnostics: Diagnostic[],
): Change {
  const words: string[] = [];
  let replaced = before;
  if (request.changedSources !== undefined) {
    const options = request.namespace === undefined ? {} : { namespace: request.namespace };
    const read = readManifests(request.changedSources, options);
    diagnostics.push(...read.diagnostics);
    const result = applyChanged(before, read.objects.map(withoutNulls));
    replaced = result.objects;
    words.push(...result.added.map((entry) => `${nameOf(entry)} is added`));
    words.push(...result.changed.map((entry) => `${nameOf(entry)} is replaced`));
  }
  const sets = request.sets ?? [];
  const edited = applySets(replaced, sets);
  diagnostics.push(...edited.diagnostics);
  if (edited.diagnostics.length === 0)
    words.push(...sets.map((text) => setWords(text, edited.changes.length)));
  const untouched = new Set(before);
  const touched = edited.objects.filter((entry) => !untouched.has(entry));
  const valid = new Set(validObjects(touched, diagnostics));
  const objects = edited.objects.filter((entry) => untouched.has(entry) || valid.has(entry));
  return { objects, words };
}

function setWords(text: string, changes: number): string {
  const at = text.indexOf(":");
  const field = text.slice(at + 1);
  const target = text.slice(0, at);
  const [path, value] = [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)];
  const what = value === "null" ? `${path} is removed` : `${path} is set to ${value}`;
  return `${what} on ${target}${changes === 0 ? " (which it is already)" : ""}`;
}

function nameOf({ object }: ManifestObject): string {
  const { kind, metadata } = object;
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

/**
 * The objects that an API server would store. The others are reported and go no further: what
 * comes after may rely on the types of the fields.
 */
function validObjects(
  entries: readonly ManifestObject[],
  diagnostics: Diagnostic[],
): readonly ManifestObject[] {
  return entries.filter((entry) => {
    if (kindUse(entry.object.apiVersion, entry.object.kind) !== "simulated") return true;
    const found = validationDiagnostics(entry);
    diagnostics.push(...found);
    return !found.some(({ severity }) => severity === "error");
  });
}

/** Nodes made up where the input has none; empty where it has. */
function nodesFor(
  given: readonly ManifestObject[],
  request: InputRequest,
  version: string,
): readonly KubeObject[] {
  const hasNodes = given.some(({ object }) => object.kind === "Node");
  if (hasNodes && request.zones === undefined) return [];
  return syntheticNodes({
    zones: request.zones ?? DEFAULT_ZONES,
    nodesPerZone: request.nodesPerZone ?? DEFAULT_NODES_PER_ZONE,
    kubernetesVersion: `v${version}.0`,
  });
}

/** Objects that the model simulates, defaults filled in; made-up nodes replace those of the input. */
function runnable(
  entries: readonly ManifestObject[],
  nodes: readonly KubeObject[],
): readonly KubeObject[] {
  const simulated = sortByKind(entries).simulated.map(({ object }) => object);
  const kept = nodes.length === 0 ? simulated : simulated.flatMap(unbound);
  return [...nodes, ...kept].map((object) => applyDefaults(object));
}

/**
 * An object of the input on nodes that are none of its own: pods look for a node anew, and those of
 * DaemonSets are made anew.
 */
function unbound(object: KubeObject): readonly KubeObject[] {
  if (object.kind === "Node") return [];
  if (object.kind !== "Pod") return [object];
  if (object.metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet")) return [];
  const { nodeName: _, ...spec } = object.spec as Pod["spec"];
  const { status: __, ...pending } = object;
  return [{ ...pending, spec }];
}

function keptWarning(
  kept: readonly { readonly workload: string; readonly reason: string }[],
  replicas: number | undefined,
): readonly string[] {
  if (kept.length === 0) return [];
  const words = kept.map(({ workload, reason }) => `${workload} (${reason})`);
  return [`Not scaled to ${replicas} replicas: ${words.join("; ")}.`];
}

function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Map(diagnostics.map((each) => [JSON.stringify(each), each]));
  return [...seen.values()];
}
