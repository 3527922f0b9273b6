import type { CIDR } from "../../address/index.ts";
import type { IPFamily, Protocol, Service, ServicePort } from "../../api/index.ts";
import { categorize } from "../kube-proxy/categorize.ts";
import type { EndpointInfo, EndpointSet } from "../kube-proxy/endpoint-info.ts";
import {
  addressesOf,
  loadBalancerVIPs,
  servicePortInfo,
  sourceRangesOf,
} from "../kube-proxy/service-port.ts";

/** What a proxy knows of its own node. */
export interface ProxyNode {
  readonly name: string;
  readonly zone: string | undefined;
  readonly family: IPFamily;
}

/** One Service port with the endpoints that one node uses for it: what every proxy mode programs. */
export interface ProxiedPort {
  /** `namespace/name`: a change of it concerns all its ports. */
  readonly service: string;
  /** `namespace/name:port`, without the colon where the port has no name. */
  readonly name: string;
  readonly namespace: string;
  readonly serviceName: string;
  readonly portName: string;
  readonly protocol: Protocol;
  readonly clusterIP: string;
  readonly port: number;
  /** 0 where there is none. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  readonly loadBalancerIPs: readonly string[];
  /** Empty: everybody may use the load balancer's addresses. */
  readonly sourceRanges: readonly CIDR[];
  /** 0 where there is none. */
  readonly healthCheckNodePort: number;
  /** Seconds that a client stays with its endpoint; undefined without session affinity. */
  readonly affinitySeconds: number | undefined;
  readonly internalPolicyLocal: boolean;
  readonly externalPolicyLocal: boolean;
  readonly externallyAccessible: boolean;
  /** Endpoints for traffic policy Cluster; empty where no such traffic can come. */
  readonly cluster: readonly EndpointInfo[];
  /** Endpoints for traffic policy Local; empty where the port has no such policy. */
  readonly local: readonly EndpointInfo[];
  readonly reachable: readonly EndpointInfo[];
  /** Whether any endpoint, on whatever node, could serve. */
  readonly hasEndpoints: boolean;
  /** Endpoints of any condition: what decides on large cluster mode. */
  readonly endpointCount: number;
}

/** Whether connections to the cluster IP find an endpoint. */
export function hasInternalEndpoints(port: ProxiedPort): boolean {
  return port.hasEndpoints && !(port.internalPolicyLocal && port.local.length === 0);
}

/** Whether connections from outside find an endpoint. */
export function hasExternalEndpoints(port: ProxiedPort): boolean {
  return port.hasEndpoints && !(port.externalPolicyLocal && port.local.length === 0);
}

/**
 * Whether kube-proxy's proxier of one family has rules for a Service: not for a headless one, a name
 * outside, one without an address of the family, or one labelled for another proxy.
 */
export function isProxied(service: Service, family: IPFamily = "IPv4"): boolean {
  const { spec, metadata } = service;
  if (spec.type === "ExternalName" || OTHER_PROXY_LABEL in (metadata.labels ?? {})) return false;
  return clusterIPOf(service, family) !== undefined;
}

const OTHER_PROXY_LABEL = "service.kubernetes.io/service-proxy-name";

/** The port as the proxy of one family on one node programs it (kube-proxy 1.36). */
export function proxiedPort(
  service: Service,
  port: ServicePort,
  set: EndpointSet,
  node: ProxyNode,
): ProxiedPort {
  const info = servicePortInfo(service, port, node.family);
  const chosen = categorize(set.endpoints, info, node.name, node.zone);
  const { spec, metadata } = service;
  const namespace = metadata.namespace ?? "default";
  const portName = port.name ?? "";
  const key = `${namespace}/${metadata.name}`;
  return {
    service: key,
    name: portName === "" ? key : `${key}:${portName}`,
    namespace,
    serviceName: metadata.name,
    portName,
    protocol: port.protocol ?? "TCP",
    clusterIP: clusterIPOf(service, node.family) ?? "",
    port: port.port,
    nodePort: port.nodePort ?? 0,
    externalIPs: addressesOf(spec.externalIPs ?? [], node.family),
    loadBalancerIPs: addressesOf(loadBalancerVIPs(service), node.family),
    sourceRanges: sourceRangesOf(service, node.family),
    healthCheckNodePort: healthCheckNodePort(service),
    affinitySeconds: affinitySeconds(service),
    internalPolicyLocal: info.internalPolicyLocal,
    externalPolicyLocal: info.externalPolicyLocal,
    externallyAccessible: info.externallyAccessible,
    cluster: chosen.cluster ?? [],
    local: chosen.local ?? [],
    reachable: chosen.allReachable,
    hasEndpoints: chosen.hasAny,
    endpointCount: set.endpoints.length,
  };
}

function clusterIPOf({ spec }: Service, family: IPFamily): string | undefined {
  const all = spec.clusterIPs ?? (spec.clusterIP === undefined ? [] : [spec.clusterIP]);
  return addressesOf(all, family)[0];
}

function healthCheckNodePort({ spec }: Service): number {
  const needed = spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";
  return needed ? (spec.healthCheckNodePort ?? 0) : 0;
}

const DEFAULT_AFFINITY_SECONDS = 10_800;

function affinitySeconds({ spec }: Service): number | undefined {
  if (spec.sessionAffinity !== "ClientIP") return undefined;
  return spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS;
}
