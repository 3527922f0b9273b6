import type { Endpoint, EndpointSlice, Service } from "@k8s-netsim/k8s-model/api";
import {
  type CleanedService,
  endpointSet,
  type ProxiedPort,
  type ProxyHost,
  proxiedPort,
} from "@k8s-netsim/k8s-model/data-plane";

/** Where pods of the measured lab are; `ghost` is listed and does not exist. */
const PODS: Readonly<Record<string, { readonly address: string; readonly node: string }>> = {
  a1: { address: "10.244.1.2", node: "n1" },
  b1: { address: "10.244.1.3", node: "n1" },
  a2: { address: "10.244.2.2", node: "n2" },
  b2: { address: "10.244.2.3", node: "n2" },
  ghost: { address: "10.244.2.77", node: "n2" },
};

interface LabService {
  readonly name: string;
  readonly clusterIP: string;
  readonly pods: readonly string[];
  readonly spec?: Partial<Service["spec"]>;
  readonly nodePorts?: readonly [tcp: number, udp: number];
  readonly targets?: readonly [tcp: number, udp: number];
  readonly vip?: string;
  readonly ports?: readonly ("t" | "u" | "s" | "https")[];
}

/** The Services of the lab in which a real kube-proxy 1.36.2 was measured. */
const SERVICES: readonly LabService[] = [
  { name: "kubernetes", clusterIP: "10.96.0.1", pods: [], ports: ["https"] },
  { name: "same", clusterIP: "10.96.0.10", pods: ["b1"] },
  { name: "remote", clusterIP: "10.96.0.11", pods: ["b2"] },
  { name: "hairpin", clusterIP: "10.96.0.12", pods: ["a1"] },
  {
    name: "affinity",
    clusterIP: "10.96.0.13",
    pods: ["b1", "b2"],
    spec: {
      sessionAffinity: "ClientIP",
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 2 } },
    },
  },
  { name: "empty", clusterIP: "10.96.0.14", pods: [], nodePorts: [30082, 30182] },
  { name: "spread", clusterIP: "10.96.0.15", pods: ["b1", "b2"] },
  { name: "npc", clusterIP: "10.96.0.16", pods: ["b2"], nodePorts: [30080, 30180] },
  {
    name: "npl",
    clusterIP: "10.96.0.17",
    pods: ["b2"],
    nodePorts: [30081, 30181],
    spec: { externalTrafficPolicy: "Local" },
  },
  {
    name: "itl",
    clusterIP: "10.96.0.18",
    pods: ["b2"],
    spec: { internalTrafficPolicy: "Local" },
  },
  { name: "moves", clusterIP: "10.96.0.19", pods: ["b2"] },
  { name: "dies", clusterIP: "10.96.0.20", pods: ["b2"] },
  { name: "term", clusterIP: "10.96.0.21", pods: ["b2"] },
  { name: "closedport", clusterIP: "10.96.0.22", pods: ["b2"], targets: [9999, 9998] },
  { name: "ghost", clusterIP: "10.96.0.23", pods: ["ghost"] },
  {
    name: "lb",
    clusterIP: "10.96.0.24",
    pods: ["b2"],
    nodePorts: [30083, 30183],
    vip: "203.0.113.10",
    spec: { loadBalancerSourceRanges: ["192.168.0.0/28"] },
  },
  {
    name: "lbopen",
    clusterIP: "10.96.0.25",
    pods: ["b2"],
    nodePorts: [30084, 30184],
    vip: "203.0.113.11",
    spec: { externalTrafficPolicy: "Local", healthCheckNodePort: 31652 },
  },
  {
    name: "ext",
    clusterIP: "10.96.0.26",
    pods: ["b2"],
    spec: { externalIPs: ["198.51.100.5"] },
  },
  { name: "sctp", clusterIP: "10.96.0.27", pods: ["b2"], ports: ["s"] },
];

const PORTS = {
  t: { name: "t", protocol: "TCP", port: 80, target: 8080 },
  u: { name: "u", protocol: "UDP", port: 53, target: 5353 },
  s: { name: "s", protocol: "SCTP", port: 9899, target: 9899 },
  https: { name: "https", protocol: "TCP", port: 443, target: 6443 },
} as const;

/** Changes a Service of the lab before its ports are made. */
export type LabEdit = (service: LabService) => LabService | undefined;

/** The Services of the lab with their slices. */
export function labServices(
  edit: LabEdit = (one) => one,
  conditions?: Endpoint["conditions"],
): CleanedService[] {
  return SERVICES.flatMap((given) => {
    const one = edit(given);
    return one === undefined ? [] : [objectsOf(one, conditions)];
  });
}

/** The Service ports of the lab as the proxy of n1 programs them. */
export function labPorts(
  edit: LabEdit = (one) => one,
  conditions?: Endpoint["conditions"],
): ProxiedPort[] {
  return SERVICES.flatMap((given) => {
    const one = edit(given);
    return one === undefined ? [] : portsOf(one, conditions);
  });
}

function objectsOf(one: LabService, conditions: Endpoint["conditions"]): CleanedService {
  const names = one.ports ?? (["t", "u"] as const);
  const ports = names.map((name, i) => ({
    ...PORTS[name],
    nodePort: one.nodePorts?.[i] ?? 0,
    target: one.targets?.[i] ?? PORTS[name].target,
  }));
  const type = one.vip ? "LoadBalancer" : one.nodePorts ? "NodePort" : "ClusterIP";
  const service: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: one.name, namespace: "default" },
    spec: { type, clusterIP: one.clusterIP, ports, ...one.spec },
    ...(one.vip ? { status: { loadBalancer: { ingress: [{ ip: one.vip }] } } } : {}),
  };
  const slice: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${one.name}-1`, namespace: "default" },
    addressType: "IPv4",
    ports: ports.map(({ name, protocol, target }) => ({ name, protocol, port: target })),
    endpoints: one.pods.map((pod) => ({
      addresses: [PODS[pod]?.address ?? ""],
      nodeName: PODS[pod]?.node ?? "",
      conditions: conditions ?? { ready: true, serving: true, terminating: false },
    })),
  };
  return { service, slices: [slice] };
}

function portsOf(one: LabService, conditions: Endpoint["conditions"]): ProxiedPort[] {
  const { service, slices } = objectsOf(one, conditions);
  const node = { name: "n1", zone: undefined, family: "IPv4" } as const;
  return (service.spec.ports ?? []).map((port) =>
    proxiedPort(service, port, endpointSet(slices, port.name ?? ""), node),
  );
}

/** Node n1 of the lab. */
export const LAB_NODE: ProxyHost = {
  nodeName: "n1",
  addresses: ["192.168.0.11", "10.244.1.1"],
  nodePortAddresses: ["192.168.0.11"],
  podRange: "10.244.0.0/16",
  serviceRanges: ["10.96.0.0/16"],
};
