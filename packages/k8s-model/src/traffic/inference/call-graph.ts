import type { Diagnostic } from "../../manifests/diagnostic.ts";
import type { ManifestObject } from "../../manifests/manifest-object.ts";
import { type ServiceView, servicesOf } from "../../manifests/services.ts";
import { runningContainers, type WorkloadView, workloadsOf } from "../../manifests/workloads.ts";
import type { WorkloadKey } from "../spec.ts";
import type { CallEdge, CallGraph, Entry } from "./call-graph-types.ts";
import { connectionKind } from "./connection-kind.ts";
import { cutCycles } from "./cycles.ts";
import { entriesOf, UNCALLED } from "./entries.ts";
import { type ServiceReference, serviceReferences } from "./references.ts";
import { serviceNames } from "./service-names.ts";
import { type ConfigMaps, configMapsOf } from "./texts.ts";

/**
 * Infers who calls whom from environment variables, arguments and mounted ConfigMaps that name a
 * Service of the input. Init containers do not make calls. Of what stands there only the matched
 * host and port are kept. Edges that would let a request go round for ever are cut and named.
 *
 * @param earlier the graph before a change: users go on coming to a Service that has lost its pods
 */
export function inferCallGraph(objects: readonly ManifestObject[], earlier?: CallGraph): CallGraph {
  const workloads = workloadsOf(objects);
  const services = servicesOf(objects, workloads);
  const names = serviceNames(services);
  const configMaps: ConfigMaps = configMapsOf(objects);
  const diagnostics: Diagnostic[] = [];
  const all = workloads.flatMap((view) =>
    edgesOf(view, serviceReferences(view, configMaps, names, diagnostics)),
  );
  const byKey = new Map(services.map((service) => [service.key, service]));
  const podsOf = (edge: CallEdge): WorkloadKey[] =>
    byKey.get(edge.to.service)?.workloads.map(({ key }) => key) ?? [];
  const calls = all.filter((edge) => !podsOf(edge).includes(edge.from));
  const clients = clientsOf(workloads, services, calls);
  const found = entriesOf(objects, services, calls, clients);
  const entries = [...found, ...orphanedEntries(earlier?.entries ?? [], services)];
  const roots = [
    ...clients,
    ...entries.flatMap(
      (entry) => byKey.get(entry.to.service)?.workloads.map(({ key }) => key) ?? [],
    ),
  ];
  const arrows = calls.map((edge) => ({ from: edge.from, to: podsOf(edge), edge }));
  const cuts = cutCycles(roots, arrows);
  const cut = cuts.map(({ edge }) => edge);
  const edges = calls.filter((edge) => !cut.includes(edge));
  for (const { edge, cycle } of cuts) diagnostics.push(cycleCut(edge, cycle));
  const reached = withReach(entries, clients, edges, podsOf, byKey);
  diagnostics.push(...uncalled(reached, services, edges));
  return {
    workloads,
    services,
    edges,
    cut,
    selfReferences: all.filter((edge) => podsOf(edge).includes(edge.from)),
    entries: reached,
    clients,
    diagnostics,
  };
}

/** One edge for each Service port that a workload names, however often it does. */
function edgesOf(view: WorkloadView, references: readonly ServiceReference[]): CallEdge[] {
  const groups = new Map<string, ServiceReference[]>();
  for (const reference of references) {
    const key = `${reference.service.key}:${reference.port.port}`;
    groups.set(key, [...(groups.get(key) ?? []), reference]);
  }
  return [...groups.values()]
    .map((group) => {
      const [first] = group as [ServiceReference];
      const scheme = group.find((reference) => reference.scheme !== undefined)?.scheme;
      return {
        from: view.key,
        to: { service: first.service.key, port: first.port.port },
        connection: connectionKind(first.service, first.port, scheme),
        evidence: group.map(({ text, matched }) => ({
          at: text.at(),
          variable: text.variable,
          matched,
        })),
      };
    })
    .sort((a, b) => (edgeOrder(a) < edgeOrder(b) ? -1 : 1));
}

function edgeOrder({ to }: CallEdge): string {
  return `${to.service}:${to.port}`;
}

/**
 * Workloads that call and that no Service leads to; load generators also when a Service that
 * nobody calls (their console) selects them.
 */
function clientsOf(
  workloads: readonly WorkloadView[],
  services: readonly ServiceView[],
  edges: readonly CallEdge[],
): WorkloadKey[] {
  const called = new Set(edges.map(({ to }) => to.service));
  const callers = new Set(edges.map(({ from }) => from));
  return workloads
    .filter((view) => {
      if (!callers.has(view.key)) return false;
      const selecting = services.filter((service) => service.workloads.includes(view));
      if (selecting.length === 0) return true;
      return isLoadGenerator(view) && !selecting.some((service) => called.has(service.key));
    })
    .map(({ key }) => key);
}

const LOAD_GENERATOR =
  /(?:^|[-_./])(?:load-?(?:gen|generator|test|tester)|traffic-?gen(?:erator)?|locust|k6|jmeter|vegeta|wrk|fortio-client)(?:[-_.:@]|$)/i;

/** By its name or by that of an image. */
function isLoadGenerator(view: WorkloadView): boolean {
  const images = runningContainers(view).map(({ container }) => container.image);
  return [view.name, ...images].some(
    (name) => typeof name === "string" && LOAD_GENERATOR.test(name),
  );
}

/** Entries of the earlier graph whose Service is still there, but selects no pods any more. */
function orphanedEntries(
  earlier: readonly Entry[],
  services: readonly ServiceView[],
): Omit<Entry, "reachedBy">[] {
  return earlier.flatMap(({ to, connection, reason, reachedBy }) => {
    const service = services.find(({ key }) => key === to.service);
    const lost = service !== undefined && service.workloads.length === 0;
    return lost && reachedBy === undefined ? [{ to, connection, reason }] : [];
  });
}

/** Marks the entries whose pods a client's requests reach, directly or through others. */
function withReach(
  entries: readonly Omit<Entry, "reachedBy">[],
  clients: readonly WorkloadKey[],
  edges: readonly CallEdge[],
  podsOf: (edge: CallEdge) => WorkloadKey[],
  services: ReadonlyMap<string, ServiceView>,
): Entry[] {
  const reachedBy = new Map<WorkloadKey, WorkloadKey>();
  for (const client of clients) {
    const queue = [client];
    for (let from = queue.pop(); from !== undefined; from = queue.pop()) {
      for (const edge of edges) {
        if (edge.from !== from) continue;
        for (const target of podsOf(edge)) {
          if (reachedBy.has(target)) continue;
          reachedBy.set(target, client);
          queue.push(target);
        }
      }
    }
  }
  return entries.map((entry) => {
    const pods = services.get(entry.to.service)?.workloads ?? [];
    const client = pods.map(({ key }) => reachedBy.get(key)).find((key) => key !== undefined);
    return client === undefined ? entry : { ...entry, reachedBy: client };
  });
}

function cycleCut(edge: CallEdge, cycle: readonly WorkloadKey[]): Diagnostic {
  const [evidence] = edge.evidence;
  const round = [...cycle, cycle[0]].map((key) => (key ?? "").split("/").at(-1)).join(" -> ");
  const diagnostic: Diagnostic = {
    code: "call-cycle",
    severity: "warning",
    message: `Calls go round: ${round}. A request would never end; the call from ${edge.from} to ${edge.to.service}:${edge.to.port} is left out.`,
    remedy: "say with --traffic which of these calls a request really makes",
  };
  return evidence === undefined ? diagnostic : { ...diagnostic, at: evidence.at };
}

/** Two front doors that nobody calls are more likely a call graph that the manifests do not tell. */
function uncalled(
  entries: readonly Entry[],
  services: readonly ServiceView[],
  edges: readonly CallEdge[],
): Diagnostic[] {
  const doors = entries.filter(
    ({ reason, reachedBy }) => reason === UNCALLED && reachedBy === undefined,
  );
  if (doors.length < 2) return [];
  const names = doors.map(({ to }) => to.service.split("/").at(-1)).join(", ");
  const backed = services.filter((service) => service.workloads.length > 0).length;
  const found =
    edges.length === 0
      ? `No environment variable, argument or ConfigMap names one of the ${backed} Services`
      : `The manifests name only some of the ${backed} Services`;
  return [
    {
      code: "call-graph-not-inferred",
      severity: "warning",
      message: `${found}, so who calls ${names} is unknown; each of them is taken for an entry point of its own.`,
      remedy: "save the inferred traffic, add the calls to it, and pass it with --traffic",
    },
  ];
}
