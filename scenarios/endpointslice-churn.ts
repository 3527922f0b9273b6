import {
  type ChurnReport,
  churnSentence,
  DEFAULT_CHURN,
  type PhaseReport,
  runChurn,
  type StudyChart,
  type StudyTable,
  study,
} from "@k8s-netsim/k8s-model/scenario";
import { seconds } from "@k8s-netsim/sim-core";

/**
 * One Service is created, rolled, scaled down, and loses a node and a zone: what does each change
 * cost the API servers, and how long do the nodes believe what is no longer so?
 *
 *   Deployment ─► ReplicaSet ─► pods ─► slices ─► API servers ─► kube-proxy on every node
 */
export default study("endpointslice-churn", {
  question: "What does one large Service cost the control plane, with Endpoints or with slices?",
  vary: {
    nodes: [1500, 15_000],
    pods: [500, 5000],
    propagation: ["slices"],
    endpointsPerSlice: [100],
    bytes: ["exact-1.36"],
    batchPeriod: [0],
    qps: [20],
    burst: [30],
    proxyMode: ["iptables"],
    // 0: one for every 5,000 nodes, at least 3.
    apiServers: [0],
    egressGigabits: [10],
  },
  choices: {
    propagation: ["endpoints-1.18", "endpoints-truncated", "slices"],
    bytes: ["kep752", "blog2020", "exact-1.36"],
    proxyMode: ["iptables", "nftables", "ipvs"],
  },
  // Slices as --max-endpoints-per-slice allows; the others keep slips from running for hours.
  ranges: {
    nodes: { least: 1, most: 500_000 },
    pods: { least: 1, most: 200_000 },
    endpointsPerSlice: { least: 1, most: 1000 },
    batchPeriod: { least: 0, most: 3600, fractions: true },
    qps: { least: 0.1, most: 100_000, fractions: true },
    burst: { least: 1, most: 100_000 },
    apiServers: { least: 0, most: 1000 },
    egressGigabits: { least: 0.01, most: 10_000, fractions: true },
  },
  replications: 1,
  quick: { vary: { nodes: [150], pods: [100] } },
  run: (
    { nodes, pods, propagation, endpointsPerSlice, bytes, qps, burst, proxyMode, ...more },
    { seed, check, progress },
  ) => {
    const report = runChurn(
      {
        ...{ ...DEFAULT_CHURN, nodes, pods, propagation, endpointsPerSlice, bytes, qps, burst },
        proxyMode,
        batchPeriodNs: seconds(more.batchPeriod),
        apiServers: more.apiServers,
        egressBytesPerSecond: (more.egressGigabits * 1e9) / 8,
        seed,
        check,
      },
      { progress },
    );
    return {
      values: values(report),
      tables: [phaseTable(report)],
      charts: [timeline(report)],
      warnings: report.warnings,
    };
  },
  metrics: {
    rollBytes: { label: "Rolling update: bytes to proxies", unit: "bytes", better: "lower" },
    rollEvents: { label: "Rolling update: watch events", unit: "count", better: "lower" },
    rollWrites: { label: "Rolling update: endpoint writes", unit: "count", better: "lower" },
    rollSeconds: { label: "Rolling update: duration", unit: "seconds", better: "lower" },
    rollLatencyP50: { label: "Rolling update: programming latency p50", unit: "ns" },
    rollLatencyP90: { label: "Rolling update: programming latency p90", unit: "ns" },
    rollLatencyP99: {
      label: "Rolling update: programming latency p99",
      unit: "ns",
      better: "lower",
    },
    rollStale: { label: "Rolling update: stale-endpoint seconds", unit: "seconds" },
    bytes: { label: "All phases: bytes to proxies", unit: "bytes", better: "lower" },
    events: { label: "All phases: watch events", unit: "count", better: "lower" },
    apiWrites: { label: "All phases: API writes", unit: "count", better: "lower" },
    peakBytesPerSecond: {
      label: "Peak egress of one API server",
      unit: "bytes-per-second",
      better: "lower",
    },
    phasesThatFit: { label: "Phases whose peak fits the link", unit: "share", better: "higher" },
    refusedWrites: { label: "Writes that etcd refused", unit: "count", better: "lower" },
  },
  answer: (results) =>
    churnSentence(
      results.map(({ parameters, values: { rollBytes } }) => ({ parameters, rollBytes })),
    ),
});

function values({ phases }: ChurnReport): Record<string, number | undefined> {
  const sum = (of: (phase: PhaseReport) => number): number =>
    phases.reduce((total, phase) => total + of(phase), 0);
  const roll = phases.find(({ name }) => name === "rolling update");
  return {
    rollBytes: roll?.bytes,
    rollEvents: roll?.watchEvents,
    rollWrites: roll?.endpointWrites,
    rollSeconds: roll?.seconds,
    rollLatencyP50: roll?.latencyNs?.p50,
    rollLatencyP90: roll?.latencyNs?.p90,
    rollLatencyP99: roll?.latencyNs?.p99,
    rollStale: roll?.staleEndpointSeconds,
    bytes: sum(({ bytes }) => bytes),
    events: sum(({ watchEvents }) => watchEvents),
    apiWrites: sum(({ apiWrites }) => apiWrites),
    peakBytesPerSecond: Math.max(...phases.map((phase) => phase.peakBytesPerSecond)),
    phasesThatFit: sum(({ fits }) => (fits ? 1 : 0)) / phases.length,
    refusedWrites: sum(({ refusedWrites }) => refusedWrites),
  };
}

function phaseTable({ phases }: ChurnReport): StudyTable {
  return {
    title: "Phase by phase",
    note:
      "Latency as kubeproxy_network_programming_duration_seconds, over all nodes; a phase of " +
      "deletions alone has none. Writes to etcd include leases and node status.",
    columns: [
      { label: "Phase" },
      { label: "Duration", unit: "seconds" },
      { label: "API writes", unit: "count" },
      { label: "Endpoint writes", unit: "count" },
      { label: "Watch events", unit: "count" },
      { label: "Bytes", unit: "bytes" },
      { label: "Bytes a second", unit: "bytes-per-second" },
      { label: "Peak of one server", unit: "bytes-per-second" },
      { label: "Fits the link" },
      { label: "Latency p50", unit: "ns" },
      { label: "p90", unit: "ns" },
      { label: "p99", unit: "ns" },
      { label: "Stale endpoints", unit: "seconds" },
      { label: "etcd writes", unit: "per-second" },
      { label: "Endpoint bytes to etcd", unit: "bytes" },
      { label: "Refused" },
    ],
    rows: phases.map((phase) => [
      phase.name,
      phase.seconds,
      phase.apiWrites,
      phase.endpointWrites,
      phase.watchEvents,
      phase.bytes,
      phase.bytesPerSecond,
      phase.peakBytesPerSecond,
      phase.fits ? "yes" : "no",
      phase.latencyNs?.p50 ?? null,
      phase.latencyNs?.p90 ?? null,
      phase.latencyNs?.p99 ?? null,
      phase.staleEndpointSeconds,
      phase.etcdWritesPerSecond,
      phase.etcdEndpointBytes,
      phase.refusedWrites,
    ]),
  };
}

/** Below this share of it, the links' line would only flatten what is sent. */
const LEAST_SHARE = 0.1;

function timeline({ timeline: moments, phases, options, apiServers }: ChurnReport): StudyChart {
  const links = options.egressBytesPerSecond * apiServers;
  const peak = moments.reduce((most, { bytesPerSecond }) => Math.max(most, bytesPerSecond), 0);
  return {
    title: "What leaves the API servers",
    description:
      "Bytes a second from all API servers to all kube-proxies, through the five phases.",
    x: { label: "Time", unit: "seconds" },
    y: { label: "Egress", unit: "bytes-per-second" },
    series: [
      {
        name: "sent",
        points: moments.map(({ atSeconds, bytesPerSecond }) => ({
          x: atSeconds,
          y: bytesPerSecond,
        })),
      },
      ...(peak < LEAST_SHARE * links
        ? []
        : [
            {
              name: "links of all servers",
              dashed: true,
              points: [0, moments.at(-1)?.atSeconds ?? 0].map((x) => ({ x, y: links })),
            },
          ]),
    ],
    marks: phases.map(({ name, startSeconds }) => ({ x: startSeconds, label: name })),
  };
}
