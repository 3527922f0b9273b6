import {
  cluster,
  deployment,
  openLoop,
  scenario,
  service,
  zoneOutage,
} from "@k8s-netsim/k8s-model/scenario";
import { millis, seconds } from "@k8s-netsim/sim-core";

const AT_SECONDS = 20;

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
      faults: [zoneOutage("a", { at: seconds(AT_SECONDS) })],
    }),
  metrics: {
    failed: { label: "Failed requests", unit: "share", better: "lower" },
    timedOut: { label: "Attempts that timed out", unit: "count", better: "lower" },
    felt: {
      label: "Felt until",
      unit: "seconds",
      better: "lower",
      description:
        "From the outage to the last attempt that went to a pod of the lost zone; not defined where none did.",
    },
    latencyP99: { label: "Latency p99", unit: "ns", better: "lower" },
  },
  measure: ({ requests, failures }) => ({
    failed: requests.failedShare(),
    timedOut: requests.failedBy("timed-out") + requests.retriedBy("timed-out"),
    felt: failures.reduce<number | undefined>(
      (last, { lastNs }) => Math.max(last ?? 0, lastNs / 1e9 - AT_SECONDS),
      undefined,
    ),
    latencyP99: requests.latency.quantile(0.99),
  }),
  expect: {
    "callers of a zone that stays up lose requests without retries": ({ at, metric }) =>
      metric.failed.where(at.distribution("Default"), at.retries(0)).above(0.05),
    "same-zone routing shields them from the lost zone": ({ at, metric }) =>
      metric.failed.where(at.distribution("PreferSameZone")).below(0.001),
    "it is over when the lease has run out and every node knows": ({ at, metric }) =>
      metric.felt.where(at.distribution("Default")).below(66),
    "two retries save nearly all": ({ at, metric }) =>
      metric.failed.where(at.distribution("Default"), at.retries(2)).below(0.05),
  },
  answer: (results) => {
    const words = results.map(({ parameters, values }) => {
      const { distribution, retries } = parameters;
      const tries = retries === 0 ? "no retry" : `${retries} retries`;
      const felt = values.felt === undefined ? "" : ` for ${values.felt.toFixed(0)} s`;
      return `${((values.failed ?? 0) * 100).toFixed(2)} % with ${distribution} and ${tries}${felt}`;
    });
    return `Of the requests from a zone that stays up fail: ${words.join(", ")}.`;
  },
});
