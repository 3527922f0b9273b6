import {
  cluster,
  deployment,
  openLoop,
  type ScenarioResult,
  scenario,
  service,
} from "@k8s-netsim/k8s-model/scenario";
import { millis, seconds } from "@k8s-netsim/sim-core";

const PODS = 6;
const WORKERS = 4;
const SERVICE_MS = 40;
/** Requests per second that one healthy pod serves at most. */
const POD_HZ = (WORKERS * 1_000) / SERVICE_MS;

/** Load as a share of what all pods serve when all are well. */
const LOADS = { "slow-pod": 0.6, overload: 1.15 } as const;

/**
 * A readiness probe waits in the same queue as the requests. One slow pod is rightly taken out of the
 * endpoints; where all are overloaded, each pod that leaves gives its load to the others.
 *
 *   callers ──► endpoints that are ready ──► queue ──► workers
 *                        ▲                     ▲
 *                        └── kubelet: probe ───┘  (time-out 1 s; 3 failures in a row: not ready)
 */
export default scenario("readiness-under-overload", {
  question: "Does a readiness probe save an overloaded Service, or bring it down?",
  vary: {
    trouble: ["slow-pod", "overload"],
    queueLimit: [150, 500],
    probe: ["none", "http"],
    periodSeconds: [2],
    timeoutSeconds: [1],
    failureThreshold: [3],
    successThreshold: [1],
    load: [0],
  },
  choices: {
    trouble: ["slow-pod", "overload"],
    queueLimit: [0, 20, 50, 100, 150, 200, 500, 1_000],
    probe: ["none", "http"],
    periodSeconds: [1, 2, 5, 10, 30],
    timeoutSeconds: [1, 2, 5],
    failureThreshold: [1, 2, 3, 5, 10],
    successThreshold: [1, 2, 3],
    load: [0, 0.5, 0.8, 0.95, 1.05, 1.15, 1.3, 2],
  },
  baseline: { probe: "none" },
  runs: { replications: 10, warmUp: seconds(1), length: seconds(180) },
  quick: { replications: 3, length: seconds(45) },
  build: ({ trouble, queueLimit, probe, load, ...thresholds }) => {
    const server = (factor: number) => ({
      workers: WORKERS,
      queueLimit,
      serviceTime: { distribution: "exponential", meanNs: millis(SERVICE_MS * factor) } as const,
    });
    const isProbed = probe === "http";
    const share = load === 0 ? LOADS[trouble] : load;
    return cluster({
      zones: { a: { nodes: 2 }, b: { nodes: 1 } },
      objects: [
        deployment("web", {
          replicas: { a: PODS - 1, b: 1 },
          server: server(1),
          ...(isProbed ? { readiness: thresholds } : {}),
        }),
        deployment("caller", { replicas: 4 }),
        service("web", { port: 80 }),
      ],
      servers:
        trouble === "slow-pod" ? [{ workload: "default/Deployment/web-b", ...server(10) }] : [],
      traffic: [
        openLoop({
          from: { deployment: "caller" },
          to: "web:80",
          ratePerSecond: share * PODS * POD_HZ,
          timeout: seconds(2),
          connection: { kind: "per-request" },
        }),
      ],
      probesUnderLoad: true,
    });
  },
  metrics: {
    failed: { label: "Failed requests", unit: "share", better: "lower" },
    refused: {
      label: "Refused: no pod was ready",
      unit: "share",
      better: "lower",
      description: "Of all requests; the rest of the failures timed out or met a full queue.",
    },
    p99: { label: "Latency, 99 %", unit: "ns", better: "lower" },
    emptySeconds: {
      label: "Seconds without an answer",
      unit: "count",
      better: "lower",
      description: "Seconds of the run none of whose requests was answered well.",
    },
    fewestPods: {
      label: "Fewest pods that answered",
      unit: "count",
      better: "higher",
      description: "Pods that answered requests begun within one second; the least of all seconds.",
    },
  },
  measure: ({ requests, answeredByPod }) => {
    const pods = answeredByPod.map((bin) => bin.size);
    return {
      failed: requests.failedShare(),
      refused: requests.count === 0 ? undefined : requests.failedBy("refused") / requests.count,
      p99: requests.latency.count === 0 ? undefined : requests.latency.quantile(0.99),
      emptySeconds: pods.filter((size) => size === 0).length,
      fewestPods: pods.length === 0 ? undefined : Math.min(...pods),
    };
  },
  expect: {
    "without a probe a slow pod fails nearly all that it is given, a sixth": ({ at, metric }) =>
      metric.failed.where(at.trouble("slow-pod"), at.probe("none")).above(0.14),
    "a probe spares callers half of that and more": ({ at, metric }) =>
      metric.failed.where(at.trouble("slow-pod"), at.queueLimit(150), at.probe("http")).below(0.08),
    "a short queue turns away what is too much, and no more": ({ at, metric }) =>
      metric.failed.where(at.trouble("overload"), at.queueLimit(150), at.probe("none")).below(0.15),
    "there a probe makes it worse: who leaves gives his load to the others": ({ at, metric }) =>
      metric.failed
        .where(at.trouble("overload"), at.queueLimit(150), at.probe("http"))
        .against(at.probe("none"))
        .above(0),
    "a long queue serves whom nobody waits for any more": ({ at, metric }) =>
      metric.failed.where(at.trouble("overload"), at.queueLimit(500), at.probe("none")).above(0.6),
    "there a probe helps: a pod that leaves works off its queue": ({ at, metric }) =>
      metric.failed
        .where(at.trouble("overload"), at.queueLimit(500), at.probe("http"))
        .against(at.probe("none"))
        .below(0),
  },
  assumptions: [
    {
      name: "time of a worker that answering a probe takes",
      value: "1 ms",
      source: "assumed: the application answers from memory; `probesUnderLoad.serviceNs` sets it",
    },
    {
      name: "what probes wait for",
      value: "the queue and the workers of the requests",
      source:
        "assumed: an httpGet probe on the serving port; one on a port of its own does not wait",
    },
  ],
  answer: (results) => answer(results),
});

type Result = ScenarioResult<"failed" | "refused" | "emptySeconds">;

function answer(results: readonly Result[]): string {
  const sentences = results.flatMap((probed) => {
    if (probed.parameters.probe !== "http") return [];
    const { probe: _, ...rest } = probed.parameters;
    const without = results.find(
      ({ parameters: { probe, ...others } }) =>
        probe === "none" && JSON.stringify(others) === JSON.stringify(rest),
    );
    if (without === undefined) return [];
    const before = without.values.failed ?? 0;
    const after = probed.values.failed ?? 0;
    const verdict = after < before ? "saves" : after > before ? "costs" : "changes nothing for";
    const { trouble, queueLimit } = rest;
    return [
      `${trouble}, queue of ${queueLimit}: the probe ${verdict} callers (${percent(before)} of the requests fail without it, ${percent(after)} with it)`,
    ];
  });
  return `${sentences.join("; ")}.`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
