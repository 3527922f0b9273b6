import { constant, exponential, millis, seconds } from "@k8s-netsim/sim-core";
import {
  type CallEdgePlan,
  type Network,
  staticNetwork,
  type TrafficPlan,
  type WorkloadPlan,
} from "../../src/traffic/index.ts";

/** Three zones of two nodes; clients and servers spread evenly, endpoints as `choose` says. */
export function threeZones(
  choose: (node: number, zone: number) => readonly number[] | -1 | -2,
  servers: readonly number[] = [0, 1, 2, 3, 4, 5],
): Network {
  const nodes = Array.from({ length: 6 }, (_, node) => ({
    node,
    zone: Math.floor(node / 2),
    region: 0,
  }));
  const pods = [
    ...servers.map((node, index) => ({ name: `default/server-${index}`, node, workload: 1 })),
    ...nodes.map(({ node }) => ({ name: `default/client-${node}`, node, workload: 0 })),
  ];
  return staticNetwork({
    zones: ["zone-a", "zone-b", "zone-c"],
    nodes,
    pods,
    endpoints: nodes.map(({ node, zone }) => [choose(node, zone)]),
  });
}

export const EDGE: CallEdgePlan = {
  name: "client -> default/server:80",
  from: 0,
  servicePort: 0,
  callsPerRequest: 1,
  requestBytes: 1_000,
  responseBytes: 9_000,
  connection: { kind: "per-request", requestsPerConnection: 1 },
  timeoutNs: seconds(5),
  retries: 0,
};

const CLIENT: WorkloadPlan = {
  key: "default/Deployment/client",
  workers: 1,
  serviceTimeNs: constant(0),
  queueLimit: 0,
  edges: [],
};

export const SERVER: WorkloadPlan = {
  key: "default/Deployment/server",
  workers: 4,
  serviceTimeNs: exponential({ mean: millis(2) }),
  queueLimit: 1_000,
  edges: [],
};

/** One client workload that asks one server workload at `rateHz`. */
export function oneHop(rateHz: number, edge: Partial<CallEdgePlan> = {}): TrafficPlan {
  return {
    servicePorts: [{ service: "default/server", port: 80 }],
    workloads: [CLIENT, SERVER],
    edges: [{ ...EDGE, ...edge }],
    sources: [{ kind: "open", name: "client", edge: 0, rateHz }],
  };
}
