import { type CIDR, formatIP, parseCIDR, parseIP } from "../../address/index.ts";
import type { IPFamily, Service, ServicePort } from "../../api/index.ts";

/** What kube-proxy keeps of one port of a Service to choose endpoints for it. */
export interface ServicePortInfo {
  readonly service: Service;
  readonly port: ServicePort;
  readonly internalPolicyLocal: boolean;
  readonly externalPolicyLocal: boolean;
  /** Has a node port, a load balancer address or an external IP. */
  readonly externallyAccessible: boolean;
  /** Whether the list over the whole cluster is needed: also to short-circuit external traffic. */
  readonly usesClusterEndpoints: boolean;
  readonly usesLocalEndpoints: boolean;
}

/** The port as the proxy of one family reads it: addresses of the other family are none to it. */
export function servicePortInfo(
  service: Service,
  port: ServicePort,
  family: IPFamily,
): ServicePortInfo {
  const { spec } = service;
  const external = spec.type === "NodePort" || spec.type === "LoadBalancer";
  const internalPolicyLocal = spec.internalTrafficPolicy === "Local";
  const externallyAccessible =
    (port.nodePort ?? 0) !== 0 ||
    addressesOf(spec.externalIPs ?? [], family).length > 0 ||
    addressesOf(loadBalancerVIPs(service), family).length > 0;
  const externalPolicyLocal =
    spec.externalTrafficPolicy === "Local" && (external || (spec.externalIPs ?? []).length > 0);
  return {
    service,
    port,
    internalPolicyLocal,
    externalPolicyLocal,
    externallyAccessible,
    usesClusterEndpoints: !internalPolicyLocal || externallyAccessible,
    usesLocalEndpoints: internalPolicyLocal || (externalPolicyLocal && externallyAccessible),
  };
}

interface Ingress {
  readonly ip?: string;
  readonly ipMode?: string | null;
}

/** Addresses of the load balancer that the node itself answers; mode Proxy stays outside. */
export function loadBalancerVIPs(service: Service): readonly string[] {
  const status = service.status as
    | { readonly loadBalancer?: { readonly ingress?: readonly Ingress[] } }
    | undefined;
  return (status?.loadBalancer?.ingress ?? [])
    .filter(({ ip, ipMode }) => ip !== undefined && ip !== "" && (ipMode ?? "VIP") === "VIP")
    .map(({ ip }) => ip as string);
}

/** Those of the family, as kube-proxy prints them. */
export function addressesOf(texts: readonly string[], family: IPFamily): readonly string[] {
  const found: string[] = [];
  for (const text of texts) {
    const address = parseIP(text);
    if (address?.family === family) found.push(formatIP(address));
  }
  return found;
}

/**
 * Who may use the load balancer's addresses of one family; empty: everybody. That is so, too, where a
 * range covers everything, or where all ranges are of the other family.
 */
export function sourceRangesOf({ spec }: Service, family: IPFamily): readonly CIDR[] {
  const ranges: CIDR[] = [];
  for (const text of spec.loadBalancerSourceRanges ?? []) {
    const range = parseCIDR(text.trim());
    if (range?.family === family) ranges.push(range);
  }
  return ranges.some(({ prefixLength }) => prefixLength === 0) ? [] : ranges;
}
