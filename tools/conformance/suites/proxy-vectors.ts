import type { EndpointSlice, Protocol, Service } from "@k8s-netsim/k8s-model/api";
import {
  endpointSet,
  isProxied,
  type ProxiedPort,
  type ProxyNode,
  proxiedPort,
} from "@k8s-netsim/k8s-model/data-plane";

/** A slice as the vectors about kube-proxy write it. */
export interface VectorSlice {
  readonly name: string;
  readonly service: string;
  readonly ports: EndpointSlice["ports"];
  readonly endpoints:
    | readonly {
        readonly addr: string;
        readonly node: string | null;
        readonly ready: boolean | null;
        readonly serving: boolean | null;
        readonly terminating: boolean | null;
        readonly forZones: readonly string[] | null;
        readonly forNodes: readonly string[] | null;
      }[]
    | null;
}

/** A Service as the vectors about kube-proxy write it. */
export interface VectorService {
  readonly name: string;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer";
  readonly clusterIP: string;
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    readonly nodePort: number;
    readonly protocol: Protocol;
  }[];
  readonly internalTrafficPolicy: "" | "Cluster" | "Local";
  readonly externalTrafficPolicy: "" | "Cluster" | "Local";
  readonly sessionAffinity?: "" | "None" | "ClientIP";
  readonly affinityTimeout?: number;
  readonly loadBalancerIPs: readonly string[] | null;
  readonly lbIPMode?: string;
  readonly sourceRanges?: readonly string[] | null;
  readonly externalIPs: readonly string[] | null;
  readonly healthCheckNodePort?: number;
}

export function serviceOf(given: VectorService, namespace: string): Service {
  const ipMode = (given.lbIPMode ?? "") === "" ? {} : { ipMode: given.lbIPMode };
  const { internalTrafficPolicy: internal, externalTrafficPolicy: external } = given;
  const timeoutSeconds = given.affinityTimeout ?? 0;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: given.name, namespace },
    spec: {
      type: given.type,
      clusterIP: given.clusterIP,
      ports: given.ports,
      externalIPs: given.externalIPs ?? [],
      loadBalancerSourceRanges: given.sourceRanges ?? [],
      healthCheckNodePort: given.healthCheckNodePort ?? 0,
      ...(internal === "" ? {} : { internalTrafficPolicy: internal }),
      ...(external === "" ? {} : { externalTrafficPolicy: external }),
      ...(given.sessionAffinity === "ClientIP"
        ? { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP: { timeoutSeconds } } }
        : {}),
    },
    status: {
      loadBalancer: { ingress: (given.loadBalancerIPs ?? []).map((ip) => ({ ip, ...ipMode })) },
    },
  };
}

export function sliceOf(
  { name, service, ports, endpoints }: VectorSlice,
  namespace: string,
): EndpointSlice {
  const names = (list: readonly string[] | null): { name: string }[] =>
    (list ?? []).map((one) => ({ name: one }));
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace, labels: { "kubernetes.io/service-name": service } },
    addressType: "IPv4",
    ports: ports ?? [],
    endpoints: (endpoints ?? []).map(
      ({ addr, node, ready, serving, terminating, forZones, forNodes }) => ({
        addresses: [addr],
        conditions: { ready, serving, terminating },
        ...(node === null || node === "" ? {} : { nodeName: node }),
        hints: { forZones: names(forZones), forNodes: names(forNodes) },
      }),
    ),
  };
}

/** Every port of a Service as a proxy on a node programs it. */
export function portsOf(
  given: VectorService,
  slices: readonly VectorSlice[] | null,
  node: ProxyNode,
  namespace: string,
): readonly ProxiedPort[] {
  const service = serviceOf(given, namespace);
  if (!isProxied(service, node.family)) return [];
  const known = (slices ?? []).map((slice) => sliceOf(slice, namespace));
  return (service.spec.ports ?? []).map((port) =>
    proxiedPort(service, port, endpointSet(known, port.name ?? "", port.protocol), node),
  );
}
