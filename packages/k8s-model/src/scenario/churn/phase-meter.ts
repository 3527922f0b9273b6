import type { WatchStream } from "../../api-server/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import { type ChurnOptions, endpointsKind } from "./churn-options.ts";

/** Kinds that the phases write. */
const KINDS = [
  "Service",
  "EndpointSlice",
  "Endpoints",
  "Pod",
  "Node",
  "ReplicaSet",
  "Deployment",
] as const;

/** A kubelet reports its node's status this often where nothing changes. */
const NODE_STATUS_PERIOD_SECONDS = 300;

/** What one phase cost. Latencies and stale time are over all nodes whose proxy runs. */
export interface PhaseReport {
  readonly name: string;
  readonly startSeconds: number;
  readonly seconds: number;
  /** Writes to the API, by kind; leases and node status are not among them. */
  readonly writes: Readonly<Record<string, number>>;
  readonly apiWrites: number;
  /** Writes of what the proxies watch: EndpointSlices, or Endpoints. */
  readonly endpointWrites: number;
  /** Copies of versions sent to proxies, and their bytes. */
  readonly watchEvents: number;
  readonly bytes: number;
  readonly bytesPerSecond: number;
  /** The most that one API server had to send in one second. */
  readonly peakBytesPerSecond: number;
  /** Whether that was never more than its link carries. */
  readonly fits: boolean;
  /** `kubeproxy_network_programming_duration_seconds` (ns); absent without a sample. */
  readonly latencyNs?: { readonly p50: number; readonly p90: number; readonly p99: number };
  readonly latencySamples: number;
  /** Time that endpoints stood in nodes' rules after they had stopped answering, over all nodes. */
  readonly staleEndpointSeconds: number;
  readonly proxyRuns: number;
  /** Writes to etcd a second, leases and node status included. */
  readonly etcdWritesPerSecond: number;
  /** Bytes of EndpointSlices or Endpoints written to etcd. */
  readonly etcdEndpointBytes: number;
  /** Objects that etcd refused because they were too large. */
  readonly refusedWrites: number;
}

interface Counts {
  readonly atNs: number;
  readonly positions: readonly number[];
  readonly leases: number;
  readonly watchEvents: number;
  readonly bytes: number;
  readonly endpointBytes: number;
  readonly refusals: number;
}

/** Measures one phase after the other. */
export class PhaseMeter {
  readonly #cluster: Cluster;
  readonly #options: ChurnOptions;
  #before: Counts;

  constructor(cluster: Cluster, options: ChurnOptions) {
    this.#cluster = cluster;
    this.#options = options;
    cluster.proxies.collect(cluster.sim.now);
    this.#before = this.#counts();
  }

  /** What has happened since the phase before ended. */
  end(name: string): PhaseReport {
    const { proxies, sim } = this.#cluster;
    const totals = proxies.collect(sim.now);
    const before = this.#before;
    const after = this.#counts();
    this.#before = after;
    const seconds = (after.atNs - before.atNs) / 1e9;
    const writes: Record<string, number> = {};
    let apiWrites = 0;
    for (const [index, kind] of KINDS.entries()) {
      const count = (after.positions[index] as number) - (before.positions[index] as number);
      writes[kind] = count;
      apiWrites += count;
    }
    const peakBytesPerSecond = this.#peak(before.atNs, after.atNs);
    const bytes = after.bytes - before.bytes;
    const histogram = totals.latency.histogram();
    const leases = after.leases - before.leases;
    const statuses = (this.#cluster.leases.nodes * seconds) / NODE_STATUS_PERIOD_SECONDS;
    return {
      name,
      startSeconds: before.atNs / 1e9,
      seconds,
      writes,
      apiWrites,
      endpointWrites: writes[endpointsKind(this.#options)] ?? 0,
      watchEvents: after.watchEvents - before.watchEvents,
      bytes,
      bytesPerSecond: seconds > 0 ? bytes / seconds : 0,
      peakBytesPerSecond,
      fits: peakBytesPerSecond <= this.#options.egressBytesPerSecond,
      ...(histogram.count === 0
        ? {}
        : {
            latencyNs: {
              p50: histogram.quantile(0.5),
              p90: histogram.quantile(0.9),
              p99: histogram.quantile(0.99),
            },
          }),
      latencySamples: histogram.count,
      staleEndpointSeconds: totals.staleEndpoints.seconds + totals.standingStaleSeconds,
      proxyRuns: totals.runs,
      etcdWritesPerSecond: seconds > 0 ? (apiWrites + leases + statuses) / seconds : 0,
      etcdEndpointBytes: after.endpointBytes - before.endpointBytes,
      refusedWrites: after.refusals - before.refusals,
    };
  }

  #counts(): Counts {
    const { store, proxies, etcd, sim } = this.#cluster;
    const { streams } = proxies.servers;
    const sum = (of: (stream: WatchStream) => number): number =>
      streams.reduce((total, stream) => total + of(stream), 0);
    const kind = endpointsKind(this.#options);
    return {
      atNs: sim.now,
      positions: KINDS.map((one) => store.log(one).end),
      leases: this.#cluster.leases.writes(sim.now),
      watchEvents: sum(({ sentEvents }) => sentEvents),
      bytes: sum(({ sentBytes }) => sentBytes),
      endpointBytes: sum((stream) => (stream.kind === kind ? stream.bytesBelow(stream.end) : 0)),
      refusals: etcd?.refusals ?? 0,
    };
  }

  #peak(fromNs: number, toNs: number): number {
    let peak = 0;
    for (const link of this.#cluster.proxies.servers.links) {
      for (let second = Math.floor(fromNs / 1e9); second < toNs / 1e9; second++) {
        peak = Math.max(peak, link.offeredIn(second));
      }
    }
    return peak;
  }
}
