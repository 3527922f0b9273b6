import {
  cluster,
  deployment,
  openLoop,
  type RunView,
  scenario,
  service,
} from "@k8s-netsim/k8s-model/scenario";
import { millis, seconds } from "@k8s-netsim/sim-core";

const FEW = 2;
const MANY = 10;
const SCALE_AT_SECONDS = 20;

/** How each client uses its connections. */
const CONNECTIONS = {
  "per request": { kind: "per-request" },
  "100 requests each": { kind: "keep-alive", requestsPerConnection: 100, connections: 2 },
  "for ever": { kind: "long-lived" },
  "10 s old at most": { kind: "long-lived", maxAgeNs: seconds(10) },
  "60 s old at most": { kind: "long-lived", maxAgeNs: seconds(60) },
} as const;

/**
 * A Service is scaled from two pods to ten. kube-proxy chooses once per connection: clients that keep
 * theirs go on with the two pods that they know, however many there are.
 *
 *   20 clients ──► web:80 ──► 2 pods, and 8 more from 20 s on
 */
export default scenario("long-lived-connections", {
  question: "After scaling out, how long until the new pods carry their share of the load?",
  vary: {
    connections: [
      "per request",
      "100 requests each",
      "10 s old at most",
      "60 s old at most",
      "for ever",
    ],
  },
  runs: { replications: 10, warmUp: seconds(10), length: seconds(120) },
  quick: { replications: 3, warmUp: seconds(5), length: seconds(90) },
  build: ({ connections }) => {
    const web = (replicas: number) =>
      deployment("web", {
        replicas,
        readinessSeconds: 1,
        server: { workers: 16, serviceTime: { distribution: "exponential", meanNs: millis(4) } },
      });
    return cluster({
      zones: { a: { nodes: 5 }, b: { nodes: 5 } },
      serviceProxy: "nftables",
      objects: [web(FEW), deployment("client", { replicas: 20 }), service("web", { port: 80 })],
      traffic: [
        openLoop({
          from: { deployment: "client" },
          to: "web:80",
          ratePerSecond: 400,
          connection: CONNECTIONS[connections],
        }),
      ],
      changes: [{ at: seconds(SCALE_AT_SECONDS), objects: [web(MANY)] }],
    });
  },
  metrics: {
    secondsToShare: {
      label: "From scaling to nine tenths of their share",
      unit: "seconds",
      better: "lower",
      description:
        "Until the new pods answer 90 % of the share that equal pods would have, in one second; the rest of the run where they never do.",
    },
    newShareAtEnd: { label: "Share of new pods in the last 10 s", unit: "share", better: "higher" },
    busiest: { label: "Busiest endpoint against the mean", unit: "ratio", better: "lower" },
    failed: { label: "Failed requests", unit: "share", better: "lower" },
  },
  measure: (run) => ({
    ...shareOfNewPods(run),
    busiest: run.value("busiestEndpoint"),
    failed: run.requests.failedShare(),
  }),
  expect: {
    "a connection for each request finds new pods within seconds": ({ at, metric }) =>
      metric.secondsToShare.where(at.connections("per request")).below(8),
    "connections for ever never reach them": ({ at, metric }) =>
      metric.newShareAtEnd.where(at.connections("for ever")).below(0.01),
    "a hundred requests a connection reach them within twenty seconds": ({ at, metric }) =>
      metric.secondsToShare.where(at.connections("100 requests each")).below(25),
    "an age of ten seconds bounds the wait": ({ at, metric }) =>
      metric.secondsToShare.where(at.connections("10 s old at most")).below(18),
    "nothing fails": ({ metric }) => metric.failed.below(0.000_001),
  },
  answer: (results) => {
    const words = results.map(({ parameters, values }) => {
      const never = (values.newShareAtEnd ?? 0) < 0.01;
      const when = never ? "never" : `after ${values.secondsToShare?.toFixed(0)} s`;
      return `${parameters.connections}: ${when}`;
    });
    return `New pods carry nine tenths of their share, by how long clients keep a connection: ${words.join(", ")}.`;
  },
});

/** The pods that took no request before the scale-out are the new ones. */
function shareOfNewPods({ answeredByPod: bins }: RunView): {
  readonly secondsToShare: number;
  readonly newShareAtEnd: number;
} {
  const old = new Set<number>();
  for (const bin of bins.slice(0, SCALE_AT_SECONDS)) for (const pod of bin.keys()) old.add(pod);
  const share = (bin: ReadonlyMap<number, number>): number => {
    let all = 0;
    let fresh = 0;
    for (const [pod, requests] of bin) {
      all += requests;
      if (!old.has(pod)) fresh += requests;
    }
    return all === 0 ? 0 : fresh / all;
  };
  const after = bins.slice(SCALE_AT_SECONDS).map(share);
  const wanted = 0.9 * ((MANY - FEW) / MANY);
  const reached = after.findIndex((value) => value >= wanted);
  const last = after.slice(-10);
  return {
    secondsToShare: reached < 0 ? after.length : reached,
    newShareAtEnd: last.reduce((so, value) => so + value, 0) / last.length,
  };
}
