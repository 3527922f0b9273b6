import type { Cluster } from "../../cluster/index.ts";
import type { SliceEvent } from "../../control-plane/index.ts";
import type { Network, TrafficLedger, TrafficPlan } from "../../traffic/index.ts";

/** One Service at the end of a run. */
export interface ServiceView {
  /** Ready endpoints by zone; zones without any count 0. */
  readonly endpointsByZone: ReadonlyMap<string, number>;
  readonly endpoints: number;
  /**
   * What chose the endpoints on the nodes of its callers (`zone-hints`, `all-ready`,
   * `no-local-endpoints`, …), and on how many of these nodes.
   */
  readonly rules: ReadonlyMap<string, number>;
  /** The fewest endpoints that any of these nodes balances over; 0 where one has none. */
  readonly fewestChoices: number | undefined;
  /**
   * Requests that reached the ready endpoints of a zone, over those that they could serve in the time:
   * above 1 they queue without end. Zones without an endpoint are left out.
   */
  readonly offeredLoad: ReadonlyMap<string, number>;
  /** What the EndpointSlice controller recorded on it, oldest first. */
  readonly events: readonly SliceEvent[];
}

export interface ServiceViewOptions {
  readonly ledger: TrafficLedger;
  readonly plan: TrafficPlan;
  readonly network: Network;
  readonly cluster: Cluster;
  readonly windowSeconds: number;
}

/** A Service that nobody calls has no endpoints here. */
export function serviceView(options: ServiceViewOptions, key: string): ServiceView {
  const { plan, network, cluster } = options;
  const ports = plan.servicePorts.flatMap(({ service }, index) => (service === key ? [index] : []));
  const pods = [...new Set(ports.flatMap((port) => network.readyEndpoints(port)))];
  const endpointsByZone = new Map(network.zones.map((zone) => [zone, 0]));
  for (const pod of pods) add(endpointsByZone, zoneOf(network, pod), 1);
  return {
    endpointsByZone,
    endpoints: pods.length,
    ...choicesOf(options, key, ports),
    offeredLoad: offeredLoad(options, ports, pods),
    events: cluster.serviceEvents(key),
  };
}

function choicesOf(
  { plan, network, cluster }: ServiceViewOptions,
  key: string,
  ports: readonly number[],
): Pick<ServiceView, "rules" | "fewestChoices"> {
  const rules = new Map<string, number>();
  let fewestChoices: number | undefined;
  const serviceIndex = cluster.serviceIndex(key);
  for (const servicePort of ports) {
    const callers = plan.edges.filter((edge) => edge.servicePort === servicePort && edge.from >= 0);
    const nodes = new Set(
      callers.flatMap(({ from }) => network.clientPods(from).map((pod) => network.nodeOf(pod))),
    );
    const { port = 0 } = plan.servicePorts[servicePort] ?? {};
    for (const node of nodes) {
      const portIndex = cluster.portIndex(serviceIndex, port);
      const { rule, endpoints } = cluster.route(node, serviceIndex, portIndex);
      add(rules, rule, 1);
      fewestChoices = Math.min(fewestChoices ?? endpoints.length, endpoints.length);
    }
  }
  return { rules, fewestChoices };
}

function offeredLoad(
  { ledger, plan, network, windowSeconds }: ServiceViewOptions,
  ports: readonly number[],
  pods: readonly number[],
): ReadonlyMap<string, number> {
  const offered = new Map<string, number>();
  const capacity = new Map<string, number>();
  for (const pod of pods) {
    const workload = plan.workloads[network.workloadOf(pod)];
    if (workload === undefined) continue;
    const { workers, cores = workers, serviceTimeNs } = workload;
    const zone = zoneOf(network, pod);
    add(capacity, zone, (Math.min(workers, cores) * windowSeconds * 1e9) / serviceTimeNs.mean);
    for (const [index, { requestsByPod }] of ledger.edges.entries()) {
      if (!ports.includes(plan.edges[index]?.servicePort ?? -1)) continue;
      add(offered, zone, requestsByPod[pod] ?? 0);
    }
  }
  return new Map([...capacity].map(([zone, most]) => [zone, (offered.get(zone) ?? 0) / most]));
}

function zoneOf(network: Network, pod: number): string {
  return network.zones[network.place(network.nodeOf(pod)).zone] ?? "";
}

function add(to: Map<string, number>, key: string, amount: number): void {
  to.set(key, (to.get(key) ?? 0) + amount);
}
