import {
  autoscaler,
  type ClusterOptions,
  cluster,
  deletePods,
  deployment,
  nodeDrain,
  nodeFailure,
  openLoop,
  rollingUpdate,
  type ScenarioResult,
  type StudyTable,
  scale,
  scenario,
  service,
  zoneOutage,
  zonePartition,
} from "@k8s-netsim/k8s-model/scenario";
import { millis, seconds } from "@k8s-netsim/sim-core";

const AT_SECONDS = 10;
const at = seconds(AT_SECONDS);
const until = seconds(75);
const PODS = 12;

/** Requests a second from each zone. A zone's four pods can serve 50 for each of their workers. */
const EVEN = { a: 40, b: 40, c: 40 };
const UNEVEN = { load: { a: 115, b: 15, c: 15 }, workers: 2 };

interface Event {
  /** What happens, and what the cluster has for it. */
  readonly more?: Pick<ClusterOptions, "changes" | "faults"> & {
    readonly objects?: ClusterOptions["objects"];
  };
  readonly service?: Parameters<typeof service>[1];
  readonly load?: typeof EVEN;
  /** Of each pod; 4 unless told. */
  readonly workers?: number;
}

const budget = {
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "web", namespace: "default" },
  spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
} as const;

const EVENTS = {
  nothing: {},
  "rolling-update": { more: { changes: [rollingUpdate("web", { at })] } },
  "scale-down": { more: { changes: [scale("web", { at, replicas: 6 })] } },
  "node-drain": { more: { objects: [budget], changes: [nodeDrain("node-1-a", { at })] } },
  "node-crash": { more: { faults: [nodeFailure("node-1-a", { at })] } },
  "zone-outage": { more: { faults: [zoneOutage("a", { at })] } },
  "zone-partition": { more: { faults: [zonePartition("a", { at, until })] } },
  "hint-flapping": {
    service: { port: 80, topologyMode: "Auto" },
    more: {
      changes: [10, 25, 40, 55, 70].map((second) =>
        deletePods("web", { at: seconds(second), count: 1 }),
      ),
    },
  },
  "overloaded-zone": {
    service: { port: 80, trafficDistribution: "PreferSameZone" },
    ...UNEVEN,
  },
  "hpa-with-same-zone-routing": {
    service: { port: 80, trafficDistribution: "PreferSameZone" },
    ...UNEVEN,
    more: { objects: [autoscaler("web", { min: 12, max: 48, cpuUtilization: 70 })] },
  },
} as const satisfies Readonly<Record<string, Event>>;

type EventName = keyof typeof EVENTS;

/**
 * Twelve pods in three zones, called from pods in all of them, and one by one what happens to clusters.
 * What did not reach a pod is counted by cause, and traced to the view that sent it there.
 *
 *   caller-a, -b, -c ──► web:80 ──► 12 pods; at 10 s something happens
 */
export default scenario("disruptions", {
  question: "What do clients feel?",
  vary: {
    event: Object.keys(EVENTS) as EventName[],
    retries: [0, 2],
    preStopSeconds: [0],
  },
  choices: { preStopSeconds: [0, 2, 5], retries: [0, 1, 2, 3] },
  runs: { replications: 8, warmUp: seconds(5), length: seconds(100) },
  quick: { replications: 3, warmUp: seconds(2), length: seconds(80) },
  build: ({ event, retries, preStopSeconds }) => {
    const { more, service: options, load = EVEN, workers = 4 }: Event = EVENTS[event as EventName];
    const zones = Object.keys(EVEN) as (keyof typeof EVEN)[];
    const callers = Object.fromEntries(zones.map((zone) => [zone, 2]));
    return cluster({
      zones: { a: { nodes: 2 }, b: { nodes: 2 }, c: { nodes: 2 } },
      serviceProxy: "nftables",
      objects: [
        deployment("web", {
          replicas: PODS,
          readinessSeconds: 1,
          maxSurge: 1,
          maxUnavailable: 0,
          ...(preStopSeconds === 0 ? {} : { preStopSeconds }),
          server: {
            workers,
            queueLimit: 200,
            serviceTime: { distribution: "exponential", meanNs: millis(80) },
          },
        }),
        deployment("caller", { replicas: callers }),
        service("web", { port: 80, ...options }),
        ...(more?.objects ?? []),
      ],
      traffic: zones.map((zone) =>
        openLoop({
          from: { deployment: `caller-${zone}` },
          to: "web:80",
          ratePerSecond: load[zone],
          timeout: seconds(2),
          retries,
          connection: { kind: "keep-alive", requestsPerConnection: 20 },
        }),
      ),
      ...(more?.changes === undefined ? {} : { changes: more.changes }),
      ...(more?.faults === undefined ? {} : { faults: more.faults }),
    });
  },
  metrics: {
    failed: { label: "Failed requests", unit: "share", better: "lower" },
    refused: { label: "Refused", unit: "count", better: "lower" },
    reset: { label: "Reset", unit: "count", better: "lower" },
    timedOut: { label: "Timed out", unit: "count", better: "lower" },
    overloaded: { label: "Turned away by full queues", unit: "count", better: "lower" },
    retried: { label: "Attempts tried again", unit: "count", better: "lower" },
    felt: {
      label: "Felt until",
      unit: "seconds",
      better: "lower",
      description:
        "From the event to the last attempt that the data plane failed; not defined where it failed none.",
    },
    crossZone: { label: "Bytes that cross zones", unit: "share", better: "lower" },
    pods: { label: "Ready pods at the end", unit: "count" },
    heldUp: {
      label: "Longest wait for a budget",
      unit: "seconds",
      better: "lower",
      description: "Of the evictions of a drain; not defined where none waited.",
    },
  },
  measure: ({ requests, failures, bytes, drains, service: serviceAtEnd }) => ({
    failed: requests.failedShare(),
    refused: requests.failedBy("refused") + requests.retriedBy("refused"),
    reset: requests.failedBy("reset") + requests.retriedBy("reset"),
    timedOut: requests.failedBy("timed-out") + requests.retriedBy("timed-out"),
    overloaded: requests.failedBy("overloaded") + requests.retriedBy("overloaded"),
    retried: (["refused", "reset", "timed-out", "overloaded"] as const).reduce(
      (so, cause) => so + requests.retriedBy(cause),
      0,
    ),
    felt: failures.reduce<number | undefined>(
      (last, { lastNs }) => Math.max(last ?? 0, lastNs / 1e9 - AT_SECONDS),
      undefined,
    ),
    crossZone: bytes.share({ sameZone: false }),
    pods: serviceAtEnd("default/web").endpoints,
    heldUp: drains
      .flatMap(({ waits }) => waits)
      .reduce<number | undefined>(
        (longest, { longestNs }) => Math.max(longest ?? 0, longestNs / 1e9),
        undefined,
      ),
  }),
  baseline: { event: "nothing" },
  expect: {
    "where nothing happens nothing fails": ({ at, metric }) =>
      metric.failed.where(at.event("nothing")).below(0.000_001),
    "a rolling update without a sleep is felt from one pod to the next": ({ at, metric }) =>
      metric.felt.where(at.event("rolling-update"), at.retries(0)).above(5),
    "two retries hide it": ({ at, metric }) =>
      metric.failed.where(at.event("rolling-update"), at.retries(2)).below(0.0002),
    "so they hide a scale-down": ({ at, metric }) =>
      metric.failed.where(at.event("scale-down"), at.retries(2)).below(0.0002),
    "a drain goes at the pace of the budget, five seconds a try": ({ at, metric }) =>
      metric.heldUp.where(at.event("node-drain")).above(4.9),
    "and costs as little as a rolling update": ({ at, metric }) =>
      metric.failed.where(at.event("node-drain"), at.retries(0)).below(0.002),
    "of a crashed node nobody is told until its lease has run out": ({ at, metric }) =>
      metric.felt.where(at.event("node-crash")).above(40),
    "and everybody within ten seconds more": ({ at, metric }) =>
      metric.felt.where(at.event("node-crash")).below(66),
    "a zone costs more than a node": ({ at, metric }) =>
      metric.failed
        .where(at.event("zone-outage"), at.retries(0))
        .against(at.event("node-crash"))
        .above(0),
    "a partition costs more still: both sides go on calling": ({ at, metric }) =>
      metric.failed
        .where(at.event("zone-partition"), at.retries(0))
        .against(at.event("zone-outage"))
        .above(0),
    "hints that come and go send traffic over the borders that they should keep it in": ({
      at,
      metric,
    }) => metric.crossZone.where(at.event("hint-flapping"), at.retries(0)).above(0.01),
    "same-zone routing overloads the zone that calls most": ({ at, metric }) =>
      metric.failed.where(at.event("overloaded-zone"), at.retries(0)).above(0.1),
    "retries do not help there": ({ at, metric }) =>
      metric.failed.where(at.event("overloaded-zone"), at.retries(2)).above(0.1),
    "an autoscaler that sees the mean adds no pod": ({ at, metric }) =>
      metric.pods.where(at.event("hpa-with-same-zone-routing")).below(PODS + 0.5),
  },
  answer: (results) => inWords(results),
  tables: (results) => [byEvent(results)],
});

type Result = ScenarioResult<
  "failed" | "felt" | "refused" | "reset" | "timedOut" | "overloaded" | "crossZone"
>;

const CAUSES = { refused: "refused", reset: "reset", timedOut: "timed out", overloaded: "full" };

/** One row an event: what it costs without and with retries, how, and for how long. */
function byEvent(results: readonly Result[]): StudyTable {
  const tries = [...new Set(results.map(({ parameters }) => parameters.retries))];
  const sleeps = new Set(results.map(({ parameters }) => parameters.preStopSeconds));
  const nameOf = ({ parameters: { event, preStopSeconds } }: Result): string =>
    sleeps.size === 1 ? `${event}` : `${event}, preStop ${preStopSeconds} s`;
  return {
    title: "What clients feel",
    note: "Causes of failed attempts, most first. Felt: from the event to the last attempt that the data plane failed.",
    columns: [
      { label: "event" },
      ...tries.map((retries) => ({ label: `failed, ${retries} retries`, unit: "share" as const })),
      { label: "how" },
      { label: "felt for", unit: "seconds" },
      { label: "crosses zones", unit: "share" },
    ],
    rows: [...new Set(results.map(nameOf))].map((name) => {
      const own = results.filter((result) => nameOf(result) === name);
      const [first] = own;
      const causes = (Object.keys(CAUSES) as (keyof typeof CAUSES)[])
        .map((cause) => ({ cause, count: first?.values[cause] ?? 0 }))
        .filter(({ count }) => count > 0)
        .sort((a, b) => b.count - a.count);
      return [
        name,
        ...tries.map(
          (retries) =>
            own.find(({ parameters }) => parameters.retries === retries)?.values.failed ?? null,
        ),
        causes.map(({ cause }) => CAUSES[cause]).join(", ") || "–",
        first?.values.felt ?? null,
        first?.values.crossZone ?? null,
      ];
    }),
  };
}

/** Events by what they cost, most first, and what retries make of it. */
function inWords(results: readonly Result[]): string {
  const tries = results.map(({ parameters }) => Number(parameters.retries));
  const [fewest, most] = [Math.min(...tries), Math.max(...tries)];
  const failedOf = (event: unknown, retries: number): number =>
    results.find(
      ({ parameters }) => parameters.event === event && Number(parameters.retries) === retries,
    )?.values.failed ?? 0;
  const events = results
    .filter(({ parameters }) => Number(parameters.retries) === fewest)
    .filter(({ values }) => (values.failed ?? 0) > 0)
    .sort((a, b) => (b.values.failed ?? 0) - (a.values.failed ?? 0))
    .map(({ parameters, values }) => {
      const felt = values.felt === undefined ? "" : ` for ${values.felt.toFixed(0)} s`;
      const after =
        most === fewest
          ? ""
          : ` (${percent(failedOf(parameters.event, most))} with ${most} retries)`;
      return `${parameters.event} ${percent(values.failed ?? 0)}${felt}${after}`;
    });
  if (events.length === 0) return "Clients feel none of it.";
  return `Failed requests by event, and for how long: ${events.join(", ")}.`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
