import { cloudBalancer } from "@k8s-netsim/k8s-model/data-plane";
import { cluster, deployment, openLoop, scenario, service } from "@k8s-netsim/k8s-model/scenario";
import { millis, seconds } from "@k8s-netsim/sim-core";

/** Pods by zone; each zone has two nodes. */
const PODS = {
  even: { a: 4, b: 4, c: 4 },
  uneven: { a: 1, b: 3, c: 8 },
  "empty zone": { a: 0, b: 6, c: 6 },
} as const;

/**
 * Users outside come through a cloud load balancer that sends to nodes. With policy Cluster a node's
 * proxy may send on to any pod; with Local only to its own, and the balancer must find out which
 * nodes have one. `healthCheck: "none"` is a balancer that takes every node for healthy.
 *
 *   users ──► load balancer ──► node ──► pod          (Local: a pod of this node)
 *                                 └────► other node   (Cluster: two times of three and more)
 */
export default scenario("external-traffic-policy", {
  question:
    "What does externalTrafficPolicy: Local save, and what does it cost where pods are uneven?",
  vary: {
    policy: ["Cluster", "Local"],
    pods: ["even", "uneven", "empty zone"],
    healthCheck: ["node port", "none"],
  },
  runs: { replications: 10, warmUp: seconds(5), length: seconds(60) },
  quick: { replications: 3, warmUp: seconds(1), length: seconds(10) },
  build: ({ policy, pods, healthCheck }) =>
    cluster({
      zones: { a: { nodes: 2 }, b: { nodes: 2 }, c: { nodes: 2 } },
      serviceProxy: "nftables",
      objects: [
        deployment("web", {
          replicas: PODS[pods],
          server: { workers: 8, serviceTime: { distribution: "exponential", meanNs: millis(4) } },
        }),
        service("web", { port: 80, type: "LoadBalancer", externalTrafficPolicy: policy }),
      ],
      loadBalancer: cloudBalancer({ crossZone: true, checks: healthCheck === "node port" }),
      traffic: [
        openLoop({
          to: "web:80",
          ratePerSecond: 400,
          timeout: seconds(2),
          connection: { kind: "per-request" },
        }),
      ],
    }),
  metrics: {
    failed: { label: "Failed requests", unit: "share", better: "lower" },
    secondHop: { label: "Connections sent on to another node", unit: "share", better: "lower" },
    crossZone: { label: "Bytes from node to pod that cross zones", unit: "share", better: "lower" },
    busiest: { label: "Busiest endpoint against the mean", unit: "ratio", better: "lower" },
    latencyP50: { label: "Latency p50", unit: "ns", better: "lower" },
    latencyP99: { label: "Latency p99", unit: "ns", better: "lower" },
    clientSeen: { label: "Connections whose pod sees the client's address", unit: "share" },
  },
  measure: (run) => {
    const outside = run.direction("north-south");
    return {
      failed: outside.failedShare(),
      secondHop: outside.secondHopShare(),
      crossZone: outside.crossZoneShare(),
      busiest: run.value("busiestEndpoint"),
      latencyP50: outside.latency.quantile(0.5),
      latencyP99: outside.latency.quantile(0.99),
      clientSeen: outside.clientAddressShare(),
    };
  },
  expect: {
    "Local never sends on to another node": ({ at, metric }) =>
      metric.secondHop.where(at.policy("Local")).below(0.000_001),
    "Cluster does so for five of six connections to pods spread over six nodes": ({ at, metric }) =>
      metric.secondHop.where(at.policy("Cluster"), at.pods("even")).above(0.75),
    "Local keeps the client's address": ({ at, metric }) =>
      metric.clientSeen.where(at.policy("Local")).above(0.999_999),
    "Cluster hides it behind the node's": ({ at, metric }) =>
      metric.clientSeen.where(at.policy("Cluster")).below(0.000_001),
    "Cluster spreads evenly over uneven nodes": ({ at, metric }) =>
      metric.busiest.where(at.policy("Cluster"), at.pods("uneven")).below(1.3),
    "Local loads the pod that is alone on its node": ({ at, metric }) =>
      metric.busiest
        .where(at.policy("Local"), at.pods("uneven"), at.healthCheck("node port"))
        .above(2),
    "without health checks Local loses what goes to nodes without a pod": ({ at, metric }) =>
      metric.failed
        .where(at.policy("Local"), at.pods("empty zone"), at.healthCheck("none"))
        .above(0.25),
    "with them nothing is lost": ({ at, metric }) =>
      metric.failed.where(at.healthCheck("node port")).below(0.000_001),
    "Cluster needs none": ({ at, metric }) =>
      metric.failed.where(at.policy("Cluster")).below(0.000_001),
  },
  answer: (results) => {
    const of = (policy: string, pods: string, healthCheck: string) =>
      results.find(
        ({ parameters: one }) =>
          one.policy === policy && one.pods === pods && one.healthCheck === healthCheck,
      )?.values;
    const [clusterWide, local] = [
      of("Cluster", "even", "node port"),
      of("Local", "even", "node port"),
    ];
    const uneven = of("Local", "uneven", "node port");
    const unchecked = of("Local", "empty zone", "none");
    if (!clusterWide || !local || !uneven || !unchecked) {
      return "The table shows each configuration with its intervals.";
    }
    const saved = ((clusterWide.latencyP50 ?? 0) - (local.latencyP50 ?? 0)) / 1e6;
    return `Local saves the hop to another node (${inPercent(clusterWide.secondHop)} of connections), ${saved.toFixed(1)} ms of the median and keeps clients' addresses; where pods are uneven its busiest one carries ${(uneven.busiest ?? 0).toFixed(1)} times the mean, and a balancer without health checks loses ${inPercent(unchecked.failed)} of requests.`;
  },
});

function inPercent(share: number | undefined): string {
  return `${(100 * (share ?? 0)).toFixed(0)} %`;
}
