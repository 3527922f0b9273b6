import {
  cluster,
  deployment,
  openLoop,
  scenario,
  service,
  zoneOutage,
} from "@k8s-netsim/k8s-model/scenario";
import { millis, seconds } from "@k8s-netsim/sim-core";

/**
 * Zone a goes down with a third of the pods. Until the control plane notices (lease grace, then
 * slices, then every proxy's sync) requests still go there and time out.
 *
 *   users (zone b) ──► web:80 ──► 4 pods each in a ✗, b, c
 */
export default scenario("zone-outage", {
  question: "How many requests from another zone fail when a zone goes down, and what helps?",
  vary: { distribution: ["Default", "PreferSameZone"], retries: [0, 2] },
  runs: { replications: 10, warmUp: seconds(10), length: seconds(150) },
  quick: { replications: 3, warmUp: seconds(5), length: seconds(100) },
  build: ({ distribution, retries }) =>
    cluster({
      zones: { a: { nodes: 2 }, b: { nodes: 2 }, c: { nodes: 2 } },
      objects: [
        deployment("web", {
          replicas: { a: 4, b: 4, c: 4 },
          server: {
            workers: 8,
            serviceTime: { distribution: "exponential", meanNs: millis(4) },
          },
        }),
        service("web", { port: 80, trafficDistribution: distribution }),
      ],
      traffic: [
        openLoop({
          from: { zone: "b" },
          to: "web:80",
          ratePerSecond: 100,
          timeout: seconds(1),
          retries,
          connection: { kind: "per-request" },
        }),
      ],
      faults: [zoneOutage("a", { at: seconds(20) })],
    }),
  metrics: {
    failed: { label: "Failed requests", unit: "share", better: "lower" },
    timedOut: { label: "Attempts that timed out", unit: "count", better: "lower" },
    latencyP99: { label: "Latency p99", unit: "ns", better: "lower" },
  },
  measure: ({ requests }) => ({
    failed: requests.failedShare(),
    timedOut: requests.failedBy("timed-out"),
    latencyP99: requests.latency.quantile(0.99),
  }),
  expect: {
    "callers of a zone that stays up lose requests without retries": ({ at, metric }) =>
      metric.failed.where(at.distribution("Default"), at.retries(0)).above(0.05),
    "same-zone routing shields them from the lost zone": ({ at, metric }) =>
      metric.failed.where(at.distribution("PreferSameZone")).below(0.001),
    "two retries save nearly all": ({ at, metric }) =>
      metric.failed.where(at.distribution("Default"), at.retries(2)).below(0.05),
  },
});
