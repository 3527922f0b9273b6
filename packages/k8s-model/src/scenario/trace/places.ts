import type { Service } from "../../api/index.ts";
import {
  type EndpointInfo,
  endpointSet,
  type Lab,
  loadBalancerVIPs,
  proxiedPort,
  type Target,
} from "../../data-plane/index.ts";
import type { ServiceAddress } from "./trace-options.ts";
import type { TracedCluster } from "./traced-cluster.ts";
import { CLIENT, type Wanted } from "./wanted.ts";

/** Where a connection starts: a pod of the lab, or outside, to enter at a node. */
export interface Start {
  readonly host: string;
  /** The node that a pod is on, or where a user outside enters. */
  readonly node: string;
}

/** Where a client sends. */
export type Place = Pick<Target, "address" | "port">;

/**
 * The address that a client uses for a Service now, by what its node knows; a sentence where it has
 * none. Users outside get routes to addresses that no node has, by way of the node where they enter.
 */
export function placeFor(
  traced: TracedCluster,
  { to, protocol, family }: Wanted,
  { host, node }: Start,
  options: { readonly inSocket: boolean; readonly asked?: ServiceAddress | undefined },
): Place | string {
  const planned = traced.plannedNode(node);
  if (planned === undefined) return `node ${node} is not in the capture.`;
  const known = traced.serviceOn(planned.index, to.service);
  const port = known?.service.spec.ports?.find((one) => one.port === to.port);
  if (known === undefined || port === undefined) return `node ${node} does not know the Service.`;
  const { service } = known;
  const ofFamily = (address: string): boolean => address.includes(":") === (family === "IPv6");
  const slices = known.slices.filter(({ addressType }) => addressType === family);
  const set = endpointSet(slices, port.name ?? "", protocol);
  const own = ownAddress(service, ofFamily);
  const outside = host === CLIENT;
  const way = options.asked ?? usualAddress(service, outside, ofFamily);
  const home = { name: node, zone: planned.plan.zone, family };
  const choices = (): readonly EndpointInfo[] => {
    if (own === undefined) return set.endpoints.filter(({ ready }) => ready);
    const { cluster, local, internalPolicyLocal } = proxiedPort(service, port, set, home);
    return internalPolicyLocal ? local : cluster;
  };
  switch (way) {
    case "endpoint":
      return anyOf(traced.lab, host, choices()) ?? "no endpoint is ready.";
    case "node-port": {
      const address = nodeAddress(traced, node, family);
      const number = port.nodePort ?? 0;
      if (number === 0 || address === undefined) return "the port has no node port.";
      return { address, port: number };
    }
    case "load-balancer":
    case "external-ip": {
      const balanced = way === "load-balancer";
      const all = balanced ? loadBalancerVIPs(service) : (service.spec.externalIPs ?? []);
      const address = all.find(ofFamily);
      if (address === undefined) {
        return balanced ? "its load balancer has no address." : "it has no external IP.";
      }
      return routed(traced, { host, node }, { address, port: to.port });
    }
    case "cluster-ip":
      if (own === undefined) return "it has no cluster IP.";
      if (options.inSocket && !outside) {
        const chosen = anyOf(traced.lab, host, choices());
        if (chosen !== undefined) return chosen;
      }
      return routed(traced, { host, node }, { address: own, port: to.port });
  }
}

function ownAddress({ spec }: Service, ofFamily: (address: string) => boolean): string | undefined {
  const { clusterIP = "", clusterIPs = [clusterIP] } = spec;
  return clusterIPs.find((text) => text !== "" && text !== "None" && ofFamily(text));
}

function usualAddress(
  service: Service,
  outside: boolean,
  ofFamily: (address: string) => boolean,
): ServiceAddress {
  if (ownAddress(service, ofFamily) === undefined) return "endpoint";
  if (!outside) return "cluster-ip";
  if (loadBalancerVIPs(service).some(ofFamily)) return "load-balancer";
  if (service.spec.ports?.some(({ nodePort = 0 }) => nodePort !== 0) === true) return "node-port";
  return (service.spec.externalIPs ?? []).some(ofFamily) ? "external-ip" : "cluster-ip";
}

/** Any of them, as a name server's answer or a program in the socket has it. */
function anyOf(lab: Lab, host: string, choice: readonly EndpointInfo[]): Place | undefined {
  const draw = lab.simulation.random(`packet/${host}/socket`, { shared: true });
  return choice.length === 0 ? undefined : choice[draw.int(choice.length)];
}

function nodeAddress(
  traced: TracedCluster,
  node: string,
  family: Wanted["family"],
): string | undefined {
  const plan = traced.plannedNode(node)?.plan;
  const all = [plan?.address, plan?.second?.address];
  return all.find((address) => address?.includes(":") === (family === "IPv6"));
}

/** A client outside reaches addresses of Services by way of the node where it enters. */
function routed(traced: TracedCluster, { host, node }: Start, place: Place): Place {
  if (host !== CLIENT) return place;
  const isIPv6 = place.address.includes(":");
  const via = nodeAddress(traced, node, isIPv6 ? "IPv6" : "IPv4");
  const { routes } = traced.lab.host(CLIENT).namespace;
  const to = `${place.address}/${isIPv6 ? 128 : 32}`;
  routes.remove(to);
  if (via !== undefined) routes.add({ to, device: "eth0", via });
  return place;
}
