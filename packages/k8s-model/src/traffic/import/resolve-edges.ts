import type { ServicePort } from "../../api/service.ts";
import type { Diagnostic } from "../../manifests/diagnostic.ts";
import { nearest } from "../../manifests/near.ts";
import type { ServiceView } from "../../manifests/services.ts";
import type { CallGraph } from "../inference/call-graph-types.ts";
import type { ServicePortRef, WorkloadKey } from "../spec.ts";
import {
  EDGE_RATES,
  type EdgeRate,
  isOutside,
  type ObservedEdge,
  OUTSIDE,
} from "./observed-edge.ts";

/** Observed traffic between things of the input; records of the same edge are summed. */
export interface ResolvedEdge {
  /** Absent: users outside. */
  readonly from: WorkloadKey | undefined;
  /** Where users outside come in; workloads send from where their pods are. */
  readonly zone: string | undefined;
  readonly to: ServicePortRef;
  readonly view: ServiceView;
  readonly port: ServicePort;
  readonly rates: Partial<Record<EdgeRate, number>>;
}

/**
 * Looks sources and destinations up among the workloads and Services of the input. What is unknown is
 * an error at its place with the names most like it.
 */
export function resolveEdges(
  graph: CallGraph,
  edges: readonly ObservedEdge[],
  diagnostics: Diagnostic[],
): readonly ResolvedEdge[] {
  const byKey = new Map<string, ResolvedEdge & { rates: Partial<Record<EdgeRate, number>> }>();
  const told = new Set<string>();
  const look = new LookUp(graph, (diagnostic) => {
    if (told.has(diagnostic.message)) return;
    told.add(diagnostic.message);
    diagnostics.push(diagnostic);
  });
  for (const edge of edges) {
    const source = look.source(edge);
    // What pods call outside is on the bill and not simulated.
    if (isOutside(edge.destination)) continue;
    const target = look.destination(edge);
    if (source === undefined || target === undefined) continue;
    const from = source === OUTSIDE ? undefined : source;
    const zone = from === undefined ? edge.sourceZone : undefined;
    const to = { service: target.view.key, port: target.port.port };
    const key = JSON.stringify([from ?? null, zone ?? null, to.service, to.port]);
    const known = byKey.get(key) ?? { from, zone, to, ...target, rates: {} };
    byKey.set(key, known);
    for (const rate of EDGE_RATES) {
      const more = edge[rate];
      if (more !== undefined) known.rates[rate] = (known.rates[rate] ?? 0) + more;
    }
  }
  return [...byKey.values()];
}

const MOST_HINTS = 30;

class LookUp {
  readonly #graph: CallGraph;
  readonly #tell: (diagnostic: Diagnostic) => void;
  readonly #sources = new Map<string, WorkloadKey | typeof OUTSIDE | undefined>();
  readonly #workloads = new Map<string, WorkloadKey[]>();
  readonly #services: ReadonlyMap<string, ServiceView>;
  #hints = 0;

  constructor(graph: CallGraph, tell: (diagnostic: Diagnostic) => void) {
    this.#graph = graph;
    this.#tell = tell;
    this.#services = new Map(graph.services.map((view) => [view.key, view]));
    for (const { key, namespace, kind, name } of graph.workloads) {
      for (const known of [key, `${namespace}/${name}`, `${kind}/${name}`, name]) {
        const fitting = this.#workloads.get(known);
        if (fitting === undefined) this.#workloads.set(known, [key]);
        else fitting.push(key);
      }
    }
  }

  source(edge: ObservedEdge): WorkloadKey | typeof OUTSIDE | undefined {
    const { source } = edge;
    if (!this.#sources.has(source)) this.#sources.set(source, this.#findSource(edge));
    return this.#sources.get(source);
  }

  #findSource({ source, at }: ObservedEdge): WorkloadKey | typeof OUTSIDE | undefined {
    if (isOutside(source)) return OUTSIDE;
    const fitting = this.#workloads.get(source) ?? [];
    const [only] = fitting;
    if (only !== undefined && fitting.length === 1) return only;
    const keys = this.#graph.workloads.map(({ key }) => key);
    const near = fitting.length > 1 ? fitting.slice(0, 5) : this.#near(source, keys);
    const problem = fitting.length > 1 ? "fits several workloads" : "is no workload of the input";
    this.#tell({
      code: "unknown-workload",
      severity: "error",
      message: `"${source}" ${problem}.`,
      remedy: `write one of ${near.join(", ") || "none"}; or outside, for senders that are not simulated`,
      at,
    });
    return undefined;
  }

  /** A file about another cluster may have thousands of unknown names: only the first get hints. */
  #near(word: string, known: readonly string[]): readonly string[] {
    this.#hints += 1;
    return this.#hints > MOST_HINTS ? [] : nearest(word, known, 3);
  }

  destination({
    destination,
    protocol,
    at,
  }: ObservedEdge): { readonly view: ServiceView; readonly port: ServicePort } | undefined {
    const match = /^(?:([^/:\s]+)\/)?([^/:\s]+?)(?::([a-z0-9-]+))?$/i.exec(destination);
    const [, namespace, host = "", portText] = match ?? [];
    // `cart.shop.svc.cluster.local` names its namespace itself.
    const [name = "", inHost] = host.split(".");
    const key = `${namespace ?? inHost ?? "default"}/${name}`;
    const view = this.#services.get(key);
    if (view === undefined) {
      const near = this.#near(key, [...this.#services.keys()]);
      const remedy = `write [NAMESPACE/]SERVICE:PORT, such as ${near.join(", ") || "shop/cart:80"}; remove records of what is not in the input`;
      const message = `"${destination}" is no Service of the input.`;
      this.#tell({ code: "unknown-service", severity: "error", message, remedy, at });
      return undefined;
    }
    const port = portText === undefined ? likelyPort(view, protocol) : portOf(view, portText);
    if (port !== undefined) return { view, port };
    const ports = view.ports.map((each) => `${key}:${each.port}`).join(", ");
    const problem = portText === undefined ? "has several ports" : `has no port ${portText}`;
    this.#tell({
      code: "unknown-service-port",
      severity: "error",
      message: `Service ${key} ${problem}.`,
      remedy: `write one of ${ports || "none"}`,
      at,
    });
    return undefined;
  }
}

/** A port by its number or its name. */
function portOf({ ports }: ServiceView, text: string): ServicePort | undefined {
  return ports.find((each) => String(each.port) === text || each.name === text);
}

/** The port that is meant where none is named: the only one, or the only one of the protocol. */
function likelyPort({ ports }: ServiceView, protocol: string | undefined): ServicePort | undefined {
  if (ports.length <= 1 || protocol === undefined) return ports.length === 1 ? ports[0] : undefined;
  const wanted = protocol.toLowerCase();
  const fitting = ports.filter(({ name = "", appProtocol = "", protocol: transport = "TCP" }) =>
    [name.toLowerCase(), appProtocol.toLowerCase(), transport.toLowerCase()].some(
      (word) => word === wanted || word.startsWith(`${wanted}-`),
    ),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}
