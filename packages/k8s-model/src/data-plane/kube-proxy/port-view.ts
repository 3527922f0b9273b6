import type { EndpointSlice, Service, ServicePort } from "../../api/index.ts";
import { type Categorized, categorize } from "./categorize.ts";
import { type EndpointInfo, type EndpointSet, endpointSet } from "./endpoint-info.ts";
import { type ServicePortInfo, servicePortInfo } from "./service-port.ts";
import { filterByTopologyKeys, type NodeLabelsOf, topologyKeysOf } from "./topology-keys.ts";

/** Where a connection comes from: inside the cluster, or outside through a node port or load balancer. */
export type TrafficOrigin = "internal" | "external";

/** What chose the endpoints, or why there are none. */
export type RoutingRule =
  | "node-hints"
  | "zone-hints"
  | "all-ready"
  | "terminating-fallback"
  | "topology-keys"
  | "local-policy"
  | "local-terminating-fallback"
  | "headless"
  | "no-endpoints"
  | "no-local-endpoints"
  | "unknown-service"
  | "unknown-port"
  | "external-name";

/** What a node does with a new connection to a Service port. */
export interface Routing {
  /** `reject`: the client is refused at once; `drop`: it hears nothing. */
  readonly verdict: "accept" | "reject" | "drop";
  /** Indices of the pods that new connections are spread over evenly; the same array while unchanged. */
  readonly endpoints: readonly number[];
  readonly rule: RoutingRule;
}

export const UNKNOWN_SERVICE: Routing = { verdict: "drop", endpoints: [], rule: "unknown-service" };
export const UNKNOWN_PORT: Routing = { verdict: "drop", endpoints: [], rule: "unknown-port" };
export const EXTERNAL_NAME: Routing = { verdict: "reject", endpoints: [], rule: "external-name" };

/** The pod index of an endpoint. */
export type PodIndexOf = (endpoint: EndpointInfo, namespace: string) => number;

/** One port of a Service in one state of its slices: shared by all nodes that hold this state. */
export class PortView {
  readonly info: ServicePortInfo;
  readonly set: EndpointSet;
  /** The retired `spec.topologyKeys`, where that policy is in force; else empty. */
  readonly topologyKeys: readonly string[];
  readonly #podIndexOf: PodIndexOf;
  /** Nodes for which the choice may differ from that of their zone. */
  readonly #specialNodes: ReadonlySet<string>;
  readonly #zonesMatter: boolean;
  readonly #nodeLabelsOf: NodeLabelsOf;
  readonly #choices = new Map<string, { internal: Routing; external: Routing }>();

  constructor(
    service: Service,
    port: ServicePort,
    slices: readonly EndpointSlice[],
    podIndexOf: PodIndexOf,
    nodeLabelsOf?: NodeLabelsOf,
  ) {
    this.info = servicePortInfo(service, port, service.spec.ipFamilies?.[0] ?? "IPv4");
    this.set = endpointSet(slices, port.name ?? "", port.protocol ?? "TCP");
    this.#podIndexOf = podIndexOf;
    this.#nodeLabelsOf = nodeLabelsOf ?? (() => undefined);
    // Traffic that stays on the node by policy knew no topology.
    this.topologyKeys =
      nodeLabelsOf === undefined || this.info.externalPolicyLocal ? [] : topologyKeysOf(service);
    this.#specialNodes = specialNodes(this.set, this.info);
    this.#zonesMatter = this.set.endpoints.some(
      ({ ready, zoneHints }) => ready && zoneHints.length > 0,
    );
  }

  /**
   * Names of the nodes that may choose otherwise than the rest of their zone, or undefined where any
   * node may (retired topology keys).
   */
  specialNodeNames(): ReadonlySet<string> | undefined {
    return this.topologyKeys.length > 0 ? undefined : this.#specialNodes;
  }

  routing(nodeName: string, zone: string | undefined, origin: TrafficOrigin): Routing {
    const key = this.#choiceKey(nodeName, zone);
    let choice = this.#choices.get(key);
    if (choice === undefined) {
      choice = this.#choose(nodeName, zone);
      this.#choices.set(key, choice);
    }
    return choice[origin];
  }

  /** Equal for nodes that choose alike. */
  #choiceKey(nodeName: string, zone: string | undefined): string {
    if (this.topologyKeys.length > 0) {
      const labels = this.#nodeLabelsOf(nodeName);
      if (labels === undefined) return "no labels";
      return JSON.stringify(this.topologyKeys.map((key) => labels[key] ?? null));
    }
    if (this.#specialNodes.has(nodeName)) return `node ${nodeName}`;
    return this.#zonesMatter ? `zone ${zone ?? ""}` : "";
  }

  /** What the retired topology keys leave of the ready endpoints on a node. */
  byTopologyKeys(nodeName: string): readonly EndpointInfo[] {
    const ready = this.set.endpoints.filter((endpoint) => endpoint.ready);
    return filterByTopologyKeys(ready, this.topologyKeys, nodeName, this.#nodeLabelsOf);
  }

  /** Every ready endpoint, whichever node asks. */
  readyPods(): readonly number[] {
    const namespace = this.info.service.metadata.namespace ?? "";
    return this.set.endpoints
      .filter(({ ready }) => ready)
      .map((endpoint) => this.#podIndexOf(endpoint, namespace));
  }

  categorized(nodeName: string, zone: string | undefined): Categorized {
    return categorize(this.set.endpoints, this.info, nodeName, zone);
  }

  #choose(nodeName: string, zone: string | undefined): { internal: Routing; external: Routing } {
    const headless = this.info.service.spec.clusterIP === "None";
    if (headless) {
      const ready = this.set.endpoints.filter(({ ready }) => ready);
      const routing = this.#routing(ready, "headless", "no-endpoints");
      return { internal: routing, external: routing };
    }
    if (this.topologyKeys.length > 0) {
      const chosen = this.byTopologyKeys(nodeName);
      const routing = this.#routing(chosen, "topology-keys", "no-endpoints");
      return { internal: routing, external: routing };
    }
    const categorized = this.categorized(nodeName, zone);
    const cluster = this.#clusterRouting(categorized);
    const { internalPolicyLocal, externalPolicyLocal } = this.info;
    return {
      internal: internalPolicyLocal ? this.#localRouting(categorized) : cluster,
      external: externalPolicyLocal ? this.#localRouting(categorized) : cluster,
    };
  }

  #clusterRouting({ cluster = [], topologyMode, clusterFallsBack }: Categorized): Routing {
    const rule = clusterFallsBack
      ? "terminating-fallback"
      : topologyMode === "PreferSameNode"
        ? "node-hints"
        : topologyMode === "PreferSameZone"
          ? "zone-hints"
          : "all-ready";
    return this.#routing(cluster, rule, "no-endpoints");
  }

  #localRouting({ local = [], hasAny, localFallsBack }: Categorized): Routing {
    const rule = localFallsBack ? "local-terminating-fallback" : "local-policy";
    return this.#routing(local, rule, hasAny ? "no-local-endpoints" : "no-endpoints");
  }

  #routing(
    chosen: readonly EndpointInfo[],
    rule: RoutingRule,
    whenNone: "no-endpoints" | "no-local-endpoints",
  ): Routing {
    if (chosen.length === 0) {
      const verdict = whenNone === "no-endpoints" ? "reject" : "drop";
      return { verdict, endpoints: [], rule: whenNone };
    }
    const namespace = this.info.service.metadata.namespace ?? "";
    const endpoints = chosen.map((endpoint) => this.#podIndexOf(endpoint, namespace));
    return { verdict: "accept", endpoints, rule };
  }
}

function specialNodes(set: EndpointSet, { usesLocalEndpoints }: ServicePortInfo): Set<string> {
  const nodes = new Set<string>();
  for (const { ready, nodeName, nodeHints } of set.endpoints) {
    if (usesLocalEndpoints && nodeName !== undefined) nodes.add(nodeName);
    if (ready) for (const name of nodeHints) nodes.add(name);
  }
  return nodes;
}
