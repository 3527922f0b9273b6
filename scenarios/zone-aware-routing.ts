import { cluster, deployment, openLoop, scenario, service } from "@k8s-netsim/k8s-model/scenario";
import { millis, seconds } from "@k8s-netsim/sim-core";

/**
 * Callers in zone a ask a Service with four pods in each of two other zones and one, two or four in
 * their own: `PreferSameZone` saves the crossing, and loads the few pods at home.
 *
 *   users (zone a) ──► web:80 ──► 1, 2 or 4 pods in a
 *                            └──► 4 pods in b, 4 pods in c      (Default only)
 */
export default scenario("zone-aware-routing", {
  question: "What does PreferSameZone save, and what does it cost the pods in the callers' zone?",
  vary: { distribution: ["Default", "PreferSameZone"], podsInZoneA: [1, 2, 4] },
  runs: { replications: 20, warmUp: seconds(20), length: seconds(120) },
  quick: { replications: 5, warmUp: seconds(5), length: seconds(20) },
  build: ({ distribution, podsInZoneA }) =>
    cluster({
      zones: { a: { nodes: 4 }, b: { nodes: 4 }, c: { nodes: 4 } },
      serviceProxy: "nftables",
      objects: [
        deployment("web", {
          replicas: { a: podsInZoneA, b: 4, c: 4 },
          server: {
            workers: 8,
            serviceTime: { distribution: "exponential", meanNs: millis(4) },
          },
        }),
        service("web", { port: 80, trafficDistribution: distribution }),
      ],
      traffic: [openLoop({ from: { zone: "a" }, to: "web:80", ratePerSecond: 900 })],
    }),
  metrics: {
    latencyP99: { label: "Latency p99", unit: "ns", better: "lower" },
    crossZoneShare: { label: "Bytes that cross zones", unit: "share", better: "lower" },
    busiest: { label: "Busiest endpoint against the mean", unit: "ratio", better: "lower" },
    failed: { label: "Failed requests", unit: "share", better: "lower" },
  },
  measure: ({ requests, bytes, value }) => ({
    latencyP99: requests.latency.quantile(0.99),
    crossZoneShare: bytes.share({ sameZone: false }),
    busiest: value("busiestEndpoint"),
    failed: requests.failedShare(),
  }),
  expect: {
    "same-zone routing keeps bytes at home": ({ at, metric }) =>
      metric.crossZoneShare.where(at.distribution("PreferSameZone")).below(0.02),
    "without it most bytes leave the zone": ({ at, metric }) =>
      metric.crossZoneShare.where(at.distribution("Default")).above(0.5),
    "one pod at home is loaded nine times the mean": ({ at, metric }) =>
      metric.busiest.where(at.distribution("PreferSameZone"), at.podsInZoneA(1)).above(8),
    "nothing fails": ({ metric }) => metric.failed.below(0.001),
  },
});
