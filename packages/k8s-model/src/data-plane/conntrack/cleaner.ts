import { joinHostPort } from "../../address/index.ts";
import type { EndpointSlice, IPFamily, Service } from "../../api/index.ts";
import { type EndpointSet, endpointSet } from "../kube-proxy/endpoint-info.ts";
import { addressesOf, loadBalancerVIPs } from "../kube-proxy/service-port.ts";
import { isProxied } from "../proxied-port/index.ts";

/** One tracked connection as the cleaner sees it; addresses as `address:port`. */
export interface TrackedFlow {
  readonly protocol: "TCP" | "UDP" | "SCTP";
  /** Where the client sent its first packet. */
  readonly originalDestination: string;
  /** Who answers: the endpoint. */
  readonly replySource: string;
}

/** A Service with its slices, as a proxy knows them. */
export interface CleanedService {
  readonly service: Service;
  readonly slices: readonly EndpointSlice[];
}

/**
 * Whether kube-proxy runs the cleaner after a sync that brings this change of one Service's slices:
 * only where an endpoint of a UDP port is, or was. A change of the Service alone never does.
 */
export function changeNeedsCleaning(
  before: readonly EndpointSlice[],
  after: readonly EndpointSlice[],
): boolean {
  return hasUDPEndpoint(before) || hasUDPEndpoint(after);
}

function hasUDPEndpoint(slices: readonly EndpointSlice[]): boolean {
  return slices.some(
    ({ endpoints, ports }) =>
      (endpoints ?? []).some(({ addresses }) => addresses.length > 0) &&
      (ports ?? []).some(({ port, protocol }) => protocol === "UDP" && port !== undefined),
  );
}

/**
 * kube-proxy's cleaner of connection tracking (Kubernetes 1.36, `CleanStaleEntries`): tells which
 * flows it deletes. Only UDP: a flow whose first packet went to an address of a UDP Service port, or
 * to whatever address at its node port, goes when somebody else than a serving endpoint answers it.
 * A port without a serving endpoint deletes nothing: its old flows keep reaching the old endpoint.
 */
export class ConntrackCleaner {
  readonly #byAddress = new Map<string, ReadonlySet<string>>();
  readonly #byNodePort = new Map<string, ReadonlySet<string>>();

  constructor(services: readonly CleanedService[], family: IPFamily = "IPv4") {
    for (const one of services) if (isProxied(one.service, family)) this.#add(one, family);
  }

  /** Whether the flow is deleted. */
  isStale({ protocol, originalDestination, replySource }: TrackedFlow): boolean {
    if (protocol !== "UDP") return false;
    const nodePort = originalDestination.slice(originalDestination.lastIndexOf(":") + 1);
    const strange = (serving: ReadonlySet<string> | undefined): boolean =>
      serving !== undefined && !serving.has(replySource);
    // Both count: a Service's own port may have the number of another one's node port.
    return (
      strange(this.#byAddress.get(originalDestination)) || strange(this.#byNodePort.get(nodePort))
    );
  }

  #add({ service, slices }: CleanedService, family: IPFamily): void {
    const { clusterIP = "", clusterIPs = [clusterIP], externalIPs = [], ports = [] } = service.spec;
    const own = slices.filter(({ addressType }) => addressType === family);
    const all = [...clusterIPs, ...externalIPs, ...loadBalancerVIPs(service)];
    for (const { name = "", port, nodePort = 0, protocol } of ports) {
      if (protocol !== "UDP") continue;
      const serving = servingKeys(endpointSet(own, name, protocol));
      if (serving.size === 0) continue;
      for (const address of addressesOf(all, family)) {
        this.#byAddress.set(joinHostPort(address, port), serving);
      }
      if (nodePort !== 0) this.#byNodePort.set(String(nodePort), serving);
    }
  }
}

function servingKeys({ endpoints }: EndpointSet): ReadonlySet<string> {
  return new Set(endpoints.filter(({ serving }) => serving).map(({ key }) => key));
}
