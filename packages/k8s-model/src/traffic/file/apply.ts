import type { Diagnostic } from "../../manifests/diagnostic.ts";
import { nearest } from "../../manifests/near.ts";
import type { CallGraph } from "../inference/call-graph-types.ts";
import { connectionKind } from "../inference/connection-kind.ts";
import { cutCycles } from "../inference/cycles.ts";
import { trafficOf } from "../inference/to-traffic.ts";
import type {
  CallSpec,
  ClientSpec,
  ServerSpec,
  ServicePortRef,
  TrafficSpec,
  WorkloadKey,
} from "../spec.ts";
import type { Placed, TrafficFile } from "./parse.ts";

/**
 * The traffic to run: what was inferred, with each section that the file has put in its place.
 * Names are looked up among the workloads and Services of the input; one that is unknown, a
 * port that a Service lacks, and calls that go round are errors. Where the file does not say how
 * connections are used, that is inferred from the Service.
 */
export function applyTraffic(
  graph: CallGraph,
  file: TrafficFile,
): { readonly spec: TrafficSpec; readonly diagnostics: readonly Diagnostic[] } {
  const inferred = trafficOf(graph);
  const look = lookUp(graph);
  const clients = file.clients?.flatMap((client) => look.client(client));
  const calls = file.calls?.flatMap((call) => look.call(call));
  const servers = file.servers?.flatMap((server) => look.server(server));
  const spec: TrafficSpec = {
    clients: clients ?? inferred.clients,
    calls: calls ?? inferred.calls,
    servers: servers ?? inferred.servers,
    defaults: { ...inferred.defaults, ...file.defaults },
  };
  const diagnostics = [
    ...look.diagnostics,
    ...repeated(file.clients ?? [], ({ name, to }) => `client ${name} of ${told(to)}`),
    ...repeated(file.servers ?? [], ({ workload }) => `server ${workload}`),
    ...repeated(file.calls ?? [], ({ from, to }) => `call from ${from} to ${told(to)}`),
    ...cycleErrors(graph, file, spec.calls),
  ];
  return { spec, diagnostics };
}

function told({ service, port }: ServicePortRef): string {
  return `${service}:${port}`;
}

/** Two entries of one name would be the same sender twice: their requests could not be told apart. */
function repeated<Spec>(
  entries: readonly Placed<Spec>[],
  nameOf: (spec: Spec) => string,
): Diagnostic[] {
  const seen = new Set<string>();
  return entries.flatMap(({ spec, at }) => {
    const name = nameOf(spec);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      {
        code: "repeated-traffic",
        severity: "error",
        message: `The ${name} stands twice.`,
        remedy: "write it once, or give the second another name",
        ...(at === undefined ? {} : { at }),
      },
    ];
  });
}

interface LookUp {
  readonly diagnostics: Diagnostic[];
  client(client: Placed<ClientSpec>): ClientSpec[];
  call(call: Placed<CallSpec>): CallSpec[];
  server(server: Placed<ServerSpec>): ServerSpec[];
}

function lookUp(graph: CallGraph): LookUp {
  const diagnostics: Diagnostic[] = [];
  const workload = (name: string, at: Diagnostic["at"]) =>
    workloadKey(graph, name, at, diagnostics);
  const connection = (to: ServicePortRef, at: Diagnostic["at"]) =>
    serviceConnection(graph, to, at, diagnostics);
  return {
    diagnostics,
    client({ spec, at }) {
      const inferred = connection(spec.to, at);
      const key = spec.workload === undefined ? undefined : workload(spec.workload, at);
      if (inferred === undefined || (spec.workload !== undefined && key === undefined)) return [];
      const found = { connection: inferred, ...spec };
      return [key === undefined ? found : { ...found, workload: key }];
    },
    call({ spec, at }) {
      const inferred = connection(spec.to, at);
      const from = workload(spec.from, at);
      return inferred === undefined || from === undefined
        ? []
        : [{ connection: inferred, ...spec, from }];
    },
    server({ spec, at }) {
      const key = workload(spec.workload, at);
      return key === undefined ? [] : [{ ...spec, workload: key }];
    },
  };
}

/** `frontend`, `Deployment/frontend` or `shop/Deployment/frontend`, as long as one only fits. */
function workloadKey(
  graph: CallGraph,
  name: string,
  at: Diagnostic["at"],
  diagnostics: Diagnostic[],
): WorkloadKey | undefined {
  const keys = graph.workloads.map(({ key }) => key);
  if (keys.includes(name)) return name;
  const fitting = keys.filter((key) => key.endsWith(`/${name}`));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  const candidates = fitting.length > 1 ? fitting.slice(0, 5) : nearest(name, keys);
  const problem = fitting.length > 1 ? "fits several workloads" : "is no workload of the input";
  diagnostics.push(unknown("unknown-workload", `"${name}" ${problem}`, candidates, at));
  return undefined;
}

function serviceConnection(
  graph: CallGraph,
  to: ServicePortRef,
  at: Diagnostic["at"],
  diagnostics: Diagnostic[],
): ClientSpec["connection"] {
  const service = graph.services.find(({ key }) => key === to.service);
  if (service === undefined) {
    const keys = graph.services.map(({ key }) => key);
    const problem = `${to.service} is no Service of the input`;
    diagnostics.push(unknown("unknown-service", problem, nearest(to.service, keys), at));
    return undefined;
  }
  const port = service.ports.find((candidate) => candidate.port === to.port);
  if (port === undefined) {
    const ports = service.ports.map((candidate) => `${to.service}:${candidate.port}`);
    const problem = `Service ${to.service} has no port ${to.port}`;
    diagnostics.push(unknown("unknown-service-port", problem, ports, at));
    return undefined;
  }
  return connectionKind(service, port, undefined);
}

function unknown(
  code: string,
  problem: string,
  candidates: readonly string[],
  at: Diagnostic["at"],
): Diagnostic {
  const diagnostic: Diagnostic = { code, severity: "error", message: `${problem}.` };
  const remedy = candidates.length === 0 ? {} : { remedy: `write one of ${candidates.join(", ")}` };
  return { ...diagnostic, ...remedy, ...(at === undefined ? {} : { at }) };
}

/** Calls of a file are meant as they stand: nothing is cut, the round is named. */
function cycleErrors(
  graph: CallGraph,
  file: TrafficFile,
  calls: readonly CallSpec[],
): Diagnostic[] {
  if (file.calls === undefined) return [];
  const podsOf = new Map(
    graph.services.map(({ key, workloads }) => [key, workloads.map((view) => view.key)]),
  );
  const arrows = calls.map((call) => ({
    from: call.from,
    to: podsOf.get(call.to.service) ?? [],
    edge: call,
  }));
  return cutCycles([], arrows).map(({ edge, cycle }) => {
    const at = file.calls?.find(
      ({ spec }) => edge.from.endsWith(spec.from) && spec.to.service === edge.to.service,
    )?.at;
    const round = [...cycle, cycle[0]].join(" -> ");
    return {
      code: "call-cycle",
      severity: "error",
      message: `Calls go round: ${round}. A request would never end.`,
      remedy: "remove one of these calls",
      ...(at === undefined ? {} : { at }),
    };
  });
}
