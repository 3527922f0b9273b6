import type { Service } from "../../api/index.ts";
import { crossesAt } from "../../topology/index.ts";
import type { Flows, Network, TrafficPlan } from "../../traffic/index.ts";

/** Where a Service's callers and endpoints are, in a cluster at rest. */
export interface ServiceSituation {
  /** `namespace/name`. */
  readonly service: string;
  readonly object: Service | undefined;
  /** Every zone of the cluster, in its order. */
  readonly zones: readonly ZoneSituation[];
  readonly endpoints: number;
  /** Workloads behind it, as indices of the plan. */
  readonly workloads: readonly number[];
  readonly longLivedCallers: number;
  /** Requests per second whose caller and endpoint are in different zones. */
  readonly crossingHz: number;
  /** Requests per second from inside and from outside that a Local policy drops on their node. */
  readonly dropped: { readonly internalHz: number; readonly externalHz: number };
}

export interface ZoneSituation {
  readonly zone: string;
  readonly endpoints: number;
  /** Requests per second that begin here. */
  readonly demandHz: number;
  /** Those of them for which the caller's node has no endpoint. */
  readonly failedHz: number;
  /** Requests per second that this zone's endpoints serve. */
  readonly servedHz: number;
  /** Requests per second of the busiest of them. */
  readonly busiestHz: number;
  /** Workers that the requests of its busiest endpoint keep busy, over the workers that it has. */
  readonly utilisation: number;
}

export interface SituationOptions {
  readonly plan: TrafficPlan;
  readonly network: Network;
  readonly flows: Flows;
  readonly services: ReadonlyMap<string, Service>;
}

/** The situation of every Service that is called, in the order of the plan. */
export function serviceSituations(options: SituationOptions): readonly ServiceSituation[] {
  const names = [...new Set(options.plan.servicePorts.map(({ service }) => service))];
  const utilisation = utilisationByPod(options);
  return names.map((service) => situationOf(service, options, utilisation));
}

/** By pod, over all Services that it is behind. */
function utilisationByPod({ plan, network, flows }: SituationOptions): Float64Array {
  const busy = new Float64Array(network.podCount());
  for (const { requestsByPodHz } of flows.edges) {
    requestsByPodHz.forEach((rateHz, pod) => {
      const workload = plan.workloads[network.workloadOf(pod)];
      if (rateHz === 0 || workload === undefined) return;
      const seconds = workload.serviceTimeNs.mean / 1e9;
      busy[pod] = (busy[pod] as number) + (rateHz * seconds) / workload.workers;
    });
  }
  return busy;
}

function situationOf(
  service: string,
  options: SituationOptions,
  utilisation: Float64Array,
): ServiceSituation {
  const { plan, network, flows, services } = options;
  const ports = plan.servicePorts.flatMap((port, index) =>
    port.service === service ? [index] : [],
  );
  const edges = plan.edges.flatMap((edge, index) =>
    ports.includes(edge.servicePort) ? [index] : [],
  );
  const pods = [...new Set(ports.flatMap((port) => network.readyEndpoints(port)))];
  const zoneOf = (pod: number): number => network.place(network.nodeOf(pod)).zone;
  const zones = network.zones.map((zone, index) => ({
    zone,
    endpoints: pods.filter((pod) => zoneOf(pod) === index).length,
    demandHz: total(edges, (edge) => flows.edges[edge]?.requestsFromZoneHz[index]),
    failedHz: total(edges, (edge) => flows.edges[edge]?.failedFromZoneHz[index]),
    servedHz: total(edges, (edge) => servedIn(index, flows.edges[edge]?.requestsByPodHz, zoneOf)),
    busiestHz: Math.max(
      0,
      ...pods
        .filter((pod) => zoneOf(pod) === index)
        .map((pod) => total(edges, (edge) => flows.edges[edge]?.requestsByPodHz.get(pod))),
    ),
    utilisation: Math.max(
      0,
      ...pods.filter((pod) => zoneOf(pod) === index).map((pod) => utilisation[pod] as number),
    ),
  }));
  const failedHz = (from: (edge: number) => boolean): number =>
    pods.length === 0 ? 0 : total(edges.filter(from), (edge) => flows.edges[edge]?.failedHz);
  const isExternal = (edge: number): boolean => (plan.edges[edge]?.from ?? -1) < 0;
  return {
    service,
    object: services.get(service),
    zones,
    endpoints: pods.length,
    workloads: [...new Set(pods.map((pod) => network.workloadOf(pod)))].filter(
      (index) => index >= 0,
    ),
    longLivedCallers: edges.filter((edge) => plan.edges[edge]?.connection.kind === "long-lived")
      .length,
    crossingHz: total(edges, (edge) => crossing(flows.edges[edge]?.requestsByDistanceHz)),
    dropped: {
      internalHz: failedHz((edge) => !isExternal(edge)),
      externalHz: failedHz(isExternal),
    },
  };
}

function crossing(byDistanceHz: Float64Array | undefined): number {
  let so = 0;
  byDistanceHz?.forEach((rateHz, distance) => {
    if (crossesAt(distance)) so += rateHz;
  });
  return so;
}

function servedIn(
  zone: number,
  byPod: ReadonlyMap<number, number> | undefined,
  zoneOf: (pod: number) => number,
): number {
  let so = 0;
  byPod?.forEach((rateHz, pod) => {
    if (rateHz > 0 && zoneOf(pod) === zone) so += rateHz;
  });
  return so;
}

function total(edges: readonly number[], amount: (edge: number) => number | undefined): number {
  return edges.reduce((so, edge) => so + (amount(edge) ?? 0), 0);
}
