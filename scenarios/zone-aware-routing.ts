import {
  autoscaler,
  cluster,
  deployment,
  openLoop,
  type RunView,
  type ScenarioObjects,
  scenario,
  service,
} from "@k8s-netsim/k8s-model/scenario";
import { millis, seconds } from "@k8s-netsim/sim-core";
import { settingToChoose } from "./zone-aware-routing/choice.ts";
import { SHAPES } from "./zone-aware-routing/shapes.ts";
import { routingTables } from "./zone-aware-routing/tables.ts";

/** How a Service says where its callers should go. */
const POLICIES = {
  Default: {},
  topologyKeys: { topologyKeys: ["topology.kubernetes.io/zone", "*"] },
  hints: { topologyMode: "Auto" },
  PreferSameZone: { trafficDistribution: "PreferSameZone" },
  PreferSameNode: { trafficDistribution: "PreferSameNode" },
  Local: { internalTrafficPolicy: "Local" },
} as const;

const ZONES = ["a", "b", "c"] as const;
const CALLER_HZ = 36;
const SERVER = {
  workers: 2,
  serviceTime: { distribution: "exponential", meanNs: millis(30) },
} as const;
const TARGET = { max: 24, cpuUtilization: 60 };

/**
 * A Service is called from three zones. Its field, annotation or policy decides whether a caller keeps
 * to its node, to its zone, or to nothing; the shape decides what that does to pods and bill.
 *
 *   4 callers in a ──► web:80 ──► 4 pods in a
 *   4 callers in b ──►       └──► 4 pods in b
 *   4 callers in c ──►       └──► 4 or 3 or 2 or no pods in c
 */
export default scenario("zone-aware-routing", {
  question:
    "Which setting should a Service have to keep traffic in its zone, and what does it cost?",
  vary: {
    shape: [
      "even",
      "4/4/3",
      "uneven zones",
      "uneven pods",
      "zone without pods",
      "pods follow load",
      "uneven load",
      "autoscaled",
      "autoscaled by zone",
    ],
    policy: ["Default", "topologyKeys", "hints", "PreferSameZone", "PreferSameNode", "Local"],
  },
  runs: { replications: 10, warmUp: seconds(10), length: seconds(60) },
  quick: { replications: 3, warmUp: seconds(2), length: seconds(6) },
  build: ({ shape, policy }) => {
    const { nodes, pods, callers } = SHAPES[shape];
    return cluster({
      zones: Object.fromEntries(ZONES.map((zone, index) => [zone, { nodes: nodes[index] ?? 0 }])),
      serviceProxy: "nftables",
      objects: [
        ...webPods(pods),
        deployment("caller", { replicas: byZone(callers) }),
        service("web", { port: 80, ...POLICIES[policy] }),
      ],
      traffic: ZONES.map((zone, index) =>
        openLoop({
          from: { deployment: `caller-${zone}` },
          to: "web:80",
          ratePerSecond: CALLER_HZ * (callers[index] ?? 0),
          connection: { kind: "per-request" },
          requestBytes: 1_000,
          responseBytes: 10_000,
          timeout: seconds(1),
        }),
      ),
      ...(typeof pods === "string" ? { warmUp: seconds(66) } : {}),
    });
  },
  baseline: { policy: "Default" },
  metrics: {
    crossZone: { label: "Bytes that cross zones", unit: "share", better: "lower" },
    cost: {
      label: "Cost of zone traffic",
      unit: "usd-per-month",
      better: "lower",
      description: "What sender and receiver pay for bytes between zones, at these rates.",
    },
    p50: { label: "Latency p50", unit: "ns", better: "lower" },
    p99: { label: "Latency p99", unit: "ns", better: "lower" },
    zoneLoad: {
      label: "Load of the busiest zone",
      unit: "share",
      better: "lower",
      description:
        "Requests that reached the pods of a zone over those that they can serve: above 100 % they queue until callers give up.",
    },
    busiest: { label: "Busiest endpoint against the mean", unit: "ratio", better: "lower" },
    failed: { label: "Failed requests", unit: "share", better: "lower" },
    endpoints: { label: "Ready endpoints", unit: "count", description: "At the end of the run." },
    hinted: {
      label: "Callers' nodes that use hints",
      unit: "share",
      description: "Nodes on which kube-proxy chose by zone or node hints at the end of the run.",
    },
  },
  measure: (run) => {
    const { endpoints, offeredLoad } = run.service("default/web");
    return {
      crossZone: run.bytes.share({ sameZone: false }),
      cost: run.value("costPerMonth"),
      p50: run.requests.latency.quantile(0.5),
      p99: run.requests.latency.quantile(0.99),
      zoneLoad: Math.max(...offeredLoad.values()),
      busiest: run.value("busiestEndpoint"),
      failed: run.requests.failedShare(),
      endpoints,
      hinted: hintedShare(run),
    };
  },
  expect: {
    "topologyKeys [zone, *] let no more bytes cross than PreferSameZone": ({ at, metric }) =>
      metric.crossZone
        .where(at.policy("topologyKeys"))
        .against(at.policy("PreferSameZone"))
        .below(0.000_001),
    "nor fewer than it": ({ at, metric }) =>
      metric.crossZone
        .where(at.policy("topologyKeys"))
        .against(at.policy("PreferSameZone"))
        .above(-0.000_001),
    "three equal zones with 4, 4 and 3 pods get no hints": ({ at, metric }) =>
      metric.hinted.where(at.shape("4/4/3"), at.policy("hints")).below(0.001),
    "with 4 in each zone they get them": ({ at, metric }) =>
      metric.hinted.where(at.shape("even"), at.policy("hints")).above(0.999),
    "PreferSameZone keeps all bytes of 4/4/3 at home": ({ at, metric }) =>
      metric.crossZone.where(at.shape("4/4/3"), at.policy("PreferSameZone")).below(0.001),
    "hints lend the zone with 7 of 12 CPUs three of its seven endpoints": ({ at, metric }) =>
      metric.crossZone.where(at.shape("uneven zones"), at.policy("hints")).above(0.2),
    "and they lend it no more": ({ at, metric }) =>
      metric.crossZone.where(at.shape("uneven zones"), at.policy("hints")).below(0.3),
    "so that no zone is overloaded where load follows CPU": ({ at, metric }) =>
      metric.zoneLoad.where(at.shape("uneven zones"), at.policy("hints")).below(0.7),
    "PreferSameNode falls back to the zone without a pod on the node": ({ at, metric }) =>
      metric.crossZone.where(at.shape("4/4/3"), at.policy("PreferSameNode")).below(0.001),
    "and PreferSameNode fails nothing there": ({ at, metric }) =>
      metric.failed.where(at.shape("4/4/3"), at.policy("PreferSameNode")).below(0.000_1),
    "a zone without pods sends its third of the traffic to others": ({ at, metric }) =>
      metric.crossZone
        .where(at.shape("zone without pods"), at.policy("PreferSameNode"))
        .above(0.28),
    "Local drops what has no pod on its node": ({ at, metric }) =>
      metric.failed.where(at.shape("4/4/3"), at.policy("Local")).above(0.05),
    "callers beyond what their zone serves overload it": ({ at, metric }) =>
      metric.zoneLoad.where(at.shape("uneven load"), at.policy("PreferSameZone")).above(0.9),
    "pods spread as callers are overload no zone under PreferSameZone": ({ at, metric }) =>
      metric.zoneLoad.where(at.shape("pods follow load"), at.policy("PreferSameZone")).below(0.75),
    "hints know only CPU, and take half of the pods from most of the callers": ({ at, metric }) =>
      metric.busiest.where(at.shape("pods follow load"), at.policy("hints")).above(1.6),
    "an autoscaler that sees the mean does not mend that": ({ at, metric }) =>
      metric.failed.where(at.shape("autoscaled"), at.policy("PreferSameZone")).above(0.1),
    "it keeps fewer pods than under Default": ({ at, metric }) =>
      metric.endpoints
        .where(at.shape("autoscaled"), at.policy("PreferSameZone"))
        .against(at.policy("Default"))
        .below(-0.5),
    "one autoscaler for each zone's pods does": ({ at, metric }) =>
      metric.failed.where(at.shape("autoscaled by zone"), at.policy("PreferSameZone")).below(0.001),
    "Default overloads no zone": ({ at, metric }) =>
      metric.zoneLoad.where(at.policy("Default")).below(0.85),
  },
  notes: (run) => {
    const event = run.service("default/web").events.at(-1);
    // The address type follows the comma.
    const refused = event?.type === "Warning" ? event.message.replace(/, addressType.*/, "") : "";
    return { refused };
  },
  answer: settingToChoose,
  tables: routingTables,
  assumptions: [
    { name: "requests of one caller", value: `${CALLER_HZ}/s`, source: "the scenario" },
    {
      name: "bytes of a request, of an answer",
      value: "1,000 and 10,000",
      source: "the scenario",
    },
    {
      name: "what a pod serves",
      value: "2 requests at once, exponential with a mean of 30 ms: 66.7/s",
      source: "the scenario",
    },
    { name: "time-out of a caller", value: "1 s, no retry", source: "the scenario" },
    { name: "connections", value: "one a request", source: "the scenario" },
    {
      name: "price between zones",
      value: "0.01 USD per GB to the sender and to the receiver (AWS)",
      source: "docs/model/network-and-price.md",
    },
  ],
});

/** Pods by zone, or what decides on them: one autoscaler for all, or one for each zone's. */
function webPods(pods: (typeof SHAPES)[keyof typeof SHAPES]["pods"]): readonly ScenarioObjects[] {
  const server = SERVER;
  if (pods === "one HPA") {
    return [deployment("web", { replicas: 8, server }), autoscaler("web", { min: 6, ...TARGET })];
  }
  if (pods === "an HPA each") {
    const autoscalers = ZONES.map((zone) => autoscaler(`web-${zone}`, { min: 1, ...TARGET }));
    return [deployment("web", { replicas: byZone([5, 2, 1]), server }), ...autoscalers];
  }
  return [deployment("web", { replicas: byZone(pods), server })];
}

function byZone(counts: readonly number[]): Readonly<Record<string, number>> {
  return Object.fromEntries(ZONES.map((zone, index) => [zone, counts[index] ?? 0]));
}

function hintedShare(run: RunView): number {
  let all = 0;
  let hinted = 0;
  for (const [rule, nodes] of run.service("default/web").rules) {
    all += nodes;
    if (rule === "zone-hints" || rule === "node-hints") hinted += nodes;
  }
  return hinted / all;
}
