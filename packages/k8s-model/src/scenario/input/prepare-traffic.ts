import {
  type Diagnostic,
  type ManifestObject,
  type ManifestSource,
  sortByKind,
} from "../../manifests/index.ts";
import {
  applyTraffic,
  type CallGraph,
  type ClientSpec,
  type Egress,
  egressOf,
  inferCallGraph,
  isEdgeTable,
  isOutside,
  type ObservedEdge,
  parseTraffic,
  readEdgeTable,
  type TrafficFile,
  type TrafficSpec,
  trafficOf,
  trafficOfEdges,
} from "../../traffic/index.ts";

import type { EntryZone } from "./entry-zones.ts";

/** What the user says of the traffic. */
export interface GivenTraffic {
  /** A traffic file, or a table of observed traffic. */
  readonly trafficSource?: ManifestSource;
  /** Requests per second by client, entry Service or workload name. */
  readonly rates?: ReadonlyMap<string, number>;
}

export interface PreparedTraffic {
  readonly before: TrafficSpec;
  readonly after: TrafficSpec;
  readonly callGraph: CallGraph;
  /** A traffic file was given; without it the calls were inferred. */
  readonly isGiven: boolean;
  /** What was given is what was measured. */
  readonly isObserved: boolean;
  /** Where the rate of a client comes from, if not from the traffic file. */
  readonly rateSources: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
  /** Zones by which users outside are said to come in. */
  readonly entryZones: readonly EntryZone[];
  /** What pods exchange with the Internet, where it was observed. */
  readonly egress: Egress | undefined;
  /** Every rate and size is given, so money per month can be told. */
  readonly moneyIsGiven: boolean;
}

/** Traffic inferred from both sides, with what a traffic file says in its place and rates on top. */
export function prepareTraffic(
  { trafficSource, rates = new Map() }: GivenTraffic,
  before: readonly ManifestObject[],
  after: readonly ManifestObject[],
): PreparedTraffic {
  const diagnostics: Diagnostic[] = [];
  const said = readTraffic(trafficSource, diagnostics);
  const callGraph = inferCallGraph(readable(before));
  if (!saysCalls(said)) diagnostics.push(...callGraph.diagnostics);
  const given = trafficWith(callGraph, said, diagnostics);
  const rateSources = new Map<string, string>();
  const rated = withRates(given, rates, rateSources, diagnostics);
  const changed = trafficWith(inferCallGraph(readable(after), callGraph), said, []);
  return {
    before: rated,
    after: withRates(changed, rates, rateSources, []),
    callGraph,
    isGiven: said !== undefined,
    isObserved: said?.kind === "observed",
    rateSources,
    diagnostics,
    entryZones: said === undefined ? [] : entryZonesOf(said),
    egress: said?.kind === "observed" ? egressOf(said.edges) : undefined,
    moneyIsGiven: isComplete(rated),
  };
}

/** Ignored kinds say nothing of who calls whom. */
function readable(objects: readonly ManifestObject[]): readonly ManifestObject[] {
  const { simulated, inference } = sortByKind(objects);
  return [...simulated, ...inference];
}

/** What a file says of the traffic: a traffic file, or edges that were observed. */
type SaidTraffic =
  | { readonly kind: "file"; readonly file: TrafficFile }
  | { readonly kind: "observed"; readonly edges: readonly ObservedEdge[] };

function readTraffic(
  source: ManifestSource | undefined,
  diagnostics: Diagnostic[],
): SaidTraffic | undefined {
  if (source === undefined) return undefined;
  if (isEdgeTable(source.text)) {
    const { edges, diagnostics: found } = readEdgeTable(source);
    diagnostics.push(...found);
    return edges.length === 0 ? undefined : { kind: "observed", edges };
  }
  const { traffic, diagnostics: found } = parseTraffic(source.text, source.file);
  diagnostics.push(...found);
  return traffic === undefined ? undefined : { kind: "file", file: traffic };
}

function entryZonesOf(said: SaidTraffic): readonly EntryZone[] {
  if (said.kind === "file") {
    return (said.file.clients ?? []).flatMap(({ spec: { workload, zone }, at }) =>
      zone === undefined || workload !== undefined ? [] : [{ zone, at }],
    );
  }
  return said.edges.flatMap(({ source, sourceZone, at }) =>
    sourceZone === undefined || !isOutside(source) ? [] : [{ zone: sourceZone, at }],
  );
}

function saysCalls(said: SaidTraffic | undefined): boolean {
  return said?.kind === "observed" || said?.file.calls !== undefined;
}

function trafficWith(
  graph: CallGraph,
  said: SaidTraffic | undefined,
  diagnostics: Diagnostic[],
): TrafficSpec {
  if (said === undefined) return trafficOf(graph);
  const { spec, diagnostics: found } =
    said.kind === "observed" ? trafficOfEdges(graph, said.edges) : applyTraffic(graph, said.file);
  diagnostics.push(...found);
  return spec;
}

function withRates(
  spec: TrafficSpec,
  rates: ReadonlyMap<string, number>,
  sources: Map<string, string>,
  diagnostics: Diagnostic[],
): TrafficSpec {
  const unused = new Set(rates.keys());
  const clients = spec.clients.map((client) => {
    const name = namesOf(client).find((candidate) => rates.has(candidate));
    if (name === undefined) return client;
    unused.delete(name);
    sources.set(client.name, "flag --rate");
    return { ...client, load: { mode: "open" as const, rateHz: rates.get(name) as number } };
  });
  const known = spec.clients.map(({ name }) => name).join(", ") || "none";
  for (const name of unused) {
    diagnostics.push({
      code: "unknown-entry",
      severity: "error",
      message: `--rate names "${name}", which is no client and no entry of the input.`,
      remedy: `requests begin at: ${known}`,
    });
  }
  return { ...spec, clients };
}

/** What a client may be called on the command line: itself, its workload, the Service it enters. */
function namesOf({ name, workload, to }: ClientSpec): readonly string[] {
  const last = (key: string): string => key.slice(key.lastIndexOf("/") + 1);
  const names = [name, to.service, last(to.service), "entry"];
  return workload === undefined ? names : [...names, workload, last(workload)];
}

function isComplete({ clients, calls, defaults }: TrafficSpec): boolean {
  const sized = [...clients, ...calls].every(
    (request) =>
      (request.requestBytes ?? defaults.requestBytes) !== undefined &&
      (request.responseBytes ?? defaults.responseBytes) !== undefined,
  );
  const rated = clients.every(
    ({ load }) => load.mode === "closed" || (load.rateHz ?? defaults.rateHz) !== undefined,
  );
  const counted = calls.every(
    ({ callsPerRequest }) => (callsPerRequest ?? defaults.callsPerRequest) !== undefined,
  );
  return sized && rated && counted;
}
