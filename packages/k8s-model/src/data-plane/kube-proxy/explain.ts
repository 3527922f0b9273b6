import { type Categorized, isAvailable } from "./categorize.ts";
import type { EndpointInfo } from "./endpoint-info.ts";
import type { PortView, Routing, TrafficOrigin } from "./port-view.ts";

/** Why an endpoint is, or is not, among those that a connection may go to. */
export interface EndpointVerdict {
  readonly endpoint: EndpointInfo;
  readonly kept: boolean;
  /** A sentence without a full stop. */
  readonly reason: string;
}

/** The choice of endpoints for one Service port on one node, taken apart. */
export interface RoutingExplanation {
  readonly routing: Routing;
  /** What was decided over all endpoints, in the order in which kube-proxy decides it. */
  readonly steps: readonly string[];
  /** Every endpoint of the port in the view, in the order of its address. */
  readonly endpoints: readonly EndpointVerdict[];
}

/** Takes apart what {@link PortView.routing} answers; it decides nothing itself. */
export function explainRouting(
  view: PortView,
  nodeName: string,
  zone: string | undefined,
  origin: TrafficOrigin,
): RoutingExplanation {
  const routing = view.routing(nodeName, zone, origin);
  const { endpoints } = view.set;
  const categorized = view.categorized(nodeName, zone);
  const { internalPolicyLocal, externalPolicyLocal, service } = view.info;
  const headless = service.spec.clusterIP === "None";
  if (!headless && view.topologyKeys.length > 0) return byTopologyKeys(view, nodeName, routing);
  const local = !headless && (origin === "internal" ? internalPolicyLocal : externalPolicyLocal);
  const kept = new Set(
    headless
      ? endpoints.filter(({ ready }) => ready)
      : ((local ? categorized.local : categorized.cluster) ?? []),
  );
  return {
    routing,
    steps: headless
      ? ["The Service is headless: DNS answers with the addresses of all ready endpoints"]
      : stepsOf(endpoints, categorized, { local, origin, nodeName, zone }),
    endpoints: endpoints.map((endpoint) => ({
      endpoint,
      kept: kept.has(endpoint),
      reason: headless
        ? endpoint.ready
          ? "ready"
          : "not ready"
        : reasonOf(endpoint, categorized, { local, nodeName, zone }),
    })),
  };
}

/** The retired field decides alone: neither hints nor a policy count beside it. */
function byTopologyKeys(view: PortView, nodeName: string, routing: Routing): RoutingExplanation {
  const kept = new Set(view.byTopologyKeys(nodeName));
  const { endpoints } = view.set;
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  const keys = view.topologyKeys.join(", ");
  return {
    routing,
    steps: [
      `${ready.length} of ${endpoints.length} endpoints are ready`,
      `topologyKeys (${keys}): ${kept.size} of them share the first key with any match on node ${nodeName}`,
    ],
    endpoints: endpoints.map((endpoint) => ({
      endpoint,
      kept: kept.has(endpoint),
      reason: kept.has(endpoint)
        ? "chosen by topologyKeys"
        : endpoint.ready
          ? "not chosen by topologyKeys"
          : "not ready",
    })),
  };
}

interface Situation {
  readonly local: boolean;
  readonly nodeName: string;
  readonly zone: string | undefined;
}

function stepsOf(
  endpoints: readonly EndpointInfo[],
  categorized: Categorized,
  { local, origin, nodeName, zone }: Situation & { readonly origin: TrafficOrigin },
): string[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  const steps = [`${ready.length} of ${endpoints.length} endpoints are ready`];
  if (local) {
    const policy = origin === "internal" ? "internalTrafficPolicy" : "externalTrafficPolicy";
    steps.push(`${policy} is Local: only endpoints on node ${nodeName} count`);
    if (categorized.localFallsBack) {
      steps.push("No ready endpoint is here: serving ones that are terminating are used");
    }
    return steps;
  }
  if (ready.length === 0) {
    steps.push(
      categorized.clusterFallsBack
        ? "No endpoint is ready: serving ones that are terminating are used"
        : "No endpoint is ready and none is serving while it terminates: the connection is refused",
    );
    return steps;
  }
  steps.push(hintStep(ready, "node", ({ nodeHints }) => nodeHints, nodeName));
  if (categorized.topologyMode !== "PreferSameNode") {
    steps.push(hintStep(ready, "zone", ({ zoneHints }) => zoneHints, zone));
  }
  if (categorized.topologyMode === "") steps.push("All ready endpoints are used");
  return steps;
}

function hintStep(
  ready: readonly EndpointInfo[],
  what: "node" | "zone",
  hintsOf: (endpoint: EndpointInfo) => readonly string[],
  own: string | undefined,
): string {
  const without = ready.filter((endpoint) => hintsOf(endpoint).length === 0).length;
  const title = what === "node" ? "Node hints" : "Zone hints";
  if (without === ready.length) return `${title}: no ready endpoint has one`;
  if (without > 0) {
    return `${title}: ignored, because ${without} of ${ready.length} ready endpoints have none`;
  }
  if (own === undefined) return `${title}: ignored, because the node has no ${what} label`;
  const matching = ready.filter((endpoint) => hintsOf(endpoint).includes(own)).length;
  return matching === 0
    ? `${title}: ignored, because no ready endpoint is hinted for ${what} ${own}`
    : `${title}: used, ${matching} of ${ready.length} ready endpoints are hinted for ${what} ${own}`;
}

function reasonOf(
  endpoint: EndpointInfo,
  { topologyMode, clusterFallsBack, localFallsBack }: Categorized,
  { local, nodeName, zone }: Situation,
): string {
  const { ready, serving, terminating } = endpoint;
  if (local && endpoint.nodeName !== nodeName) {
    return `on node ${endpoint.nodeName ?? "unknown"}, not on ${nodeName}`;
  }
  if (local ? localFallsBack : clusterFallsBack) {
    return serving && terminating ? "terminating but still serving" : "not serving";
  }
  if (!ready) return terminating ? "terminating" : "not ready";
  if (local || topologyMode === "") return "ready";
  const what = topologyMode === "PreferSameNode" ? "node" : "zone";
  const own = what === "node" ? nodeName : zone;
  if (isAvailable(endpoint, topologyMode, nodeName, zone)) return `hinted for ${what} ${own}`;
  const hints = what === "node" ? endpoint.nodeHints : endpoint.zoneHints;
  return `hinted for ${what} ${hints.join(", ")}, not for ${own}`;
}
