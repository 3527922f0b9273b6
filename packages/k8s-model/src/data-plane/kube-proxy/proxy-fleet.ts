import { invariant } from "@k8s-netsim/sim-core";
import { ApiServers, IDEAL_API_SERVER, type WatchStream } from "../../api-server/index.ts";
import type { Cursor, KindLog, Store, WatcherClass } from "../../store/index.ts";
import { EndpointChanges, VersionFacts } from "./endpoint-changes.ts";
import { ProxyConnections } from "./proxy-connections.ts";
import { ENDPOINTS, ProxyNodes, SERVICES, STREAMS } from "./proxy-nodes.ts";
import { ProxyRuns } from "./proxy-runs.ts";
import { noRuns, type ProxySync, type RunTotals } from "./run-totals.ts";
import { type RunnerPeriods, runnerPeriods } from "./runner.ts";
import { SlowWatchers } from "./slow-watchers.ts";
import { constantCost, type SyncCost } from "./sync-cost.ts";

/** How the kube-proxies of a cluster hear of changes and act on them. Times in ns. */
export interface ProxyOptions {
  readonly watchers: WatcherClass;
  /** Counted from the end of a run; the first run after an idle time starts at once. */
  readonly minSyncPeriodNs: number;
  /** What a run takes where no `cost` is given. */
  readonly syncNs: number;
  /** Fixes the jitter of every delivery. */
  readonly seed: number;
  /** What a run takes by what it has to do. */
  readonly cost?: SyncCost;
  /** All three periods of the runner; those of iptables mode with `minSyncPeriodNs` if absent. */
  readonly periods?: RunnerPeriods;
  /** From one run that writes everything to the next; an hour unless told. */
  readonly fullSyncPeriodNs?: number;
  /** Share of runs that fail; none unless told. */
  readonly failureShare?: number;
  /** What endpoints are watched as: `Endpoints` up to Kubernetes 1.18. */
  readonly endpointsKind?: "EndpointSlice" | "Endpoints";
}

/** What one proxy has in force, or has heard of: positions in the two sub-logs that it watches. */
export interface ProgrammedView {
  readonly services: number;
  readonly slices: number;
}

/** What the proxies did since they were last asked. */
export interface FleetTotals extends Readonly<RunTotals> {
  /** Time for which dead endpoints have been standing in nodes' rules that still hold them (s). */
  readonly standingStaleSeconds: number;
}

const HOUR_NS = 3_600_000_000_000;

/**
 * The kube-proxies of all nodes as cursors: per node and stream what has arrived, what the run in
 * progress covers and what is in force.
 *
 * Nothing is scheduled. A node is brought up to the present when it is asked, by going through the
 * versions that it has not seen; its runs depend on nothing but the log, so when that happens makes
 * no difference.
 */
export class ProxyFleet {
  readonly servers: ApiServers;
  readonly connections: ProxyConnections;
  readonly #logs: readonly [KindLog, KindLog];
  readonly #kept: readonly Cursor[];
  readonly #streams: readonly [WatchStream, WatchStream];
  readonly #nodes: ProxyNodes = new ProxyNodes();
  readonly #services = new VersionFacts();
  readonly #changes = new EndpointChanges();
  readonly #runs: ProxyRuns;
  readonly #periods: RunnerPeriods;
  readonly #cost: SyncCost;
  readonly #options: ProxyOptions;
  /** When all nodes were last brought up, and the versions that were there then. */
  #advanced = { ns: -1, written: 0 };

  /**
   * Versions come straight from the store where no API servers are given: in no time, and every
   * event counts as one byte.
   */
  constructor(store: Store, options: ProxyOptions, servers?: ApiServers) {
    const { endpointsKind = "EndpointSlice", minSyncPeriodNs } = options;
    this.#options = options;
    this.#periods = options.periods ?? runnerPeriods("iptables", minSyncPeriodNs);
    this.#cost = options.cost ?? constantCost(options.syncNs);
    this.#logs = [store.log("Service"), store.log(endpointsKind)];
    this.#kept = [
      store.watch("Service", "kube-proxy", 0) as Cursor,
      store.watch(endpointsKind, "kube-proxy", 0) as Cursor,
    ];
    this.servers = servers ?? new ApiServers(store, IDEAL_API_SERVER, () => 1);
    this.#streams = [
      this.servers.stream("Service", "kube-proxy"),
      this.servers.stream(endpointsKind, "kube-proxy"),
    ];
    const slow = new SlowWatchers();
    this.#runs = new ProxyRuns(
      this.#nodes,
      {
        watchers: options.watchers,
        periods: this.#periods,
        cost: this.#cost,
        fullSyncPeriodNs: options.fullSyncPeriodNs ?? HOUR_NS,
        failureShare: options.failureShare ?? 0,
        seed: options.seed,
      },
      this.#streams,
      this.#services,
      this.#changes,
      slow,
    );
    this.connections = new ProxyConnections({
      nodes: this.#nodes,
      runs: this.#runs,
      servers: this.servers,
      streams: this.#streams,
      slow,
      watchers: options.watchers,
      seed: options.seed,
      bringUp: (nowNs) => this.#read(nowNs),
      readFacts: () => this.#readFacts(),
    });
  }

  /** Starts the proxy of a node at a time (ns): it lists, then watches. */
  start(node: number, nowNs: number): void {
    if (node < this.#nodes.count) this.stop(node, nowNs);
    this.#read(nowNs);
    this.#nodes.begin(node, nowNs, this.#periods.maxIntervalNs);
    this.connections.open(node, nowNs);
  }

  /** Ends the proxy of a node: it programs nothing more, and nothing is sent to it. */
  stop(node: number, nowNs: number): void {
    if (this.#nodes.active[node] !== 1) return;
    this.#advance(node, nowNs);
    this.connections.close(node, nowNs);
    this.#nodes.active[node] = 0;
  }

  /**
   * What the proxy of a node has in force at a time, which must not go back. One that was stopped has
   * nothing: the answer is what it would list.
   */
  programmed(node: number, nowNs: number): ProgrammedView {
    this.#advance(node, nowNs);
    const at = node * STREAMS;
    const services = this.#nodes.inForce[at] as number;
    const slices = this.#nodes.inForce[at + ENDPOINTS] as number;
    if (this.#nodes.active[node] === 1) return { services, slices };
    return { services: this.#logs[0].end, slices: this.#logs[1].end };
  }

  /** What the proxy of a node has heard of at a time, which must not go back. */
  delivered(node: number, nowNs: number): ProgrammedView {
    this.#advance(node, nowNs);
    return {
      services: this.#runs.arrivedBy(node, SERVICES, nowNs),
      slices: this.#runs.arrivedBy(node, ENDPOINTS, nowNs),
    };
  }

  /** Tells of every run that puts a view in force, from now on; a node's runs come in order of time. */
  onSync(listener: (sync: ProxySync) => void): void {
    const before = this.#runs.onSync;
    this.#runs.onSync = (sync) => {
      before?.(sync);
      listener(sync);
    };
  }

  /** When the version of a slice at a position comes to a node (ns); infinite before it is written. */
  sliceArrivesNs(node: number, position: number): number {
    return this.#runs.sliceArrivesNs(node, position);
  }

  /** Sets how far the clock of a node is ahead: its samples of the latency are that much longer. */
  setClock(node: number, nowNs: number, aheadNs: number): void {
    this.#advance(node, nowNs);
    this.#nodes.clockNs[node] = aheadNs;
  }

  /** Tells that an endpoint, by its pod's uid or its address, stopped answering. */
  endpointDied(id: string, nowNs: number): void {
    this.#changes.died(id, nowNs);
  }

  /** Tells that an endpoint answers, for the first time or again. */
  endpointAnswers(id: string, nowNs: number): void {
    if (!this.#changes.isDead(id)) return;
    this.advance(nowNs);
    this.#changes.revived(id);
  }

  /**
   * By when at the latest every proxy that has a connection has in force what has been written until
   * now (ns). Where lists are to come, ask again then.
   */
  quietNs(): number {
    const { watchers, failureShare = 0 } = this.#options;
    const { minIntervalNs, retryIntervalNs } = this.#periods;
    let lastWriteNs = 0;
    for (const log of this.#logs) {
      if (log.end > log.start) lastWriteNs = Math.max(lastWriteNs, log.at(log.end - 1).atNs);
    }
    this.#read(lastWriteNs);
    let deliveredNs = Math.max(lastWriteNs, this.connections.quietNs());
    for (const { freeNs } of this.servers.links) deliveredNs = Math.max(deliveredNs, freeNs);
    const load = this.#runs.loadAt(this.#services.end, this.#changes.facts.end);
    const longestNs = Math.max(this.#runs.longestNs, this.#cost.fullSyncNs(load));
    const runsNs = minIntervalNs + 2 * Math.ceil(longestNs);
    const retriesNs = failureShare > 0 ? RETRIES * (retryIntervalNs + runsNs) : 0;
    deliveredNs = Math.ceil(deliveredNs) + watchers.latencyNs + watchers.jitterNs;
    return deliveredNs + runsNs + retriesNs + 1;
  }

  /** Brings every node to a time. */
  advance(nowNs: number): void {
    this.#read(nowNs);
    const written = this.#services.end + this.#changes.facts.end;
    if (nowNs === this.#advanced.ns && written === this.#advanced.written) return;
    this.#advanced = { ns: nowNs, written };
    for (let node = 0; node < this.#nodes.count; node++) this.#runs.advance(node, nowNs);
  }

  /** Brings every node to the present and lets go of the history that none needs any more. */
  release(nowNs: number): ProgrammedView {
    this.advance(nowNs);
    const lowest: [number, number] = [this.#logs[0].end, this.#logs[1].end];
    const { inForce, active, count } = this.#nodes;
    for (let node = 0; node < count; node++) {
      if (active[node] === 0) continue;
      for (let stream = 0; stream < STREAMS; stream++) {
        const position = inForce[node * STREAMS + stream] as number;
        if (position < (lowest[stream] as number)) lowest[stream] = position;
      }
    }
    for (const [stream, cursor] of this.#kept.entries()) cursor.moveTo(lowest[stream] as number);
    for (const [index, stream] of this.#streams.entries())
      stream.dropBelow(lowest[index] as number);
    this.#services.dropBelow(lowest[SERVICES]);
    this.#changes.dropBelow(lowest[ENDPOINTS]);
    return { services: lowest[SERVICES], slices: lowest[ENDPOINTS] };
  }

  /** What all proxies did until a time, since this was last asked. */
  collect(nowNs: number): FleetTotals {
    this.advance(nowNs);
    const { totals } = this.#runs;
    this.#runs.totals = noRuns();
    return { ...totals, standingStaleSeconds: this.#standingStaleSeconds(nowNs) };
  }

  #standingStaleSeconds(nowNs: number): number {
    const { inForce, active, count } = this.#nodes;
    const { end } = this.#changes.facts;
    let seconds = 0;
    for (let node = 0; node < count; node++) {
      const from = inForce[node * STREAMS + ENDPOINTS] as number;
      if (active[node] === 1 && from < end) seconds += this.#runs.staleNs(from, end, nowNs) / 1e9;
    }
    return seconds;
  }

  #advance(node: number, nowNs: number): void {
    invariant(node >= 0 && node < this.#nodes.count, "a proxy is asked about only after its start");
    this.#read(nowNs);
    this.#runs.advance(node, nowNs);
  }

  /** What was written is taken up before it is sent: a list may be answered on the way. */
  #read(nowNs: number): void {
    this.#readFacts();
    this.servers.advance(nowNs);
  }

  #readFacts(): void {
    const [services, endpoints] = this.#logs;
    for (let position = this.#services.end; position < services.end; position++) {
      const version = services.at(position);
      this.#services.read(version, version.key);
    }
    for (let position = this.#changes.facts.end; position < endpoints.end; position++) {
      this.#changes.read(endpoints.at(position));
    }
  }
}

/** Failures in a row that `quietNs` reckons with. */
const RETRIES = 20;
