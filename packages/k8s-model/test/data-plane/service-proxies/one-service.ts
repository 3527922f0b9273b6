import type {
  EndpointSlice,
  IPFamily,
  Protocol,
  Service,
  ServicePort,
} from "@k8s-netsim/k8s-model/api";
import { endpointSet, type ProxiedPort, proxiedPort } from "@k8s-netsim/k8s-model/data-plane";

/** An endpoint in few words; all ready unless said otherwise. */
export interface GivenEndpoint {
  readonly ip: string;
  readonly node: string;
  readonly ready?: boolean;
  readonly serving?: boolean;
  readonly terminating?: boolean;
}

/** A Service with its slice, and the family of the proxier that reads it. */
export interface GivenService {
  readonly name?: string;
  readonly spec?: Partial<Service["spec"]>;
  readonly ports?: readonly ServicePort[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly vips?: readonly string[];
  readonly endpoints?: readonly GivenEndpoint[];
  /** Protocol of the slice's ports, where it differs from the Service's. */
  readonly sliceProtocol?: Protocol;
  readonly family?: IPFamily;
}

const HTTP: ServicePort = { name: "p", protocol: "TCP", port: 80 };

export function serviceOf({
  name = "s",
  spec = {},
  ports = [HTTP],
  labels,
  vips = [],
}: GivenService): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "ns", ...(labels === undefined ? {} : { labels }) },
    spec: { type: "ClusterIP", clusterIP: "172.30.0.1", ports, ...spec },
    status: { loadBalancer: { ingress: vips.map((ip) => ({ ip })) } },
  };
}

export function sliceOf({
  name = "s",
  ports = [HTTP],
  endpoints = [],
  sliceProtocol,
  family = "IPv4",
}: GivenService): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${name}-1`, namespace: "ns" },
    addressType: family,
    ports: ports.map((port) => ({
      name: port.name ?? "",
      protocol: sliceProtocol ?? port.protocol ?? "TCP",
      port: port.port + 8000,
    })),
    endpoints: endpoints.map(
      ({ ip, node, ready = true, serving = ready, terminating = false }) => ({
        addresses: [ip],
        nodeName: node,
        conditions: { ready, serving, terminating },
      }),
    ),
  };
}

/** The ports of one Service as node `n0` programs them. */
export function portsOf(given: GivenService): readonly ProxiedPort[] {
  const service = serviceOf(given);
  const slice = sliceOf(given);
  const node = { name: "n0", zone: undefined, family: given.family ?? "IPv4" } as const;
  return (service.spec.ports ?? []).map((port) =>
    proxiedPort(service, port, endpointSet([slice], port.name ?? "", port.protocol), node),
  );
}

export const HERE: GivenEndpoint = { ip: "10.180.0.1", node: "n0" };
export const AWAY: GivenEndpoint = { ip: "10.180.1.1", node: "n1" };
