import { formatIP, joinHostPort, parseIP } from "../../address/index.ts";
import type { Endpoint, EndpointSlice, Protocol } from "../../api/index.ts";

/** One endpoint of a Service port as kube-proxy keeps it. */
export interface EndpointInfo {
  /** `ip:port`: what the endpoint is known by. */
  readonly key: string;
  readonly address: string;
  readonly port: number;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly nodeName: string | undefined;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
  readonly endpoint: Endpoint;
}

/** The endpoints of one Service port, in the order of `key`, shared by every node. */
export interface EndpointSet {
  readonly endpoints: readonly EndpointInfo[];
}

/**
 * The union of a Service's slices for one port: what a proxy that has received exactly these slices
 * knows. A slice's port belongs to a Service port when name and protocol are equal; without
 * `protocol` the name alone decides.
 *
 * Where several entries have one address, the first stays unless a later one is not terminating: an
 * address that a new pod took over is the new pod's. Slices are taken in the order of their names;
 * kube-proxy takes them in random order, which shows only where two such entries are alive.
 */
export function endpointSet(
  slices: readonly EndpointSlice[],
  portName: string,
  protocol?: Protocol,
): EndpointSet {
  const byKey = new Map<string, EndpointInfo>();
  const ordered = [...slices].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const slice of ordered) {
    for (const port of slice.ports ?? []) {
      const { name = "", port: number = 0 } = port;
      if (name !== portName || number === 0) continue;
      if (protocol !== undefined && (port.protocol ?? "TCP") !== protocol) continue;
      for (const endpoint of slice.endpoints ?? []) collect(byKey, endpoint, number);
    }
  }
  const endpoints = [...byKey.values()];
  endpoints.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return { endpoints };
}

function collect(byKey: Map<string, EndpointInfo>, endpoint: Endpoint, port: number): void {
  const [text] = endpoint.addresses;
  if (text === undefined) return;
  const address = canonicalAddress(text);
  const key = joinHostPort(address, port);
  const { ready, serving, terminating } = endpoint.conditions ?? {};
  const info: EndpointInfo = {
    key,
    address,
    port,
    ready: ready ?? true,
    serving: serving ?? true,
    terminating: terminating ?? false,
    nodeName: endpoint.nodeName,
    zoneHints: (endpoint.hints?.forZones ?? []).map(({ name }) => name),
    nodeHints: (endpoint.hints?.forNodes ?? []).map(({ name }) => name),
    endpoint,
  };
  if (!info.terminating || !byKey.has(key)) byKey.set(key, info);
}

/** Slices may write an IPv6 address in several ways: `fd00:0::1`. */
function canonicalAddress(text: string): string {
  if (!text.includes(":")) return text;
  const address = parseIP(text);
  return address === undefined ? text : formatIP(address);
}
