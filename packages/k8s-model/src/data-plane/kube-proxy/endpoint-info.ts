import type { Endpoint, EndpointSlice } from "../../api/index.ts";

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
  /**
   * Keys that several slices hold at once, with all their entries: on a node where one of them is
   * local, that one counts.
   */
  readonly duplicates: ReadonlyMap<string, readonly EndpointInfo[]>;
}

/**
 * The union of a Service's slices for one port name: what a proxy that has received exactly these
 * slices knows. Slices are taken in the order of their names; the first entry of an address counts.
 */
export function endpointSet(slices: readonly EndpointSlice[], portName: string): EndpointSet {
  const byKey = new Map<string, EndpointInfo[]>();
  const ordered = [...slices].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const slice of ordered) {
    for (const { name = "", port } of slice.ports ?? []) {
      if (name !== portName || port === undefined) continue;
      for (const endpoint of slice.endpoints ?? []) collect(byKey, endpoint, port);
    }
  }
  const endpoints = [...byKey.values()].map((entries) => entries[0] as EndpointInfo);
  endpoints.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const duplicates = new Map([...byKey].filter(([, entries]) => entries.length > 1));
  return { endpoints, duplicates };
}

/** The endpoints as one node sees them: of duplicates the first local one, else the first. */
export function endpointsOnNode(set: EndpointSet, nodeName: string): readonly EndpointInfo[] {
  if (set.duplicates.size === 0) return set.endpoints;
  return set.endpoints.map(
    (endpoint) =>
      set.duplicates.get(endpoint.key)?.find((entry) => entry.nodeName === nodeName) ?? endpoint,
  );
}

function collect(byKey: Map<string, EndpointInfo[]>, endpoint: Endpoint, port: number): void {
  const [address] = endpoint.addresses;
  if (address === undefined) return;
  const key = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
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
  const entries = byKey.get(key);
  if (entries === undefined) byKey.set(key, [info]);
  else entries.push(info);
}
