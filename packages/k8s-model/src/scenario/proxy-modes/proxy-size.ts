import { type RandomStream, StreamRegistry } from "@k8s-netsim/sim-core";
import {
  endpointSet,
  type ProxiedPort,
  type ProxyHost,
  type ProxyKind,
  proxiedPort,
  type ServiceProxy,
  serviceProxy,
  syncNs,
} from "../../data-plane/index.ts";

const SAMPLES = 200;

const NODE: ProxyHost = {
  nodeName: "n1",
  addresses: ["192.168.0.11"],
  nodePortAddresses: ["192.168.0.11"],
  podRange: "10.244.0.0/16",
  serviceRanges: ["10.96.0.0/12"],
};

/** One node with so many ClusterIP Services of one TCP port each. */
export interface ProxySizeQuestion {
  readonly proxy: ProxyKind;
  readonly services: number;
  readonly endpointsPerService: number;
  readonly seed: string;
}

/** What a proxy mode costs at one size. */
export interface ProxySize {
  readonly services: number;
  /** Rules, operations or entries of the first sync, and its bytes. */
  readonly written: number;
  readonly bytes: number;
  /** First packets to Services, by their place among the rules (ns). */
  readonly p50Ns: number;
  readonly p99Ns: number;
  /** Syncs: after one endpoint changed, a full one, a node's first (ns). */
  readonly partialNs: number;
  readonly fullNs: number;
  readonly firstNs: number;
}

/**
 * Programs the Services on one node in a random order, as kube-proxy does, sends first packets to
 * Services spread evenly over that order, and lets the rules that each meets decide its cost. Random:
 * the order and the endpoints, from the seed.
 */
export function measureProxySize(question: ProxySizeQuestion): ProxySize {
  const { proxy: kind, services, endpointsPerService: each } = question;
  const streams = new StreamRegistry(question.seed);
  const ports = shuffled(clusterIPPorts(services, each), streams.stream("order of rules"));
  const proxy = serviceProxy(kind, NODE);
  const { written, bytes } = proxy.program({ ports, changed: new Set(), nowNs: 0 });
  const connects = sampleConnects(proxy, ports, streams.stream("connections"));
  const size = {
    services,
    endpoints: services * each,
    changedServices: 1,
    changedEndpoints: each,
  };
  return {
    services,
    written,
    bytes,
    p50Ns: quantile(connects, 0.5),
    p99Ns: quantile(connects, 0.99),
    partialNs: syncNs(kind, "partial", size),
    fullNs: syncNs(kind, "full", size),
    firstNs: syncNs(kind, "full-from-empty", size),
  };
}

function clusterIPPorts(services: number, each: number): ProxiedPort[] {
  const node = { name: NODE.nodeName, zone: undefined, family: "IPv4" } as const;
  return Array.from({ length: services }, (_, i) => {
    const port = { name: "http", protocol: "TCP", port: 80 } as const;
    const name = `svc-${i}`;
    const service = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: "default" },
      spec: { type: "ClusterIP", clusterIP: address(10, 96, i + 10), ports: [port] },
    } as const;
    const slice = {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: `${name}-1`, namespace: "default" },
      addressType: "IPv4",
      ports: [{ name: "http", protocol: "TCP", port: 8080 }],
      endpoints: Array.from({ length: each }, (__, j) => ({
        addresses: [address(10, 128, i * each + j)],
      })),
    } as const;
    return proxiedPort(service, port, endpointSet([slice], "http"), node);
  });
}

function address(first: number, second: number, index: number): string {
  return `${first}.${second + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

function shuffled(ports: ProxiedPort[], random: RandomStream): ProxiedPort[] {
  for (let i = ports.length - 1; i > 0; i--) {
    const j = Math.floor(random.double() * (i + 1));
    [ports[i], ports[j]] = [ports[j] as ProxiedPort, ports[i] as ProxiedPort];
  }
  return ports;
}

/** Connections to Services spread evenly over the order of the rules. */
function sampleConnects(
  proxy: ServiceProxy,
  ports: readonly ProxiedPort[],
  random: RandomStream,
): number[] {
  const samples = Math.min(SAMPLES, ports.length);
  return Array.from({ length: samples }, (_, i) => {
    const place = Math.floor(((i + random.double()) / samples) * ports.length);
    const { clusterIP, port } = ports[place] as ProxiedPort;
    const connection = {
      protocol: "TCP",
      origin: "pod",
      source: "10.244.1.2",
      sourcePort: 32_768 + i,
      destination: clusterIP,
      destinationPort: port,
    } as const;
    return proxy.route(connection, { nowNs: 0, random: () => random.double() }).connectNs;
  }).sort((a, b) => a - b);
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}
