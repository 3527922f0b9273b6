import type { DROPPED, Network, Origin, REFUSED, TrafficPlan } from "../../traffic/index.ts";

type Endpoints = readonly number[] | typeof REFUSED | typeof DROPPED;

/** The same network with its answers remembered: for a cluster in which nothing changes. */
export function memoisedNetwork(network: Network, plan: TrafficPlan): Network {
  const ports = plan.servicePorts.length;
  const internal: Endpoints[] = [];
  const external: Endpoints[] = [];
  const ready: (readonly number[])[] = [];
  const special: (readonly number[])[] = [];
  const entries = new Map<string, (readonly number[])[]>();
  return {
    zones: network.zones,
    place: (node) => network.place(node),
    nodeOf: (pod) => network.nodeOf(pod),
    workloadOf: (pod) => network.workloadOf(pod),
    podName: (pod) => network.podName(pod),
    podCount: () => network.podCount(),
    podState: (pod) => network.podState(pod),
    clientPods: (workload) => network.clientPods(workload),
    entryNodes(servicePort, zone = "") {
      const known = entries.get(zone) ?? [];
      entries.set(zone, known);
      known[servicePort] ??= network.entryNodes(servicePort, zone === "" ? undefined : zone);
      return known[servicePort];
    },
    entryHop: (node) => network.entryHop?.(node) ?? -1,
    protocol: (servicePort) => network.protocol?.(servicePort) ?? "TCP",
    isHeadless: (servicePort) => network.isHeadless?.(servicePort) ?? false,
    keepsClientAddress: (servicePort) => network.keepsClientAddress?.(servicePort) ?? false,
    endpoints(node: number, servicePort: number, origin: Origin) {
      const known = origin === "internal" ? internal : external;
      const at = node * ports + servicePort;
      known[at] ??= network.endpoints(node, servicePort, origin);
      return known[at];
    },
    // So are budgets: what was said uses them up.
    tellsRefusal: (caller, nowNs) => network.tellsRefusal?.(caller, nowNs) ?? true,
    // Affinity is what clients did before, and no answer to be remembered.
    ...(network.affinity === undefined
      ? {}
      : {
          affinity: (node, servicePort, caller, given, drawn, nowNs) =>
            network.affinity?.(node, servicePort, caller, given, drawn, nowNs) ?? drawn,
        }),
    ...(network.specialNodes === undefined
      ? {}
      : {
          specialNodes(servicePort: number) {
            special[servicePort] ??= network.specialNodes?.(servicePort) ?? [];
            return special[servicePort];
          },
        }),
    readyEndpoints(servicePort) {
      ready[servicePort] ??= network.readyEndpoints(servicePort);
      return ready[servicePort];
    },
  };
}
