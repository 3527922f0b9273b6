import { cloudBalancer } from "@k8s-netsim/k8s-model/data-plane";
import {
  cluster,
  deployment,
  nodeDrain,
  openLoop,
  scenario,
  service,
} from "@k8s-netsim/k8s-model/scenario";
import { millis, seconds } from "@k8s-netsim/sim-core";

/** What the balancer sends to and asks, in one word each. */
const TARGETS = {
  "nodes, Cluster": { targetType: "instance", policy: "Cluster", asks: "proxy" },
  "nodes, Cluster, port check": { targetType: "instance", policy: "Cluster", asks: "traffic-port" },
  "nodes, Local": { targetType: "instance", policy: "Local", asks: "proxy" },
  pods: { targetType: "ip", policy: "Cluster", asks: "proxy" },
} as const;

const POD_COUNT = 6;
const UNHEALTHY_THRESHOLD = 2;

function web(preStopSeconds: number, graceSeconds: number, revision: string) {
  return deployment("web", {
    replicas: POD_COUNT,
    server: { workers: 16, serviceTime: { distribution: "exponential", meanNs: millis(20) } },
    ...(preStopSeconds === 0 ? {} : { preStopSeconds }),
    graceSeconds,
    readinessSeconds: 1,
    revision,
    maxSurge: 1,
    maxUnavailable: 0,
  });
}

/**
 * Pods are replaced, or a node is removed, while users come in through a cloud balancer that learns
 * of it late: two failed checks for nodes, the controller's deregistration for pods. Between SIGTERM
 * and that moment somebody must still answer: the pod that sleeps in `preStop`.
 *
 *   users ──► balancer (old news) ──► node ──► pod (SIGTERM, preStop sleep, exit after 1 s)
 */
export default scenario("load-balancer-drain", {
  question:
    "How long must preStop sleep so that neither a rolling update nor a removed node costs requests?",
  vary: {
    event: ["rolling update", "node removal"],
    targets: ["nodes, Cluster", "nodes, Cluster, port check", "nodes, Local", "pods"],
    preStopSeconds: [0, 10],
    checkSeconds: [2, 30],
    deregistrationSeconds: [4],
    graceSeconds: [30],
  },
  choices: {
    preStopSeconds: [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 60],
    checkSeconds: [1, 2, 5, 10, 30],
    deregistrationSeconds: [0, 1, 2, 4, 8, 15, 30],
    graceSeconds: [2, 5, 10, 30, 60, 90],
  },
  runs: { replications: 10, warmUp: seconds(5), length: seconds(120) },
  quick: { replications: 3, warmUp: seconds(1), length: seconds(80) },
  build: ({
    event,
    targets,
    preStopSeconds,
    checkSeconds,
    deregistrationSeconds,
    graceSeconds,
  }) => {
    const { policy, ...balancer } = TARGETS[targets];
    return cluster({
      zones: { a: { nodes: 2 }, b: { nodes: 2 }, c: { nodes: 2 } },
      serviceProxy: "nftables",
      objects: [
        web(preStopSeconds, graceSeconds, "1"),
        service("web", { port: 80, type: "LoadBalancer", externalTrafficPolicy: policy }),
      ],
      loadBalancer: cloudBalancer({
        ...balancer,
        crossZone: true,
        registrationNs: seconds(4),
        deregistrationNs: seconds(deregistrationSeconds),
        healthCheck: {
          intervalNs: seconds(checkSeconds),
          timeoutNs: seconds(1),
          healthyThreshold: 2,
          unhealthyThreshold: UNHEALTHY_THRESHOLD,
        },
      }),
      traffic: [
        openLoop({
          to: "web:80",
          ratePerSecond: 100,
          timeout: seconds(2),
          connection: { kind: "per-request" },
        }),
      ],
      ...(event === "rolling update"
        ? { changes: [{ at: seconds(5), objects: [web(preStopSeconds, graceSeconds, "2")] }] }
        : { faults: [nodeDrain("node-1-b", { at: seconds(5), until: seconds(40) })] }),
    });
  },
  metrics: {
    failed: { label: "Failed requests", unit: "share", better: "lower" },
    refused: { label: "Refused", unit: "count", better: "lower" },
    reset: { label: "Reset", unit: "count", better: "lower" },
    timedOut: { label: "Timed out", unit: "count", better: "lower" },
  },
  measure: ({ requests }) => ({
    failed: requests.failedShare(),
    refused: requests.failedBy("refused"),
    reset: requests.failedBy("reset"),
    timedOut: requests.failedBy("timed-out"),
  }),
  expect: {
    "without a sleep requests reach pods that have left": ({ at, metric }) =>
      metric.failed
        .where(at.event("rolling update"), at.targets("pods"), at.preStopSeconds(0))
        .above(0.01),
    "without a sleep a node whose last pod left swallows what it still gets": ({ at, metric }) =>
      metric.timedOut
        .where(at.event("node removal"), at.targets("nodes, Local"), at.preStopSeconds(0))
        .above(10),
    "a sleep longer than the balancer takes to notice loses nothing": ({ at, metric }) =>
      metric.failed
        .where(at.event("rolling update"), at.preStopSeconds(10), at.checkSeconds(2))
        .below(0.000_001),
    "nor when a node is drained that the health-check node port reports": ({ at, metric }) =>
      metric.failed
        .where(
          at.event("node removal"),
          at.targets("nodes, Local"),
          at.preStopSeconds(10),
          at.checkSeconds(2),
        )
        .below(0.000_001),
    "two checks 30 s apart outlast a sleep of 10 s": ({ at, metric }) =>
      metric.timedOut
        .where(
          at.event("node removal"),
          at.targets("nodes, Local"),
          at.preStopSeconds(10),
          at.checkSeconds(30),
        )
        .above(50),
    "behind policy Cluster a rolling update needs no balancer to notice": ({ at, metric }) =>
      metric.failed
        .where(at.event("rolling update"), at.targets("nodes, Cluster"), at.preStopSeconds(10))
        .below(0.000_001),
    "a balancer that asks kube-proxy has left a removed node in time": ({ at, metric }) =>
      metric.failed
        .where(at.event("node removal"), at.targets("nodes, Cluster"), at.checkSeconds(2))
        .below(0.000_001),
    "one that asks the traffic port sends to the node until it is gone": ({ at, metric }) =>
      metric.timedOut
        .where(at.event("node removal"), at.targets("nodes, Cluster, port check"))
        .above(10),
  },
  answer: (results) => {
    const checkSeconds = Math.min(
      ...results.map(({ parameters }) => Number(parameters.checkSeconds)),
    );
    const told = ["rolling update", "node removal"].flatMap((event) => {
      const all = results.filter(
        ({ parameters: one }) => one.event === event && one.checkSeconds === checkSeconds,
      );
      const words = Object.keys(TARGETS).flatMap((targets) => {
        const own = all.filter(({ parameters }) => parameters.targets === targets);
        return own.length === 0 ? [] : [[leastSleep(own), targets] as const];
      });
      const sleeps = [...new Set(words.map(([sleep]) => sleep))];
      const of = (sleep: string): string =>
        words.flatMap(([one, targets]) => (one === sleep ? [`“${targets}”`] : [])).join(", ");
      const [only] = sleeps;
      if (only === undefined) return [];
      const said = sleeps.map((sleep) => `${sleep} to ${of(sleep)}`).join("; ");
      return [
        `${event}: ${sleeps.length === 1 && words.length > 1 ? `${only} to any target` : said}`,
      ];
    });
    return `The shortest sleep tried that loses nothing, with checks ${checkSeconds} s apart. ${told.map((one) => `For a ${one}.`).join(" ")}`;
  },
});

/** Among configurations that differ by the sleep. */
function leastSleep(
  results: readonly {
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly values: { readonly failed?: number };
  }[],
): string {
  const lossless = results.filter(({ values }) => (values.failed ?? 1) < 0.000_001);
  if (lossless.length === 0) return "none of them";
  return `${Math.min(...lossless.map(({ parameters }) => Number(parameters.preStopSeconds)))} s`;
}
