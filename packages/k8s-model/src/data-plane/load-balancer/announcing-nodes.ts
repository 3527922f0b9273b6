import type { EndpointSlice, Node, Service } from "../../api/index.ts";

/** Label that keeps a node out of every load balancer. */
const EXCLUDE_LABEL = "node.kubernetes.io/exclude-from-external-load-balancers";

/** Whether a node is left out of load balancers by its label, whatever the label's value. */
export function isExcludedFromLoadBalancers({ metadata }: Node): boolean {
  return Object.hasOwn(metadata.labels ?? {}, EXCLUDE_LABEL);
}

/** What the speakers of an in-cluster announcer look at. */
export interface AnnouncerView {
  readonly service: Service;
  readonly slices: readonly EndpointSlice[];
  readonly nodes: readonly Node[];
  /** Nodes on which a speaker runs and is heard. */
  readonly speakers: ReadonlySet<string>;
}

/**
 * Nodes that may announce a Service's address, sorted (MetalLB): those with a speaker, without the
 * excluding label and with a network. Policy Local asks for an endpoint that can serve on the node,
 * policy Cluster for one anywhere. With layer 2 one of them is elected; with BGP all announce.
 */
export function announcingNodes(view: AnnouncerView): readonly string[] {
  const { service, slices, nodes, speakers } = view;
  const homes = nodesThatServe(slices);
  if (homes.size === 0) return [];
  const local = service.spec.externalTrafficPolicy === "Local";
  return nodes
    .filter((node) => speakers.has(node.metadata.name))
    .filter((node) => !isExcludedFromLoadBalancers(node) && hasNetwork(node))
    .map(({ metadata }) => metadata.name)
    .filter((name) => !local || homes.has(name))
    .sort();
}

/** Nodes of the endpoints that are ready, or that terminate and still serve. */
function nodesThatServe(slices: readonly EndpointSlice[]): ReadonlySet<string> {
  const nodes = new Set<string>();
  for (const { endpoints } of slices) {
    for (const { conditions, nodeName } of endpoints ?? []) {
      const { ready, serving } = conditions ?? {};
      if ((ready ?? true) || serving === true) nodes.add(nodeName ?? "");
    }
  }
  return nodes;
}

function hasNetwork({ status }: Node): boolean {
  return !(status?.conditions ?? []).some(
    (one) => one.type === "NetworkUnavailable" && one.status === "True",
  );
}
