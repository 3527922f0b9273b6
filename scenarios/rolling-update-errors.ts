import {
  cluster,
  deployment,
  openLoop,
  rollingUpdate,
  type ScenarioResult,
  scenario,
  service,
} from "@k8s-netsim/k8s-model/scenario";
import { constant, millis, seconds } from "@k8s-netsim/sim-core";

/**
 * Pods are replaced one by one while others call them. Between SIGTERM and the last proxy's sync some
 * node still sends new connections to the pod: whoever wants no error sleeps that long before the exit.
 *
 *   caller ──► its node's kube-proxy (a view up to a sync old) ──► pod (SIGTERM, sleep, exit)
 */
export default scenario("rolling-update-errors", {
  question: "How long must preStop sleep so that a rolling update costs no request?",
  vary: {
    preStopSeconds: [0, 1, 2, 5, 6, 10],
    graceSeconds: [30],
    exitSeconds: [0],
    proxy: ["iptables"],
    minSyncSeconds: [1, 5],
    retries: [0],
    connection: ["per-request"],
    shutdown: ["abrupt"],
  },
  choices: {
    preStopSeconds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 15, 20, 30, 35, 60],
    graceSeconds: [2, 5, 10, 30, 60, 90],
    exitSeconds: [0, 0.5, 1, 2, 5, 40],
    proxy: ["iptables", "iptables-legacy", "nftables", "ipvs", "ebpf"],
    minSyncSeconds: [0, 1, 2, 5, 10, 30],
    retries: [0, 1, 2, 3],
    connection: ["per-request", "keep-alive", "long-lived"],
    shutdown: ["abrupt", "graceful"],
  },
  runs: { replications: 10, warmUp: seconds(5), length: seconds(90) },
  quick: { replications: 3, warmUp: seconds(2), length: seconds(75) },
  build: ({
    preStopSeconds,
    graceSeconds,
    exitSeconds,
    proxy,
    minSyncSeconds,
    retries,
    connection,
    shutdown,
  }) => {
    const web = deployment("web", {
      replicas: 6,
      server: { workers: 16, serviceTime: { distribution: "exponential", meanNs: millis(5) } },
      ...(preStopSeconds === 0 ? {} : { preStopSeconds }),
      graceSeconds,
      readinessSeconds: 1,
      maxSurge: 1,
      maxUnavailable: 0,
    });
    return cluster({
      zones: { a: { nodes: 2 }, b: { nodes: 2 }, c: { nodes: 2 } },
      serviceProxy: proxy,
      gracefulShutdown: (shutdown as string) === "graceful",
      timings: {
        podStop: constant(seconds(exitSeconds)),
        proxyMinSyncPeriodNs: seconds(minSyncSeconds),
      },
      objects: [web, deployment("caller", { replicas: 6 }), service("web", { port: 80 })],
      traffic: [
        openLoop({
          from: { deployment: "caller" },
          to: "web:80",
          ratePerSecond: 200,
          timeout: seconds(2),
          retries,
          connection: { kind: connection },
        }),
      ],
      changes: [rollingUpdate("web", { at: seconds(5) })],
    });
  },
  metrics: {
    failed: { label: "Failed requests", unit: "share", better: "lower" },
    refused: { label: "Refused", unit: "count", better: "lower" },
    reset: { label: "Reset", unit: "count", better: "lower" },
    timedOut: { label: "Timed out", unit: "count", better: "lower" },
    retried: { label: "Attempts tried again", unit: "count", better: "lower" },
    newsTook: {
      label: "The news took",
      unit: "seconds",
      better: "lower",
      description:
        "From the slice that says that a pod ends to the sync by which a node knew that had failed on it, the longest; not defined where nothing failed.",
    },
    missing: {
      label: "Sleep that was missing",
      unit: "seconds",
      better: "lower",
      description:
        "From a pod's end to the sync by which the calling node knew, the longest of all failures; not defined where nothing failed.",
    },
  },
  measure: ({ requests, failures }) => ({
    failed: requests.failedShare(),
    refused: requests.failedBy("refused"),
    reset: requests.failedBy("reset"),
    timedOut: requests.failedBy("timed-out"),
    retried: requests.retriedBy("refused") + requests.retriedBy("reset"),
    newsTook: failures.reduce<number | undefined>(
      (longest, { newer }) =>
        newer === undefined
          ? longest
          : Math.max(longest ?? 0, (newer.sync.endNs - newer.writtenNs) / 1e9),
      undefined,
    ),
    missing: failures.reduce<number | undefined>((longest, { endpoint, newer }) => {
      const sinceNs = endpoint?.endedNs ?? endpoint?.signalledNs;
      if (sinceNs === undefined || newer === undefined) return longest;
      return Math.max(longest ?? 0, (newer.sync.endNs - sinceNs) / 1e9);
    }, undefined),
  }),
  expect: {
    "without a sleep requests go to pods that have left": ({ at, metric }) =>
      metric.failed.where(at.preStopSeconds(0), at.minSyncSeconds(1)).above(0.0005),
    "two seconds outlast a sync period of one: nothing fails": ({ at, metric }) =>
      metric.failed.where(at.preStopSeconds(2), at.minSyncSeconds(1)).below(0.000_001),
    "so do five and ten": ({ at, metric }) =>
      metric.failed.where(at.preStopSeconds(5), at.minSyncSeconds(1)).below(0.000_001),
    "a proxy that waits five seconds between syncs outlasts a sleep of two": ({ at, metric }) =>
      metric.failed.where(at.preStopSeconds(2), at.minSyncSeconds(5)).above(0.01),
    "six seconds are enough for it": ({ at, metric }) =>
      metric.failed.where(at.preStopSeconds(6), at.minSyncSeconds(5)).below(0.000_001),
    "what is missing without a sleep is no more than a sync period and the news' way": ({
      at,
      metric,
    }) => metric.missing.where(at.preStopSeconds(0), at.minSyncSeconds(5)).below(5.3),
    "a second of sleep saves a second": ({ at, metric }) =>
      metric.missing.where(at.preStopSeconds(1), at.minSyncSeconds(5)).below(4.3),
  },
  answer: (results) => {
    const varied = Object.keys(results[0]?.parameters ?? {}).filter(
      (name) => new Set(results.map(({ parameters }) => parameters[name])).size > 1,
    );
    const groups = new Map<string, Result[]>();
    for (const result of results) {
      const { preStopSeconds: _, ...others } = result.parameters;
      const key = JSON.stringify(others);
      groups.set(key, [...(groups.get(key) ?? []), result]);
    }
    return [...groups.values()].map((group) => sleepNeeded(group, varied)).join(" ");
  },
});

type Result = ScenarioResult<"failed" | "newsTook" | "refused" | "timedOut">;

/** The shortest sleep tried from which on nothing failed in any run, in words. */
function sleepNeeded(group: readonly Result[], varied: readonly string[]): string {
  const sleepOf = ({ parameters }: Result): number => Number(parameters.preStopSeconds);
  const sorted = [...group].sort((a, b) => sleepOf(a) - sleepOf(b));
  const worst = [...sorted].reverse().find(({ values }) => (values.failed ?? 0) > 0);
  const [shortest] = sorted;
  const enough = sorted[worst === undefined ? 0 : sorted.indexOf(worst) + 1];
  const { preStopSeconds: _, proxy, minSyncSeconds, ...rest } = shortest?.parameters ?? {};
  const others = Object.entries(rest).filter(([name]) => varied.includes(name));
  const more = others.map(([name, value]) => `, ${name} ${value}`).join("");
  const where = `With ${proxy} that syncs at least ${minSyncSeconds} s apart${more}`;
  if (enough === undefined) {
    const { refused = 0, timedOut = 0 } = worst?.values ?? {};
    const why =
      refused + timedOut > 0
        ? ""
        : ": what is in service when the application ends is reset, so it must finish that first";
    return `${where} none of the sleeps tried is long enough${why}.`;
  }
  const sleep = `a pod must sleep ${sleepOf(enough)} s before it exits: from there on no request failed`;
  if (worst === undefined || shortest === undefined) return `${where} ${sleep}.`;
  const lost = ((shortest.values.failed ?? 0) * 100).toFixed(2);
  const took = sorted.flatMap(({ values }) => values.newsTook ?? []);
  const knew =
    took.length === 0
      ? ""
      : `, and the last node that called knew ${Math.max(...took).toFixed(1)} s after the slice said so`;
  return `${where} ${sleep}; with ${sleepOf(shortest)} s ${lost} % did${knew}.`;
}
