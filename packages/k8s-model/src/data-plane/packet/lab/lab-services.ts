import type {
  Endpoint,
  EndpointSlice,
  IPFamily,
  Service,
  ServicePort,
} from "../../../api/index.ts";
import { addressMatches } from "../netfilter/index.ts";
import { familiesOf, familyOf, type LabPlan } from "./plan.ts";

/** A Service of the lab: a TCP and a UDP port unless it says otherwise. */
export interface LabService {
  readonly name: string;
  readonly clusterIP: string;
  /** Of the other family, where the Service is dual-stack. */
  readonly secondClusterIP?: string;
  /** Pods, or addresses that no pod has. */
  readonly endpoints: readonly string[];
  /** 80 and 53 where absent. */
  readonly ports?: { readonly tcp: number; readonly udp: number };
  /** Where absent, the ports on which the lab's servers listen. */
  readonly targetPorts?: { readonly tcp: number; readonly udp: number };
  /** One SCTP port in place of the two. */
  readonly sctpPort?: number;
  readonly nodePorts?: { readonly tcp: number; readonly udp: number };
  readonly externalPolicyLocal?: boolean;
  readonly internalPolicyLocal?: boolean;
  readonly loadBalancerIP?: string;
  readonly sourceRanges?: readonly string[];
  readonly externalIPs?: readonly string[];
  readonly affinitySeconds?: number;
  readonly healthCheckNodePort?: number;
}

/** How an endpoint stands; all true and not terminating unless told. */
export interface EndpointCondition {
  readonly ready?: boolean;
  readonly serving?: boolean;
  readonly terminating?: boolean;
}

const NAMESPACE = "default";

/** The Services that stand while the situations are played. */
export const LAB_SERVICES: readonly LabService[] = [
  { name: "same", clusterIP: "10.96.0.10", endpoints: ["b1"] },
  { name: "remote", clusterIP: "10.96.0.11", endpoints: ["b2"] },
  { name: "hairpin", clusterIP: "10.96.0.12", endpoints: ["a1"] },
  { name: "affinity", clusterIP: "10.96.0.13", endpoints: ["b1", "b2"], affinitySeconds: 2 },
  {
    name: "empty",
    clusterIP: "10.96.0.14",
    endpoints: [],
    nodePorts: { tcp: 30_082, udp: 30_182 },
  },
  { name: "spread", clusterIP: "10.96.0.15", endpoints: ["b1", "b2"] },
  {
    name: "npc",
    clusterIP: "10.96.0.16",
    endpoints: ["b2"],
    nodePorts: { tcp: 30_080, udp: 30_180 },
  },
  {
    name: "npl",
    clusterIP: "10.96.0.17",
    endpoints: ["b2"],
    nodePorts: { tcp: 30_081, udp: 30_181 },
    externalPolicyLocal: true,
  },
  { name: "itl", clusterIP: "10.96.0.18", endpoints: ["b2"], internalPolicyLocal: true },
  { name: "moves", clusterIP: "10.96.0.19", endpoints: ["b2"] },
  { name: "dies", clusterIP: "10.96.0.20", endpoints: ["b2"] },
  { name: "term", clusterIP: "10.96.0.21", endpoints: ["b2"] },
  {
    name: "closedport",
    clusterIP: "10.96.0.22",
    endpoints: ["b2"],
    targetPorts: { tcp: 9999, udp: 9998 },
  },
  { name: "ghost", clusterIP: "10.96.0.23", endpoints: ["10.244.2.77"] },
  {
    name: "lb",
    clusterIP: "10.96.0.24",
    endpoints: ["b2"],
    nodePorts: { tcp: 30_083, udp: 30_183 },
    loadBalancerIP: "203.0.113.10",
    sourceRanges: ["192.168.0.0/28"],
  },
  {
    name: "lbopen",
    clusterIP: "10.96.0.25",
    endpoints: ["b2"],
    nodePorts: { tcp: 30_084, udp: 30_184 },
    loadBalancerIP: "203.0.113.11",
    externalPolicyLocal: true,
    healthCheckNodePort: 32_000,
  },
  { name: "ext", clusterIP: "10.96.0.26", endpoints: ["b2"], externalIPs: ["198.51.100.5"] },
  { name: "sctp", clusterIP: "10.96.0.27", endpoints: ["b2"], sctpPort: 9899 },
];

/** The Service object as the API server holds it. */
export function serviceObject(lab: LabService): Service {
  const { name, clusterIP, secondClusterIP, nodePorts, loadBalancerIP } = lab;
  const addresses = secondClusterIP === undefined ? [clusterIP] : [clusterIP, secondClusterIP];
  const type =
    loadBalancerIP !== undefined
      ? "LoadBalancer"
      : nodePorts !== undefined
        ? "NodePort"
        : "ClusterIP";
  const exposed = type !== "ClusterIP" || lab.externalIPs !== undefined;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      type,
      clusterIP,
      clusterIPs: addresses,
      ipFamilies: addresses.map(familyOf),
      ports: servicePorts(lab),
      externalIPs: lab.externalIPs ?? [],
      loadBalancerSourceRanges: lab.sourceRanges ?? [],
      healthCheckNodePort: lab.healthCheckNodePort ?? 0,
      internalTrafficPolicy: lab.internalPolicyLocal === true ? "Local" : "Cluster",
      ...(exposed
        ? { externalTrafficPolicy: lab.externalPolicyLocal === true ? "Local" : "Cluster" }
        : {}),
      ...(lab.affinitySeconds === undefined
        ? {}
        : {
            sessionAffinity: "ClientIP",
            sessionAffinityConfig: { clientIP: { timeoutSeconds: lab.affinitySeconds } },
          }),
    },
    status: {
      loadBalancer: { ingress: loadBalancerIP === undefined ? [] : [{ ip: loadBalancerIP }] },
    },
  };
}

function servicePorts({ sctpPort, nodePorts, ports }: LabService): readonly ServicePort[] {
  if (sctpPort !== undefined) return [{ name: "s", protocol: "SCTP", port: sctpPort }];
  return [
    { name: "t", protocol: "TCP", port: ports?.tcp ?? 80, nodePort: nodePorts?.tcp ?? 0 },
    { name: "u", protocol: "UDP", port: ports?.udp ?? 53, nodePort: nodePorts?.udp ?? 0 },
  ];
}

/** The slices of a Service, one for each of its families, with its endpoints in the given conditions. */
export function sliceObjects(
  lab: LabService,
  plan: LabPlan,
  conditions: ReadonlyMap<string, EndpointCondition> = new Map(),
): readonly EndpointSlice[] {
  const { clusterIP, secondClusterIP } = lab;
  const addresses = secondClusterIP === undefined ? [clusterIP] : [clusterIP, secondClusterIP];
  return addresses.map((address) => sliceObject(lab, plan, conditions, familyOf(address)));
}

function sliceObject(
  lab: LabService,
  plan: LabPlan,
  conditions: ReadonlyMap<string, EndpointCondition>,
  family: IPFamily,
): EndpointSlice {
  const { tcp, udp } = lab.targetPorts ?? plan.serverPorts;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${lab.name}-${family === "IPv4" ? 1 : 6}`,
      namespace: NAMESPACE,
      labels: { "kubernetes.io/service-name": lab.name },
    },
    addressType: family,
    ports:
      lab.sctpPort === undefined
        ? [
            { name: "t", protocol: "TCP", port: tcp },
            { name: "u", protocol: "UDP", port: udp },
          ]
        : [{ name: "s", protocol: "SCTP", port: lab.sctpPort }],
    endpoints: lab.endpoints.flatMap((name) =>
      endpointOf(name, plan, family, conditions.get(name)),
    ),
  };
}

/** None where a pod has no address of the family, or an address is of the other one. */
function endpointOf(
  name: string,
  plan: LabPlan,
  family: IPFamily,
  { ready = true, serving = true, terminating = false }: EndpointCondition = {},
): readonly Endpoint[] {
  const inFamily = familiesOf(plan).find((one) => one.family === family);
  const node = plan.nodes.find(({ pods }) => pods.some((pod) => pod.name === name));
  const pod = node?.pods.find((one) => one.name === name);
  const address = pod === undefined ? name : inFamily?.podAddress(pod);
  if (address === undefined || familyOf(address) !== family) return [];
  const home =
    node ??
    plan.nodes.find((one) => addressMatches(address, inFamily?.nodePodRange(one) ?? address));
  return [
    {
      addresses: [address],
      conditions: { ready, serving, terminating },
      ...(home === undefined ? {} : { nodeName: home.name }),
    },
  ];
}
