import type { IPFamily, Service } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import { PACKET_LAB } from "../../data-plane/index.ts";
import { type ServicePortRef, type TrafficSpec, trafficDefaults } from "../../traffic/index.ts";
import { workloadKeyOf } from "../world/cluster-network.ts";

/** A connection that is to be captured, or one kind of them. */
export interface Wanted {
  /** Absent: a user outside, who enters at a node. */
  readonly pod?: number;
  /** `namespace/pod`, or the client outside. */
  readonly from: string;
  /** Whose pods take turns, where there are many connections. */
  readonly workload?: string;
  /** Where users outside enter: a zone's nodes only. */
  readonly zone?: string;
  readonly to: ServicePortRef;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly family: IPFamily;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly timeoutNs?: number;
}

/** The host outside of the cluster. */
export const CLIENT: string = PACKET_LAB.client.name;
const MAX_CONNECTIONS = 30;
/** Enough to see segments; a capture of megabytes tells nothing more. */
const MAX_BYTES = 20_000;

type AskedFamily = IPFamily | undefined;

/** One connection of each kind of the traffic, and what has none. */
export function wantedConnections(
  cluster: Cluster,
  { clients, calls, defaults }: TrafficSpec,
  family: AskedFamily,
): { readonly wanted: readonly Wanted[]; readonly leftOut: readonly string[] } {
  const leftOut: string[] = [];
  const wanted = new Map<string, Wanted>();
  const all = [...clients.map((one) => ({ ...one, from: one.workload })), ...calls];
  for (const one of all) {
    const { from, to, requestBytes, responseBytes, timeoutNs } = one;
    const zone = "zone" in one ? one.zone : undefined;
    const source = from ?? (zone === undefined ? "outside" : `outside in zone ${zone}`);
    const key = `${source} -> ${to.service}:${to.port}`;
    if (wanted.has(key)) continue;
    const pod = from === undefined ? undefined : podOf(cluster, from);
    const port = portOf(cluster, to, family);
    if (from !== undefined && pod === undefined) leftOut.push(`${source} has no pod.`);
    else if (typeof port === "string") leftOut.push(`${key}: ${port}`);
    else if (wanted.size >= MAX_CONNECTIONS) leftOut.push(`${key}: more than ${MAX_CONNECTIONS}.`);
    else {
      wanted.set(key, {
        ...(pod === undefined ? { from: CLIENT } : { pod: pod.index, from: pod.key }),
        ...(from === undefined ? {} : { workload: from }),
        ...(zone === undefined ? {} : { zone }),
        ...(timeoutNs === undefined ? {} : { timeoutNs }),
        to,
        ...port,
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

/** The connection of one pod, or of a user outside, to a Service port; a sentence where there is none. */
export function wantedConnection(
  cluster: Cluster,
  from: string | undefined,
  to: ServicePortRef,
  family: AskedFamily,
): Wanted | string {
  const pod = from === undefined ? undefined : cluster.pods.byKey(from);
  if (from !== undefined && (pod?.ip === undefined || pod.nodeIndex < 0)) {
    return `${from} has no address, or no node.`;
  }
  const port = portOf(cluster, to, family);
  if (typeof port === "string") return `${to.service}:${to.port}: ${port}`;
  const { requestBytes, responseBytes } = trafficDefaults;
  const source = pod === undefined ? { from: CLIENT } : { pod: pod.index, from: pod.key };
  return { ...source, to, ...port, requestBytes, responseBytes };
}

/** The pods of a workload that could open a connection now. */
export function clientPods(cluster: Cluster, workload: string): readonly number[] {
  const found: number[] = [];
  for (const { index, gone, ip, nodeIndex, answering } of cluster.pods) {
    if (gone || !answering || ip === undefined || nodeIndex < 0) continue;
    if (workloadKeyOf(cluster, index) === workload) found.push(index);
  }
  return found;
}

function bytesOf(bytes: number): number {
  return Math.max(1, Math.min(Math.round(bytes), MAX_BYTES));
}

function podOf(
  cluster: Cluster,
  workload: string,
): { readonly index: number; readonly key: string } | undefined {
  const [index] = clientPods(cluster, workload);
  return index === undefined ? undefined : cluster.pods.at(index);
}

/** Protocol and family of a Service port; a sentence where no packet can be sent to it. */
function portOf(
  cluster: Cluster,
  { service: key, port }: ServicePortRef,
  asked: AskedFamily,
): { readonly protocol: "TCP" | "UDP" | "SCTP"; readonly family: IPFamily } | string {
  const service = cluster.store.get<Service>("Service", key);
  if (service === undefined) return "there is no such Service.";
  if (service.spec.type === "ExternalName") return "a name outside of the cluster.";
  const found = service.spec.ports?.find((one) => one.port === port);
  if (found === undefined) return "the Service has no such port.";
  const families = familiesOf(service);
  const [first = "IPv4"] = families;
  if (asked !== undefined && !families.includes(asked)) return `the Service has no ${asked}.`;
  return { protocol: found.protocol ?? "TCP", family: asked ?? first };
}

function familiesOf({ spec }: Service): readonly IPFamily[] {
  if (spec.ipFamilies !== undefined) return spec.ipFamilies;
  const { clusterIP = "", clusterIPs = [clusterIP] } = spec;
  const addresses = clusterIPs.filter((text) => text !== "" && text !== "None");
  return addresses.map((text) => (text.includes(":") ? "IPv6" : "IPv4"));
}
