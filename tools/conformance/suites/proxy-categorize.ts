import type { EndpointSlice, Service } from "@k8s-netsim/k8s-model/api";
import {
  categorize,
  type EndpointInfo,
  endpointSet,
  endpointsOnNode,
  servicePortInfo,
} from "@k8s-netsim/k8s-model/data-plane";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";

interface VectorEndpoint {
  readonly addr: string;
  readonly node: string | null;
  readonly ready: boolean | null;
  readonly serving: boolean | null;
  readonly terminating: boolean | null;
  readonly forZones: readonly string[] | null;
  readonly forNodes: readonly string[] | null;
}

interface VectorSlice {
  readonly name: string;
  readonly service: string;
  readonly ports: EndpointSlice["ports"];
  readonly endpoints: readonly VectorEndpoint[] | null;
}

interface VectorService {
  readonly name: string;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer";
  readonly clusterIP: string;
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    readonly nodePort: number;
    readonly protocol: "TCP" | "UDP" | "SCTP";
  }[];
  readonly internalTrafficPolicy: "Cluster" | "Local";
  readonly externalTrafficPolicy: "" | "Cluster" | "Local";
  readonly loadBalancerIPs: readonly string[] | null;
  readonly lbIPMode: string;
  readonly externalIPs: readonly string[] | null;
}

interface Input {
  readonly node: string;
  readonly nodeZone: string | null;
  readonly service: VectorService;
  readonly slices: readonly VectorSlice[] | null;
}

interface Output {
  readonly deterministic: boolean;
  readonly endpointsMap: readonly unknown[] | null;
  readonly cluster: readonly string[] | null;
  readonly local: readonly string[] | null;
  readonly allReachable: readonly string[] | null;
  readonly [field: string]: unknown;
}

export const proxyCategorize: Suite<Input, Output> = {
  name: "proxy_categorize",
  about: "kube-proxy's choice of endpoints: the endpoint map, cluster, local and reachable lists",
  run(input, output) {
    const expected = {
      ...output,
      deterministic: undefined,
      endpointsMap: output.endpointsMap ?? [],
      // A nil list and an empty one differ only in Go; whether it is used is compared beside it.
      cluster: output.cluster ?? [],
      local: output.local ?? [],
      allReachable: output.allReachable ?? [],
    };
    return judge(differences(expected, answer(input)));
  },
};

function answer({ node, nodeZone, service: given, slices }: Input): object {
  const service = serviceOf(given);
  const [port] = service.spec.ports ?? [];
  if (port === undefined) return {};
  const info = servicePortInfo(service, port);
  const set = endpointSet((slices ?? []).map(sliceOf), port.name ?? "");
  const endpoints = endpointsOnNode(set, node);
  const chosen = categorize(endpoints, info, node, nodeZone ?? undefined);
  const bit = (flag: boolean): number => (flag ? 1 : 0);
  return {
    endpointsMap: endpoints.map(({ key, nodeName, ready, serving, terminating }) => [
      key,
      bit(nodeName === node),
      bit(ready),
      bit(serving),
      bit(terminating),
    ]),
    cluster: (chosen.cluster ?? []).map(keyOf),
    local: (chosen.local ?? []).map(keyOf),
    allReachable: chosen.allReachable.map(keyOf).sort(),
    hasAny: chosen.hasAny,
    usesClusterEndpoints: info.usesClusterEndpoints,
    usesLocalEndpoints: info.usesLocalEndpoints,
    externallyAccessible: info.externallyAccessible,
  };
}

const keyOf = ({ key }: EndpointInfo): string => key;

function serviceOf(given: VectorService): Service {
  const ipMode = given.lbIPMode === "" ? {} : { ipMode: given.lbIPMode };
  const policy = given.externalTrafficPolicy;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: given.name, namespace: "default" },
    spec: {
      type: given.type,
      clusterIP: given.clusterIP,
      ports: given.ports,
      internalTrafficPolicy: given.internalTrafficPolicy,
      externalIPs: given.externalIPs ?? [],
      ...(policy === "" ? {} : { externalTrafficPolicy: policy }),
    },
    status: {
      loadBalancer: { ingress: (given.loadBalancerIPs ?? []).map((ip) => ({ ip, ...ipMode })) },
    },
  };
}

function sliceOf({ name, service, ports, endpoints }: VectorSlice): EndpointSlice {
  const names = (list: readonly string[] | null): { name: string }[] =>
    (list ?? []).map((one) => ({ name: one }));
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace: "default", labels: { "kubernetes.io/service-name": service } },
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
