import { formatCIDR, splitHostPort } from "../../address/index.ts";
import {
  hasExternalEndpoints,
  hasInternalEndpoints,
  type ProxiedPort,
} from "../proxied-port/index.ts";
import { addressMatches } from "../rule-walk/index.ts";
import type { NewConnection, ProxyHost } from "./service-proxy.ts";

/** What an address and port of a Service stands for. */
export interface DirectoryEntry {
  readonly port: ProxiedPort;
  readonly what: "cluster-ip" | "external-ip" | "load-balancer-ip" | "node-port";
}

/** Where a connection to a Service may go, or why it may not. */
export interface DirectoryAnswer {
  readonly entry: DirectoryEntry;
  readonly endpoints: ProxiedPort["cluster"];
  readonly refusal: "no-endpoints" | "no-local-endpoints" | "source-range" | undefined;
}

/** Address, protocol and port → Service port: the hash table of the modes that have no rules. */
export class PortDirectory {
  readonly #host: ProxyHost;
  readonly #entries = new Map<string, DirectoryEntry>();
  readonly #addresses = new Set<string>();

  constructor(host: ProxyHost) {
    this.#host = host;
  }

  /** Takes in every port; returns how many entries stand. */
  replace(ports: readonly ProxiedPort[]): number {
    this.#entries.clear();
    this.#addresses.clear();
    for (const port of ports) this.#add(port);
    return this.#entries.size;
  }

  /** Whether some Service has this address, whatever the port. */
  hasAddress(address: string): boolean {
    return this.#addresses.has(address);
  }

  #find({ protocol, destination, destinationPort }: NewConnection): DirectoryEntry | undefined {
    return this.#entries.get(`${protocol} ${destination} ${destinationPort}`);
  }

  /** The endpoints that the traffic policies leave to this connection. */
  ask(connection: NewConnection): DirectoryAnswer | undefined {
    const entry = this.#find(connection);
    if (entry === undefined) return undefined;
    const { port, what } = entry;
    const none = port.hasEndpoints ? "no-local-endpoints" : "no-endpoints";
    if (what === "cluster-ip") {
      const endpoints = port.internalPolicyLocal ? port.local : port.cluster;
      return { entry, endpoints, refusal: hasInternalEndpoints(port) ? undefined : none };
    }
    if (what === "load-balancer-ip" && !allowed(port, connection.source)) {
      return { entry, endpoints: [], refusal: "source-range" };
    }
    // Pods and the node itself are not bound to the policy for traffic from outside.
    const bound = port.externalPolicyLocal && connection.origin === "outside";
    const endpoints = bound ? port.local : port.cluster;
    const open = bound ? hasExternalEndpoints(port) : port.hasEndpoints;
    return { entry, endpoints, refusal: open ? undefined : none };
  }

  #add(port: ProxiedPort): void {
    const { protocol } = port;
    const put = (address: string, number: number, what: DirectoryEntry["what"]): void => {
      this.#entries.set(`${protocol} ${address} ${number}`, { port, what });
      if (what !== "node-port") this.#addresses.add(address);
    };
    put(port.clusterIP, port.port, "cluster-ip");
    for (const address of port.externalIPs) put(address, port.port, "external-ip");
    for (const address of port.loadBalancerIPs) put(address, port.port, "load-balancer-ip");
    if (port.nodePort === 0) return;
    for (const address of this.#host.nodePortAddresses) put(address, port.nodePort, "node-port");
  }
}

function allowed({ sourceRanges }: ProxiedPort, source: string): boolean {
  return (
    sourceRanges.length === 0 ||
    sourceRanges.some((range) => addressMatches(source, formatCIDR(range)))
  );
}

/** Whether the endpoint sees an address of the node: to cross nodes, or to come back to the sender. */
export function masquerades(
  { entry: { port, what } }: DirectoryAnswer,
  { origin, source }: NewConnection,
  host: ProxyHost,
  endpoint: string,
): boolean {
  if (splitHostPort(endpoint).address === source) return true;
  if (what === "cluster-ip") {
    return host.podRange !== undefined && !addressMatches(source, host.podRange);
  }
  return !port.externalPolicyLocal || origin === "node";
}
