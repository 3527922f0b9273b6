import { DISTANCES, distanceIndex } from "../topology/index.ts";
import { DROPPED, type Network, REFUSED } from "./network.ts";
import type { CallEdgePlan, SourcePlan, TrafficPlan } from "./plan.ts";

/** Expected rates on one edge, per second. */
export interface EdgeFlow {
  requestsHz: number;
  /** Requests for which the caller's node has no endpoint. */
  failedHz: number;
  readonly requestsByDistanceHz: Float64Array;
  readonly requestsByPodHz: Float64Array;
  /** By the caller's zone. */
  readonly requestsFromZoneHz: Float64Array;
  /** Those of them for which the caller's node has no endpoint. */
  readonly failedFromZoneHz: Float64Array;
}

/** Expected rates of a whole plan: what {@link RequestTraffic} counts, in the mean. */
export interface Flows {
  readonly edges: readonly EdgeFlow[];
  /** Requests that begin at sources, per second. */
  readonly sourceHz: number;
  /** Bytes by [sender's zone × zones + receiver's zone], per second. */
  readonly bytesByZonePairHz: Float64Array;
}

/**
 * Traffic in closed form: each caller's connections spread evenly over the endpoints that its node
 * believes in, so a caller's rate divides evenly among them, and each request served makes its mean
 * number of calls. Exact in the mean where nothing is retried, times out or is refused for load;
 * closed loops are taken at `users / think time`. Says nothing of latency.
 *
 * @param workloadOrder indices of all workloads, callers before those they call
 */
export function expectedFlows(
  plan: TrafficPlan,
  network: Network,
  workloadOrder: readonly number[],
): Flows {
  const zones = network.zones.length;
  const podHz = new Float64Array(network.podCount());
  const flows: Flows & { sourceHz: number } = {
    edges: plan.edges.map(() => ({
      requestsHz: 0,
      failedHz: 0,
      requestsByDistanceHz: new Float64Array(DISTANCES.length),
      requestsByPodHz: new Float64Array(network.podCount()),
      requestsFromZoneHz: new Float64Array(zones),
      failedFromZoneHz: new Float64Array(zones),
    })),
    sourceHz: 0,
    bytesByZonePairHz: new Float64Array(zones * zones),
  };
  const spread = (edge: number, node: number, rateHz: number): void => {
    spreadOverEndpoints({ plan, network, flows, podHz }, edge, node, rateHz);
  };
  for (const source of plan.sources) {
    const rateHz = sourceRateHz(source);
    flows.sourceHz += rateHz;
    for (const [node, share] of senders(plan.edges[source.edge] as CallEdgePlan, network)) {
      spread(source.edge, node, rateHz * share);
    }
  }
  for (const index of workloadOrder) {
    const edges = plan.workloads[index]?.edges ?? [];
    if (edges.length === 0) continue;
    for (const [node, rateHz] of servedByNode(network, index, podHz)) {
      for (const edge of edges) {
        spread(edge, node, rateHz * (plan.edges[edge] as CallEdgePlan).callsPerRequest);
      }
    }
  }
  return flows;
}

/** Mean rate at which a source begins requests; think time alone for a closed loop. */
export function sourceRateHz(source: SourcePlan): number {
  return source.kind === "open" ? source.rateHz : (source.users * 1e9) / source.thinkTimeNs.mean;
}

/** Nodes that send on an edge, with their share of its requests. */
function senders(edge: CallEdgePlan, network: Network): Map<number, number> {
  const nodes =
    edge.from < 0
      ? network.entryNodes(edge.servicePort, edge.entryZone)
      : network.clientPods(edge.from).map((pod) => network.nodeOf(pod));
  const shares = new Map<number, number>();
  for (const node of nodes) shares.set(node, (shares.get(node) ?? 0) + 1 / nodes.length);
  return shares;
}

function servedByNode(
  network: Network,
  workload: number,
  podHz: Float64Array,
): Map<number, number> {
  const rates = new Map<number, number>();
  podHz.forEach((rateHz, pod) => {
    if (rateHz === 0 || network.workloadOf(pod) !== workload) return;
    const node = network.nodeOf(pod);
    rates.set(node, (rates.get(node) ?? 0) + rateHz);
  });
  return rates;
}

interface Spreading {
  readonly plan: TrafficPlan;
  readonly network: Network;
  readonly flows: Flows;
  readonly podHz: Float64Array;
}

function spreadOverEndpoints(
  { plan, network, flows, podHz }: Spreading,
  edgeIndex: number,
  node: number,
  rateHz: number,
): void {
  const edge = plan.edges[edgeIndex] as CallEdgePlan;
  const flow = flows.edges[edgeIndex] as EdgeFlow;
  const origin = edge.from < 0 ? "external" : "internal";
  const endpoints = network.endpoints(node, edge.servicePort, origin);
  const here = network.place(node);
  flow.requestsHz += rateHz;
  flow.requestsFromZoneHz[here.zone] = (flow.requestsFromZoneHz[here.zone] as number) + rateHz;
  if (endpoints === REFUSED || endpoints === DROPPED || endpoints.length === 0) {
    flow.failedHz += rateHz;
    flow.failedFromZoneHz[here.zone] = (flow.failedFromZoneHz[here.zone] as number) + rateHz;
    return;
  }
  const zones = network.zones.length;
  const eachHz = rateHz / endpoints.length;
  for (const pod of endpoints) {
    const there = network.place(network.nodeOf(pod));
    const distance = distanceIndex(here, there);
    podHz[pod] = (podHz[pod] as number) + eachHz;
    flow.requestsByPodHz[pod] = (flow.requestsByPodHz[pod] as number) + eachHz;
    flow.requestsByDistanceHz[distance] = (flow.requestsByDistanceHz[distance] as number) + eachHz;
    const out = here.zone * zones + there.zone;
    const back = there.zone * zones + here.zone;
    const bytes = flows.bytesByZonePairHz;
    bytes[out] = (bytes[out] as number) + eachHz * edge.requestBytes;
    bytes[back] = (bytes[back] as number) + eachHz * edge.responseBytes;
  }
}
