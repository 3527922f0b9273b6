import type { EndpointInfo } from "./endpoint-info.ts";
import type { ServicePortInfo } from "./service-port.ts";

/** Which hints restrict the ready endpoints on a node. */
export type TopologyMode = "PreferSameNode" | "PreferSameZone" | "";

/** The endpoint lists that kube-proxy programs for one Service port on one node. */
export interface Categorized {
  /** For traffic with policy Cluster; `undefined` where no such traffic can come. */
  readonly cluster: readonly EndpointInfo[] | undefined;
  /** For traffic with policy Local; `undefined` where the port has none. */
  readonly local: readonly EndpointInfo[] | undefined;
  readonly allReachable: readonly EndpointInfo[];
  /** Whether any endpoint exists that could serve, here or elsewhere: refuse or drop depends on it. */
  readonly hasAny: boolean;
  readonly topologyMode: TopologyMode;
  /** Whether the lists hold terminating endpoints for want of ready ones. */
  readonly clusterFallsBack: boolean;
  readonly localFallsBack: boolean;
}

const isReady = ({ ready }: EndpointInfo): boolean => ready;

const isServingTerminating = ({ serving, terminating }: EndpointInfo): boolean =>
  serving && terminating;

/**
 * Chooses endpoints as kube-proxy does (`CategorizeEndpoints`, Kubernetes 1.36): ready ones, by
 * node hints if every ready endpoint has one and one of them names this node, else by zone hints
 * under the same condition; where none is ready, serving terminating ones. Policy Local takes those
 * of the node, by the same fallback. The order of the input is kept.
 */
export function categorize(
  endpoints: readonly EndpointInfo[],
  port: ServicePortInfo,
  nodeName: string,
  zone: string | undefined,
): Categorized {
  const isLocal = (endpoint: EndpointInfo): boolean => endpoint.nodeName === nodeName;
  let topologyMode: TopologyMode = "";
  let cluster: readonly EndpointInfo[] | undefined;
  let clusterFallsBack = false;
  if (port.usesClusterEndpoints) {
    topologyMode = topologyModeOf(endpoints, nodeName, zone);
    cluster = endpoints.filter(
      (endpoint) => isReady(endpoint) && isAvailable(endpoint, topologyMode, nodeName, zone),
    );
    if (cluster.length === 0) {
      cluster = endpoints.filter(isServingTerminating);
      clusterFallsBack = cluster.length > 0;
    }
  }
  const clusterFound = (cluster?.length ?? 0) > 0;
  if (!port.usesLocalEndpoints) {
    return {
      cluster,
      local: undefined,
      allReachable: cluster ?? [],
      hasAny: clusterFound,
      topologyMode,
      clusterFallsBack,
      localFallsBack: false,
    };
  }
  const hasAny = clusterFound || endpoints.some((one) => isReady(one) || isServingTerminating(one));
  let local = endpoints.filter((endpoint) => isLocal(endpoint) && isReady(endpoint));
  let localFallsBack = false;
  if (local.length === 0) {
    local = endpoints.filter((endpoint) => isLocal(endpoint) && isServingTerminating(endpoint));
    localFallsBack = local.length > 0;
  }
  const allReachable = cluster === undefined ? local : union(endpoints, cluster, local);
  return { cluster, local, allReachable, hasAny, topologyMode, clusterFallsBack, localFallsBack };
}

/** All or nothing over the ready endpoints, and the node (or zone) itself must have one. */
export function topologyModeOf(
  endpoints: readonly EndpointInfo[],
  nodeName: string,
  zone: string | undefined,
): TopologyMode {
  let allHaveNode = true;
  let allHaveZone = true;
  let oneForNode = false;
  let oneForZone = false;
  for (const { ready, nodeHints, zoneHints } of endpoints) {
    if (!ready) continue;
    if (nodeHints.length === 0) allHaveNode = false;
    else if (nodeHints.includes(nodeName)) oneForNode = true;
    if (zoneHints.length === 0) allHaveZone = false;
    else if (zoneHints.includes(zone ?? "")) oneForZone = true;
  }
  if (allHaveNode && oneForNode) return "PreferSameNode";
  return allHaveZone && oneForZone ? "PreferSameZone" : "";
}

export function isAvailable(
  { nodeHints, zoneHints }: EndpointInfo,
  mode: TopologyMode,
  nodeName: string,
  zone: string | undefined,
): boolean {
  if (mode === "") return true;
  if (mode === "PreferSameNode") return nodeHints.includes(nodeName);
  return zoneHints.includes(zone ?? "");
}

function union(
  endpoints: readonly EndpointInfo[],
  first: readonly EndpointInfo[],
  second: readonly EndpointInfo[],
): readonly EndpointInfo[] {
  const chosen = new Set([...first, ...second]);
  return chosen.size === first.length ? first : endpoints.filter((one) => chosen.has(one));
}
