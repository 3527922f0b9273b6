// Flows of a large cluster in closed form, from its Services and EndpointSlices: every node sends to every
// Service; a third of them each has no traffic distribution, PreferSameZone and PreferSameNode. Arguments:
// Services, endpoints, nodes. The last line is how many seconds it took to know the expected rate of every
// endpoint and zone pair.
import type { EndpointSlice, Service } from "@k8s-netsim/k8s-model/api";
import { PortView } from "@k8s-netsim/k8s-model/data-plane";
import {
  DROPPED,
  expectedFlows,
  type Network,
  REFUSED,
  staticNetwork,
  type TrafficPlan,
} from "@k8s-netsim/k8s-model/traffic";
import { constant, seconds } from "@k8s-netsim/sim-core";

const [services, endpoints, nodeCount] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
];
const ZONES = ["zone-a", "zone-b", "zone-c"];
const DISTRIBUTIONS = [undefined, "PreferSameZone", "PreferSameNode"];
const PER_SERVICE = Math.floor(endpoints / services);

const nodes = Array.from({ length: nodeCount }, (_, node) => ({ node, zone: node % 3, region: 0 }));
const nodeName = (node: number): string => `node-${node}`;
const zoneName = (node: number): string => ZONES[node % 3] as string;
/** Node of an endpoint: spread so that the endpoints of a Service are on nodes of all zones. */
const placed = (service: number, index: number): number =>
  (service * 7919 + index * 1667) % nodeCount;

function serviceOf(index: number): Service {
  const distribution = DISTRIBUTIONS[index % 3];
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: `service-${index}`, namespace: "default" },
    spec: {
      type: "ClusterIP",
      clusterIP: `10.96.${index >> 8}.${index & 255}`,
      ports: [{ name: "http", port: 80, protocol: "TCP" }],
      ...(distribution === undefined ? {} : { trafficDistribution: distribution }),
    },
  } as Service;
}

function sliceOf(index: number): EndpointSlice {
  const name = `service-${index}`;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${name}-1`, namespace: "default" },
    addressType: "IPv4",
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
    endpoints: Array.from({ length: PER_SERVICE }, (_, endpoint) => {
      const pod = index * PER_SERVICE + endpoint;
      const node = placed(index, endpoint);
      const forZones = [{ name: zoneName(node) }];
      const forNodes = [{ name: nodeName(node) }];
      const hints = [undefined, { forZones }, { forZones, forNodes }][index % 3];
      return {
        addresses: [`10.${pod >> 16}.${(pod >> 8) & 255}.${pod & 255}`],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: nodeName(node),
        zone: zoneName(node),
        targetRef: { kind: "Pod", namespace: "default", name: String(pod) },
        ...(hints === undefined ? {} : { hints }),
      };
    }),
  } as EndpointSlice;
}

function planned(): TrafficPlan {
  const workload = { workers: 8, serviceTimeNs: constant(1_000_000), queueLimit: 1_000, edges: [] };
  return {
    servicePorts: Array.from({ length: services }, (_, index) => ({
      service: `default/service-${index}`,
      port: 80,
    })),
    workloads: [
      { ...workload, key: "default/DaemonSet/client" },
      { ...workload, key: "default/Deployment/servers" },
    ],
    edges: Array.from({ length: services }, (_, index) => ({
      name: `client -> default/service-${index}:80`,
      from: 0,
      servicePort: index,
      callsPerRequest: 1,
      requestBytes: 1_000,
      responseBytes: 10_000,
      connection: { kind: "per-request" as const, requestsPerConnection: 1 },
      timeoutNs: seconds(10),
      retries: 0,
    })),
    sources: Array.from({ length: services }, (_, index) => ({
      kind: "open" as const,
      name: `client-${index}`,
      edge: index,
      rateHz: 100,
    })),
  };
}

/** The cluster as its kube-proxies see it once all of them know everything. */
function network(views: readonly PortView[]): Network {
  const pods = Array.from({ length: services * PER_SERVICE }, (_, pod) => ({
    name: `default/${pod}`,
    node: placed(Math.floor(pod / PER_SERVICE), pod % PER_SERVICE),
    workload: 1,
  }));
  const clients = nodes.map(({ node }) => ({ name: `default/client-${node}`, node, workload: 0 }));
  const all = [...pods, ...clients];
  return {
    ...staticNetwork({ zones: ZONES, nodes, pods: all, endpoints: [] }),
    endpoints(node, servicePort, origin) {
      const view = views[servicePort] as PortView;
      const { verdict, endpoints } = view.routing(nodeName(node), zoneName(node), origin);
      if (verdict === "accept") return endpoints;
      return verdict === "drop" ? DROPPED : REFUSED;
    },
    specialNodes(servicePort) {
      const names = (views[servicePort] as PortView).specialNodeNames() ?? [];
      return [...names].map((name) => Number(name.slice("node-".length)));
    },
  };
}

const objects = Array.from(
  { length: services },
  (_, index) => [serviceOf(index), sliceOf(index)] as const,
);
const plan = planned();
const beganMs = performance.now();
const views = objects.map(
  ([service, slice]) =>
    new PortView(service, { name: "http", port: 80, protocol: "TCP" }, [slice], ({ endpoint }) =>
      Number(endpoint.targetRef?.name),
    ),
);
const flows = expectedFlows(plan, network(views), [0, 1]);
const took = (performance.now() - beganMs) / 1000;
const served = flows.edges.reduce((sum, { requestsByPodHz }) => {
  for (const rateHz of requestsByPodHz.values()) sum += rateHz;
  return sum;
}, 0);
if (Math.abs(served / (100 * services) - 1) > 1e-9) throw new Error(`served ${served} a second`);
process.stdout.write(`${took}\n`);
