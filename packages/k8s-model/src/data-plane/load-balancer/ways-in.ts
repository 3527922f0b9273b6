import { cidrContains, formatCIDR, parseCIDR, parseIP } from "../../address/index.ts";
import type { Service, ServicePort } from "../../api/index.ts";
import { loadBalancerVIPs, sourceRangesOf } from "../kube-proxy/service-port.ts";

/** An address and port under which clients outside of the cluster meet a Service. */
export interface WayIn {
  readonly kind: "node-port" | "load-balancer" | "external-ip";
  /** `undefined`: every address of every node that takes node ports. */
  readonly address: string | undefined;
  readonly port: number;
  readonly servicePort: number;
  readonly policy: "Cluster" | "Local";
  /** Clients that may use it; `undefined`: everybody. */
  readonly sourceRanges: readonly string[] | undefined;
}

/** All ways in, or the reason why there is none. */
export interface WaysIn {
  readonly ways: readonly WayIn[];
  /** A sentence where `ways` is empty. */
  readonly reason: string | undefined;
}

/** How clients outside reach a Service through nodes: only what kube-proxy programs. */
export function waysIn(service: Service): WaysIn {
  const { spec } = service;
  if (spec.type === "ExternalName") {
    const { externalName = "" } = spec;
    const reason = `ExternalName is a CNAME to ${externalName}: no proxy programs anything, clients connect to that name themselves.`;
    return { ways: [], reason };
  }
  if (spec.clusterIP === "None") {
    return { ways: [], reason: "A headless Service has no address: DNS gives those of its pods." };
  }
  const ways = (spec.ports ?? []).flatMap((port) => waysOfPort(service, port));
  if (ways.length > 0) return { ways, reason: undefined };
  return { ways, reason: reasonForNone(service) };
}

function waysOfPort(service: Service, port: ServicePort): readonly WayIn[] {
  const { spec } = service;
  const policy = spec.externalTrafficPolicy === "Local" ? "Local" : "Cluster";
  const base = { servicePort: port.port, policy, sourceRanges: undefined } as const;
  const nodePort = port.nodePort ?? 0;
  return [
    ...(nodePort === 0
      ? []
      : [{ ...base, kind: "node-port" as const, address: undefined, port: nodePort }]),
    ...(spec.type === "LoadBalancer" ? loadBalancerVIPs(service) : []).map((address) => ({
      ...base,
      kind: "load-balancer" as const,
      address,
      port: port.port,
      sourceRanges: rangesOf(service, address),
    })),
    ...(spec.externalIPs ?? []).map((address) => ({
      ...base,
      kind: "external-ip" as const,
      address,
      port: port.port,
    })),
  ];
}

function rangesOf(service: Service, address: string): readonly string[] | undefined {
  const ranges = sourceRangesOf(service, parseIP(address)?.family ?? "IPv4");
  return ranges.length === 0 ? undefined : ranges.map(formatCIDR);
}

function reasonForNone({ spec }: Service): string {
  if (spec.type === "LoadBalancer") {
    return "No load balancer address is assigned and no node port is allocated.";
  }
  return `A Service of type ${spec.type ?? "ClusterIP"} without external IPs is reached only from inside.`;
}

/** Whether source ranges let a client in; nodes drop the packets of others. */
export function admitsSource({ sourceRanges }: WayIn, client: string): boolean {
  if (sourceRanges === undefined) return true;
  const address = parseIP(client);
  if (address === undefined) return false;
  return sourceRanges.some((text) => {
    const range = parseCIDR(text);
    return range !== undefined && cidrContains(range, address);
  });
}
