import type { Service } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import { type EndpointInfo, endpointSet, PACKET_LAB } from "../../data-plane/index.ts";
import { type ServicePortRef, type TrafficSpec, trafficDefaults } from "../../traffic/index.ts";
import { workloadKeyOf } from "../world/cluster-network.ts";
import type { TracedService } from "./traced-lab.ts";

/** A connection that is to be captured. */
export interface Wanted {
  /** Absent: a user outside, who enters at a node. */
  readonly pod?: number;
  readonly from: string;
  readonly entry?: number;
  readonly to: ServicePortRef;
  readonly protocol: "TCP" | "UDP";
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** The host outside of the cluster. */
export const CLIENT: string = PACKET_LAB.client.name;
const MAX_CONNECTIONS = 30;
/** Enough to see segments; a capture of megabytes tells nothing more. */
const MAX_BYTES = 20_000;

/** One connection of each kind of the traffic, and what has none. */
export function wantedConnections(
  cluster: Cluster,
  services: ReadonlyMap<string, TracedService>,
  { clients, calls, defaults }: TrafficSpec,
): { readonly wanted: readonly Wanted[]; readonly leftOut: readonly string[] } {
  const leftOut: string[] = [];
  const wanted = new Map<string, Wanted>();
  const all = [...clients.map((one) => ({ ...one, from: one.workload })), ...calls];
  for (const one of all) {
    const { from, to, requestBytes, responseBytes } = one;
    const zone = "zone" in one ? one.zone : undefined;
    const source = from ?? (zone === undefined ? "outside" : `outside in zone ${zone}`);
    const key = `${source} -> ${to.service}:${to.port}`;
    if (wanted.has(key)) continue;
    const entry = from === undefined ? entryNode(cluster, zone) : undefined;
    const pod = from === undefined ? undefined : podOf(cluster, from);
    const protocol = protocolOf(services.get(to.service)?.service, to.port);
    if (pod === undefined && entry === undefined) leftOut.push(`${source} has no pod or node.`);
    else if (protocol === undefined)
      leftOut.push(`${key}: no such TCP or UDP port with a cluster IP.`);
    else if (wanted.size >= MAX_CONNECTIONS) leftOut.push(`${key}: more than ${MAX_CONNECTIONS}.`);
    else {
      wanted.set(key, {
        ...(pod === undefined ? { from: CLIENT } : { pod: pod.index, from: pod.key }),
        ...(entry === undefined ? {} : { entry }),
        to,
        protocol,
        requestBytes: bytesOf(
          requestBytes ?? defaults.requestBytes ?? trafficDefaults.requestBytes,
        ),
        responseBytes: bytesOf(
          responseBytes ?? defaults.responseBytes ?? trafficDefaults.responseBytes,
        ),
      });
    }
  }
  return { wanted: [...wanted.values()], leftOut };
}

/** Where users outside come in. */
function entryNode(cluster: Cluster, zone: string | undefined): number | undefined {
  const nodes = [...cluster.nodes];
  const index = nodes.findIndex((node) => zone === undefined || node.zone === zone);
  return index < 0 ? undefined : index;
}

function bytesOf(bytes: number): number {
  return Math.max(1, Math.min(Math.round(bytes), MAX_BYTES));
}

/** The connection of one pod to a Service port; undefined where the port has no cluster IP. */
export function wantedConnection(
  cluster: Cluster,
  services: ReadonlyMap<string, TracedService>,
  from: string,
  to: ServicePortRef,
): Wanted | undefined {
  const pod = cluster.pods.byKey(from);
  const protocol = protocolOf(services.get(to.service)?.service, to.port);
  if (pod?.ip === undefined || pod.nodeIndex < 0 || protocol === undefined) return undefined;
  const { requestBytes, responseBytes } = trafficDefaults;
  return { pod: pod.index, from, to, protocol, requestBytes, responseBytes };
}

function podOf(
  cluster: Cluster,
  workload: string,
): { readonly index: number; readonly key: string } | undefined {
  return [...cluster.pods].find(
    ({ index, gone, ip, nodeIndex }) =>
      !gone && ip !== undefined && nodeIndex >= 0 && workloadKeyOf(cluster, index) === workload,
  );
}

function protocolOf(service: Service | undefined, port: number): "TCP" | "UDP" | undefined {
  const { clusterIP = "", ports = [] } = service?.spec ?? {};
  if (clusterIP === "" || clusterIP === "None") return undefined;
  const found = ports.find((one) => one.port === port);
  if (found === undefined) return undefined;
  const protocol = found.protocol ?? "TCP";
  return protocol === "SCTP" ? undefined : protocol;
}

/** The endpoints of a Service port, in whatever condition. */
export function endpointsOf(
  services: ReadonlyMap<string, TracedService>,
  { service, port }: ServicePortRef,
): readonly EndpointInfo[] {
  const found = services.get(service);
  const name = found?.service.spec.ports?.find((one) => one.port === port)?.name ?? "";
  return endpointSet(found?.slices ?? [], name).endpoints;
}

/** The pods behind a Service port. */
export function podsBehind(
  cluster: Cluster,
  services: ReadonlyMap<string, TracedService>,
  to: ServicePortRef,
): readonly number[] {
  const namespace = to.service.slice(0, to.service.indexOf("/"));
  return endpointsOf(services, to).map((endpoint) => cluster.podIndexOf(endpoint, namespace));
}
