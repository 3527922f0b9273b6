import type { Service } from "../../api/index.ts";
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
}

export interface ZoneSituation {
  readonly zone: string;
  readonly endpoints: number;
  /** Requests per second that begin here. */
  readonly demandHz: number;
  /** Requests per second that this zone's endpoints serve. */
  readonly servedHz: number;
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
  return names.map((service) => situationOf(service, options));
}

function situationOf(service: string, options: SituationOptions): ServiceSituation {
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
    servedHz: total(edges, (edge) => servedIn(index, flows.edges[edge]?.requestsByPodHz, zoneOf)),
  }));
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
  };
}

function servedIn(
  zone: number,
  byPod: Float64Array | undefined,
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
