import type { Diagnostic } from "../../manifests/diagnostic.ts";
import { isFields } from "../../manifests/guards.ts";
import type { WorkloadView } from "../../manifests/workloads.ts";
import type { CallGraph } from "../inference/call-graph-types.ts";
import { connectionKind } from "../inference/connection-kind.ts";
import { cutCycles } from "../inference/cycles.ts";
import {
  type CallSpec,
  type ClientSpec,
  type ConnectionSpec,
  type RequestSpec,
  type TrafficSpec,
  trafficDefaults,
  type WorkloadKey,
} from "../spec.ts";
import type { ObservedEdge } from "./observed-edge.ts";
import { type ResolvedEdge, resolveEdges } from "./resolve-edges.ts";

/** More calls than this for each request served are a workload's own work, not a part of requests. */
const MOST_CALLS_PER_REQUEST = 20;

/** More would take days to simulate, and more memory than a laptop has. */
const HIGHEST_RATE_HZ = 1_000_000;

interface RatedEdge extends ResolvedEdge {
  readonly rateHz: number;
  readonly request: RequestSpec;
  /** What the rate was made from. */
  readonly known: "requests" | "connections" | "bytes";
}

/**
 * The traffic that was observed: every edge is simulated at the rate and with the bytes that were
 * measured. What a workload sends while it serves becomes calls for each request served, in the
 * measured ratio; what it sends without serving, what would go round in a circle, and what is too
 * much to be part of requests becomes a source of its own. Where requests were not counted, they are
 * assumed, in sizes that keep the bytes. Diagnostics name what is unknown, and what was assumed.
 */
export function trafficOfEdges(
  graph: CallGraph,
  edges: readonly ObservedEdge[],
): { readonly spec: TrafficSpec; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const rated = resolveEdges(graph, edges, diagnostics)
    .map(ratedEdge)
    .filter(({ rateHz }) => rateHz > 0);
  const allHz = rated.reduce((so, { rateHz }) => so + rateHz, 0);
  if (allHz > HIGHEST_RATE_HZ) diagnostics.push(tooMuch(allHz, edges));
  if (rated.length === 0 && diagnostics.length === 0) diagnostics.push(nothingObserved(edges));
  const servedHz = servedRates(rated);
  const isCall = ({ from, rateHz }: RatedEdge): boolean =>
    from !== undefined && rateHz <= MOST_CALLS_PER_REQUEST * (servedHz.get(from) ?? 0);
  const arrows = rated.filter(isCall).map((edge) => ({
    from: edge.from as WorkloadKey,
    to: edge.view.workloads.map(({ key }) => key),
    edge,
  }));
  const cuts = cutCycles([], arrows);
  const cut = new Set(cuts.map(({ edge }) => edge));
  const calls = rated.filter((edge) => isCall(edge) && !cut.has(edge));
  const isInCalls = new Set(calls);
  const own = rated.filter((edge) => !isInCalls.has(edge));
  diagnostics.push(...assumedNotes(rated), ...cutNotes(cuts), ...ownNotes(own, cut, servedHz));
  const spec: TrafficSpec = {
    clients: own.map(clientOf),
    calls: calls.map((edge) => callOf(edge, servedHz)),
    servers: [],
    defaults: {},
  };
  return { spec, diagnostics };
}

/** Requests that each workload serves, of all edges to Services that lead to it. */
function servedRates(edges: readonly RatedEdge[]): ReadonlyMap<WorkloadKey, number> {
  const served = new Map<WorkloadKey, number>();
  for (const { view, rateHz } of edges) {
    const replicas = view.workloads.map(replicasOf);
    const all = replicas.reduce((so, each) => so + each, 0);
    for (const [index, { key }] of view.workloads.entries()) {
      const share = all === 0 ? 0 : (replicas[index] as number) / all;
      served.set(key, (served.get(key) ?? 0) + rateHz * share);
    }
  }
  return served;
}

function replicasOf({ entry, pods }: WorkloadView): number {
  if (pods.length > 0) return pods.length;
  const { spec } = entry.object;
  const replicas = isFields(spec) ? spec.replicas : undefined;
  return typeof replicas === "number" ? replicas : 1;
}

function ratedEdge(edge: ResolvedEdge): RatedEdge {
  const { requestsPerSecond, connectionsPerSecond = 0 } = edge.rates;
  const { requestBytesPerSecond, responseBytesPerSecond } = edge.rates;
  const bytesPerSecond = (requestBytesPerSecond ?? 0) + (responseBytesPerSecond ?? 0);
  const assumedHz = assumedRateHz(bytesPerSecond);
  // Bytes that went without a request, as over TCP, are not to be lost.
  const isCounted =
    requestsPerSecond !== undefined && (requestsPerSecond > 0 || bytesPerSecond === 0);
  const known = isCounted
    ? "requests"
    : connectionsPerSecond >= assumedHz
      ? "connections"
      : "bytes";
  const rateHz = isCounted ? requestsPerSecond : Math.max(connectionsPerSecond, assumedHz);
  const size = (amount: number | undefined): number | undefined =>
    amount === undefined || rateHz === 0 ? undefined : Math.round(amount / rateHz);
  const requestBytes = size(requestBytesPerSecond);
  const responseBytes = size(responseBytesPerSecond);
  return {
    ...edge,
    rateHz,
    known,
    request: {
      ...(requestBytes === undefined ? {} : { requestBytes }),
      ...(responseBytes === undefined ? {} : { responseBytes }),
      connection: connectionOf(edge, rateHz),
    },
  };
}

/** Requests of the size that is assumed anyway, no more of them than are assumed of a client. */
function assumedRateHz(bytesPerSecond: number): number {
  const { requestBytes, responseBytes, rateHz } = trafficDefaults;
  return Math.min(rateHz, bytesPerSecond / (requestBytes + responseBytes));
}

/** How requests share connections: as measured where both were counted, else as the Service suggests. */
function connectionOf({ view, port, rates }: ResolvedEdge, rateHz: number): ConnectionSpec {
  const { connectionsPerSecond } = rates;
  if (connectionsPerSecond === undefined) return connectionKind(view, port, undefined);
  if (rateHz <= connectionsPerSecond) return { kind: "per-request", reason: "measured" };
  if (connectionsPerSecond === 0) return { kind: "long-lived", reason: "measured" };
  const requestsPerConnection = Math.round(rateHz / connectionsPerSecond);
  return { kind: "keep-alive", requestsPerConnection, reason: "measured" };
}

function clientOf({ from, zone, to, rateHz, request }: RatedEdge): ClientSpec {
  const entry = zone === undefined ? to.service : `${to.service} in ${zone}`;
  return {
    name: from ?? entry,
    ...(from === undefined ? {} : { workload: from }),
    ...(zone === undefined ? {} : { zone }),
    to,
    load: { mode: "open", rateHz },
    ...request,
  };
}

function callOf(
  { from, to, rateHz, request }: RatedEdge,
  servedHz: ReadonlyMap<WorkloadKey, number>,
): CallSpec {
  const caller = from as WorkloadKey;
  return {
    from: caller,
    to,
    callsPerRequest: rateHz / (servedHz.get(caller) as number),
    ...request,
  };
}

function assumedNotes(edges: readonly RatedEdge[]): readonly Diagnostic[] {
  const of = (known: RatedEdge["known"]): readonly RatedEdge[] =>
    edges.filter((edge) => edge.known === known);
  const { requestBytes, responseBytes, rateHz } = trafficDefaults;
  const sizes = `${requestBytes + responseBytes} B`;
  return [
    ...note(
      of("bytes"),
      "known in bytes only: their requests are assumed",
      `${sizes} each, at most ${rateHz}/s and then larger; bytes and money are as measured, latency is not`,
    ),
    ...note(
      of("connections"),
      "known in connections only",
      "each is taken to carry one request, so there may be more requests and bytes",
    ),
  ];
}

/** Names of a round that a sentence can hold. */
const MOST_NAMES = 6;

function cutNotes(
  cuts: readonly { readonly edge: RatedEdge; readonly cycle: readonly string[] }[],
): readonly Diagnostic[] {
  const [first] = cuts;
  if (first === undefined) return [];
  const { cycle, edge } = first;
  const left = cycle.length - MOST_NAMES;
  const names = [...cycle.slice(0, MOST_NAMES), ...(left > 0 ? [`${left} more`] : []), cycle[0]];
  const others = cuts.length === 1 ? "" : `, and ${cuts.length - 1} more such edges`;
  return [
    warning(
      `Observed calls go round (${names.join(" -> ")}): what ${edge.from} sends to ${edge.to.service}${others} is simulated at its measured rate, not as a part of requests.`,
    ),
  ];
}

function ownNotes(
  own: readonly RatedEdge[],
  cut: ReadonlySet<RatedEdge>,
  servedHz: ReadonlyMap<WorkloadKey, number>,
): readonly Diagnostic[] {
  const busy = own.filter(
    (edge) => edge.from !== undefined && !cut.has(edge) && (servedHz.get(edge.from) ?? 0) > 0,
  );
  return note(
    busy,
    `from workloads that send more than ${MOST_CALLS_PER_REQUEST} times what they serve`,
    "this is simulated as their own work, not as a part of requests",
  );
}

function note(edges: readonly RatedEdge[], which: string, what: string): readonly Diagnostic[] {
  if (edges.length === 0) return [];
  const names = edges
    .slice(0, 3)
    .map(({ from, to }) => `${from ?? "outside"} to ${to.service}:${to.port}`);
  const more = edges.length > names.length ? `, and ${edges.length - names.length} more` : "";
  const count = edges.length === 1 ? "1 observed edge is" : `${edges.length} observed edges are`;
  return [warning(`${count} ${which} (${names.join("; ")}${more}); ${what}.`)];
}

function warning(message: string): Diagnostic {
  return { code: "observed-traffic", severity: "warning", message };
}

function tooMuch(allHz: number, edges: readonly ObservedEdge[]): Diagnostic {
  const at = edges[0]?.at;
  return {
    code: "observed-traffic",
    severity: "error",
    message: `${Math.round(allHz)} requests a second were observed in all; at most ${HIGHEST_RATE_HZ} can be simulated.`,
    remedy:
      "divide every amount by the same number (shares and cost per million requests stay), or leave the requests out: they are then assumed, and bytes stay as measured",
    ...(at === undefined ? {} : { at }),
  };
}

function nothingObserved(edges: readonly ObservedEdge[]): Diagnostic {
  const at = edges[0]?.at;
  return {
    code: "observed-traffic",
    severity: "error",
    message: "Every rate of the observed traffic is 0: there is nothing to simulate.",
    remedy: "observe a time in which there was traffic",
    ...(at === undefined ? {} : { at }),
  };
}
