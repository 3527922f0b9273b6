import { DISTANCES, distanceIndex } from "../topology/index.ts";
import { DROPPED, type Network, REFUSED } from "./network.ts";
import type { CallEdgePlan, SourcePlan, TrafficPlan } from "./plan.ts";
import { Senders, type SendingView } from "./senders.ts";

/** Expected rates on one edge, per second. */
export interface EdgeFlow {
  requestsHz: number;
  /** Requests for which the caller's node has no endpoint. */
  failedHz: number;
  readonly requestsByDistanceHz: Float64Array;
  /** Pods that get none are absent. */
  readonly requestsByPodHz: Map<number, number>;
  /** By [caller's zone × zones + endpoint's zone]. */
  readonly requestsByZonePairHz: Float64Array;
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
 * Where the network names the nodes that may choose otherwise than their zone
 * ({@link Network.specialNodes}), the others are one sender a zone, and the cost grows with
 * Services × (zones + special nodes), not with Services × nodes.
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
      requestsByPodHz: new Map(),
      requestsByZonePairHz: new Float64Array(zones * zones),
      requestsFromZoneHz: new Float64Array(zones),
      failedFromZoneHz: new Float64Array(zones),
    })),
    sourceHz: 0,
    bytesByZonePairHz: new Float64Array(zones * zones),
  };
  const context: Spreading = { plan, network, flows, podHz };
  const senders = new SourceSenders(network);
  for (const source of plan.sources) {
    const rateHz = sourceRateHz(source);
    flows.sourceHz += rateHz;
    const edge = plan.edges[source.edge] as CallEdgePlan;
    spread(context, source.edge, senders.of(edge), rateHz);
  }
  for (const index of workloadOrder) {
    const edges = plan.workloads[index]?.edges ?? [];
    if (edges.length === 0) continue;
    const served = new Senders(network, servedByNode(network, index, podHz));
    for (const edge of edges) {
      spread(context, edge, served, (plan.edges[edge] as CallEdgePlan).callsPerRequest);
    }
  }
  return flows;
}

/** Mean rate at which a source begins requests; think time alone for a closed loop. */
export function sourceRateHz(source: SourcePlan): number {
  return source.kind === "open" ? source.rateHz : (source.users * 1e9) / source.thinkTimeNs.mean;
}

/** Who sends for a source, each node with its share; sources of one workload share the answer. */
class SourceSenders {
  readonly #network: Network;
  readonly #byWorkload = new Map<number, Senders>();

  constructor(network: Network) {
    this.#network = network;
  }

  of({ from, servicePort, entryZone }: CallEdgePlan): Senders {
    const network = this.#network;
    if (from < 0) return this.#evenly(network.entryNodes(servicePort, entryZone));
    let known = this.#byWorkload.get(from);
    if (known === undefined) {
      known = this.#evenly(network.clientPods(from).map((pod) => network.nodeOf(pod)));
      this.#byWorkload.set(from, known);
    }
    return known;
  }

  #evenly(nodes: readonly number[]): Senders {
    const shares = new Map<number, number>();
    for (const node of nodes) shares.set(node, (shares.get(node) ?? 0) + 1 / nodes.length);
    return new Senders(this.#network, shares);
  }
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

/** Spreads an edge's requests from all who send: zone by zone, nodes that may differ by themselves. */
function spread(context: Spreading, edge: number, senders: Senders, rateHz: number): void {
  const { plan, network } = context;
  const special = network.specialNodes?.((plan.edges[edge] as CallEdgePlan).servicePort);
  for (const view of senders.views(special)) spreadOverEndpoints(context, edge, view, rateHz);
}

function spreadOverEndpoints(
  { plan, network, flows, podHz }: Spreading,
  edgeIndex: number,
  { node, share, shareOn }: SendingView,
  allHz: number,
): void {
  const edge = plan.edges[edgeIndex] as CallEdgePlan;
  const flow = flows.edges[edgeIndex] as EdgeFlow;
  const origin = edge.from < 0 ? "external" : "internal";
  const endpoints = network.endpoints(node, edge.servicePort, origin);
  const here = network.place(node);
  const rateHz = allHz * share;
  flow.requestsHz += rateHz;
  addTo(flow.requestsFromZoneHz, here.zone, rateHz);
  if (endpoints === REFUSED || endpoints === DROPPED || endpoints.length === 0) {
    flow.failedHz += rateHz;
    addTo(flow.failedFromZoneHz, here.zone, rateHz);
    return;
  }
  const zones = network.zones.length;
  const eachHz = rateHz / endpoints.length;
  for (const pod of endpoints) {
    const podNode = network.nodeOf(pod);
    const there = network.place(podNode);
    podHz[pod] = (podHz[pod] as number) + eachHz;
    flow.requestsByPodHz.set(pod, (flow.requestsByPodHz.get(pod) ?? 0) + eachHz);
    const besideHz = (allHz * shareOn(podNode)) / endpoints.length;
    const distance = distanceIndex(here, there);
    addTo(flow.requestsByDistanceHz, SAME_NODE, besideHz);
    addTo(
      flow.requestsByDistanceHz,
      distance === SAME_NODE ? SAME_ZONE : distance,
      eachHz - besideHz,
    );
    const out = here.zone * zones + there.zone;
    addTo(flow.requestsByZonePairHz, out, eachHz);
    addTo(flows.bytesByZonePairHz, out, eachHz * edge.requestBytes);
    addTo(flows.bytesByZonePairHz, there.zone * zones + here.zone, eachHz * edge.responseBytes);
  }
}

const SAME_NODE = 0;
const SAME_ZONE = 1;

function addTo(values: Float64Array, index: number, amount: number): void {
  values[index] = (values[index] as number) + amount;
}
