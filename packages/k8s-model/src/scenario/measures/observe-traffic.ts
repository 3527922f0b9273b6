import { Histogram } from "@k8s-netsim/sim-core";
import {
  DISTANCES,
  type Distance,
  type PriceTable,
  transferCostUsd,
} from "../../topology/index.ts";
import {
  type EdgeLedger,
  LATENCY_RELATIVE_ERROR,
  type Network,
  type TrafficLedger,
  type TrafficPlan,
} from "../../traffic/index.ts";
import { edgesOf } from "./direction.ts";
import { EVERYTHING, Observation } from "./measure.ts";
import { pairCostUsd, type ZonePrices, zonePrices } from "./zone-prices.ts";

export interface ObservationOptions {
  readonly plan: TrafficPlan;
  readonly network: Network;
  readonly prices: PriceTable;
  /** Length of the measured window, seconds. */
  readonly windowSeconds: number;
}

const SECONDS_PER_MONTH = 730 * 3600;
const ENOUGH_REQUESTS = 100;
const CROSSES_FROM = DISTANCES.indexOf("other-zone");

/** What one run of traffic says: every measure for the whole and for each Service that was called. */
export function observeTraffic(ledger: TrafficLedger, options: ObservationOptions): Observation {
  const observation = new Observation();
  const { plan, network, prices, windowSeconds } = options;
  const byPair = zonePrices(prices, network);
  for (const [service, edges] of edgesByScope(ledger, plan)) {
    const calls = total(edges, (edge) => edge.calls);
    observeBytes(observation, service, edges);
    observeLatency(observation, service, mergedLatency(edges));
    observation.set("failedShare", service, ratio(total(edges, failures), calls));
    const costUsd = costOf(edges, prices, byPair);
    observation.set("costPerMillion", service, ratio(costUsd * 1e6, calls));
    observation.set("costPerMonth", service, (costUsd / windowSeconds) * SECONDS_PER_MONTH);
  }
  const requests = sum(ledger.sourceRequests);
  const costUsd = costOf(ledger.edges, prices, byPair);
  observeBytes(observation, EVERYTHING, ledger.edges);
  observeLatency(observation, EVERYTHING, ledger.latency);
  observation.set("failedShare", EVERYTHING, ratio(sum(ledger.sourceFailed), requests));
  observation.set("costPerMillion", EVERYTHING, ratio(costUsd * 1e6, requests));
  observation.set("costPerMonth", EVERYTHING, (costUsd / windowSeconds) * SECONDS_PER_MONTH);
  observeBalance(observation, endpointLoads(ledger, options));
  return observation;
}

function observeBytes(to: Observation, scope: string, edges: readonly EdgeLedger[]): void {
  to.set(
    "crossZoneShare",
    scope,
    crossingShare(edges, (edge) => edge.bytesByDistance),
  );
  to.set(
    "crossZoneConnections",
    scope,
    crossingShare(edges, (edge) => edge.connectionsByDistance),
  );
}

function observeLatency(to: Observation, scope: string, latency: Histogram): void {
  if (latency.count === 0) return;
  to.set("latencyP50", scope, latency.quantile(0.5));
  to.set("latencyP90", scope, latency.quantile(0.9));
  to.set("latencyP99", scope, latency.quantile(0.99));
}

function observeBalance(to: Observation, loads: readonly ServiceLoad[]): void {
  let worst = 1;
  for (const { service, requests } of loads) {
    const served = sum(requests.map((row) => row.requests));
    if (served === 0) continue;
    const busiest = Math.max(...requests.map((row) => row.requests));
    const relative = (busiest * requests.length) / served;
    to.set("busiestEndpoint", service, relative);
    if (requests.length > 1 && served >= ENOUGH_REQUESTS) worst = Math.max(worst, relative);
  }
  to.set("busiestEndpoint", EVERYTHING, worst);
}

/** Requests at each ready endpoint of one Service. */
export interface ServiceLoad {
  readonly service: string;
  readonly requests: readonly { readonly pod: number; readonly requests: number }[];
}

/** Load by Service over its ready endpoints, those without a request included. */
export function endpointLoads(
  ledger: TrafficLedger,
  { plan, network }: Pick<ObservationOptions, "plan" | "network">,
): readonly ServiceLoad[] {
  const byService = new Map<string, Map<number, number>>();
  plan.servicePorts.forEach(({ service }, port) => {
    const loads = byService.get(service) ?? new Map<number, number>();
    byService.set(service, loads);
    for (const pod of network.readyEndpoints(port)) loads.set(pod, loads.get(pod) ?? 0);
  });
  plan.edges.forEach((edge, index) => {
    const { service } = plan.servicePorts[edge.servicePort] as { service: string };
    const loads = byService.get(service) as Map<number, number>;
    (ledger.edges[index] as EdgeLedger).requestsByPod.forEach((requests, pod) => {
      if (requests > 0) loads.set(pod, (loads.get(pod) ?? 0) + requests);
    });
  });
  return [...byService].map(([service, loads]) => ({
    service,
    requests: [...loads].map(([pod, requests]) => ({ pod, requests })),
  }));
}

/**
 * US dollars for all bytes of these edges, those between load balancers and nodes included (by
 * distance, since these ways have no pair of zones); what has no price adds nothing.
 */
function costOf(
  edges: readonly EdgeLedger[],
  prices: PriceTable,
  byPair: ZonePrices | undefined,
): number {
  let usd = 0;
  for (const edge of edges) {
    if (byPair !== undefined) usd += pairCostUsd(edge.bytesByZonePair, byPair, prices.unitBytes);
    edge.bytesByDistance.forEach((alone, distance) => {
      const bytes =
        (byPair === undefined ? alone : 0) + (edge.hopBytesByDistance[distance] as number);
      usd += transferCostUsd(prices, DISTANCES[distance] as Distance, bytes) ?? 0;
    });
  }
  return usd;
}

/** Bytes that travelled a way for which the price table has no price. */
export function unpricedBytes(
  edges: readonly EdgeLedger[],
  prices: PriceTable,
  network: Network,
): number {
  const byPair = zonePrices(prices, network);
  let unpriced = 0;
  for (const edge of edges) {
    if (byPair !== undefined) {
      edge.bytesByZonePair.forEach((bytes, pair) => {
        if (byPair[pair] === undefined) unpriced += bytes;
      });
      continue;
    }
    edge.bytesByDistance.forEach((bytes, distance) => {
      if (prices.byDistance[DISTANCES[distance] as Distance] === undefined) unpriced += bytes;
    });
  }
  return unpriced;
}

/** By Service, and by direction where there is traffic. */
function edgesByScope(
  ledger: TrafficLedger,
  plan: TrafficPlan,
): readonly (readonly [string, readonly EdgeLedger[]])[] {
  const directions = (["north-south", "east-west"] as const).map(
    (direction) => [direction, edgesOf(ledger, plan, direction)] as const,
  );
  return [...edgesByService(ledger, plan), ...directions.filter(([, edges]) => edges.length > 0)];
}

function edgesByService(
  ledger: TrafficLedger,
  plan: TrafficPlan,
): ReadonlyMap<string, readonly EdgeLedger[]> {
  const byService = new Map<string, EdgeLedger[]>();
  plan.edges.forEach((edge, index) => {
    const { service } = plan.servicePorts[edge.servicePort] as { service: string };
    const edges = byService.get(service) ?? [];
    edges.push(ledger.edges[index] as EdgeLedger);
    byService.set(service, edges);
  });
  return byService;
}

function mergedLatency(edges: readonly EdgeLedger[]): Histogram {
  const merged = new Histogram({ relativeError: LATENCY_RELATIVE_ERROR });
  for (const edge of edges) merged.merge(edge.latency);
  return merged;
}

function crossingShare(
  edges: readonly EdgeLedger[],
  amounts: (edge: EdgeLedger) => Float64Array,
): number | undefined {
  let crossing = 0;
  let all = 0;
  for (const edge of edges) {
    amounts(edge).forEach((amount, distance) => {
      all += amount;
      if (distance >= CROSSES_FROM) crossing += amount;
    });
  }
  return ratio(crossing, all);
}

function failures(edge: EdgeLedger): number {
  return sum(edge.failures);
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}

function total(edges: readonly EdgeLedger[], amount: (edge: EdgeLedger) => number): number {
  return edges.reduce((so, edge) => so + amount(edge), 0);
}

function sum(values: ArrayLike<number>): number {
  let so = 0;
  for (let i = 0; i < values.length; i++) so += values[i] as number;
  return so;
}
