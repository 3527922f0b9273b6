import type { WatchStream } from "../../api-server/index.ts";
import {
  arrivalNs,
  firstNotArrived,
  hashUnit,
  jitterSource,
  type SendLine,
  type WatcherClass,
} from "../../store/index.ts";
import type { EndpointChanges, VersionFacts } from "./endpoint-changes.ts";
import { ENDPOINTS, IDLE, type ProxyNodes, SERVICES, STREAMS } from "./proxy-nodes.ts";
import { noRuns, type ProxySync, type RunTotals } from "./run-totals.ts";
import { nextRunNs, type RunnerPeriods, timerAfterRunNs } from "./runner.ts";
import type { SlowWatchers } from "./slow-watchers.ts";
import type { RuleLoad, SyncCost } from "./sync-cost.ts";

export interface RunOptions {
  readonly watchers: WatcherClass;
  readonly periods: RunnerPeriods;
  readonly cost: SyncCost;
  /** From one run that writes everything to the next (ns). */
  readonly fullSyncPeriodNs: number;
  /** Share of runs that fail. */
  readonly failureShare: number;
  readonly seed: number;
}

const NEVER = Number.POSITIVE_INFINITY;
/** Keeps the draw of failures apart from those of jitter. */
const FAILURES = 0x0fa11;

/**
 * The runs of every node's proxy, one node at a time: what arrived before a run began is covered by
 * it and in force from its end.
 */
export class ProxyRuns {
  totals: RunTotals = noRuns();
  /** The longest run until now (ns). */
  longestNs = 0;
  /** Told of every run that put something in force, node by node in order of time. */
  onSync: ((sync: ProxySync) => void) | undefined;
  readonly #nodes: ProxyNodes;
  readonly #options: RunOptions;
  readonly #streams: readonly [WatchStream, WatchStream];
  readonly #services: VersionFacts;
  readonly #changes: EndpointChanges;
  readonly #slow: SlowWatchers;
  readonly #jitters = new Float64Array(STREAMS);
  #jitterNode = -1;
  /** What runs have to do, given anew for each: costs are pure and keep nothing. */
  readonly #all = { services: 0, endpoints: 0 };
  readonly #changedLoad = { services: 0, endpoints: 0 };

  constructor(
    nodes: ProxyNodes,
    options: RunOptions,
    streams: readonly [WatchStream, WatchStream],
    services: VersionFacts,
    changes: EndpointChanges,
    slow: SlowWatchers,
  ) {
    this.#nodes = nodes;
    this.#options = options;
    this.#streams = streams;
    this.#services = services;
    this.#changes = changes;
    this.#slow = slow;
  }

  /** Goes through a node's runs until a time. */
  advance(node: number, nowNs: number): void {
    const nodes = this.#nodes;
    if (nodes.active[node] === 0) return;
    for (;;) {
      const runEndNs = nodes.runEndNs[node] as number;
      if (runEndNs !== IDLE) {
        if (runEndNs > nowNs) return;
        this.#finish(node, runEndNs);
      }
      const startNs = nextRunNs(
        Math.min(this.#firstCallNs(node, SERVICES), this.#firstCallNs(node, ENDPOINTS)),
        nodes.timerNs[node] as number,
        nodes.pauseEndNs[node] as number,
      );
      if (startNs > nowNs) return;
      this.#start(node, startNs);
    }
  }

  /** How far a stream has come to a node at a time, to which its runs have been brought. */
  arrivedBy(node: number, stream: number, timeNs: number): number {
    const nodes = this.#nodes;
    const at = node * STREAMS + stream;
    let position = Math.max(nodes.covered[at] as number, nodes.heard[at] as number);
    const listedNs = nodes.listedNs[node] as number;
    if (timeNs < listedNs || nodes.lostNs[node] !== NEVER) return position;
    position = Math.max(position, nodes.listed[at] as number);
    const slow = this.#slow.arrivals(node, stream);
    if (slow !== undefined) return slow.firstNotArrived(position, timeNs);
    return firstNotArrived(
      this.#line(node, stream),
      position,
      timeNs,
      nodes.rank[node] as number,
      this.#options.watchers,
      this.#jitter(node, stream),
    );
  }

  /** When the version of a slice at a position comes to a node that is connected (ns). */
  sliceArrivesNs(node: number, position: number): number {
    const nodes = this.#nodes;
    const listedNs = nodes.listedNs[node] as number;
    if (position < (nodes.listed[node * STREAMS + ENDPOINTS] as number)) return listedNs;
    return Math.max(listedNs, this.#sentNs(node, ENDPOINTS, position));
  }

  /** When the first version arrives that no run has covered. */
  #firstCallNs(node: number, stream: number): number {
    const nodes = this.#nodes;
    const at = node * STREAMS + stream;
    const position = nodes.covered[at] as number;
    const listedNs = nodes.listedNs[node] as number;
    if (nodes.synced[node] === 0) return listedNs;
    // Heard of while a run or a pause was in progress, before the connection was lost.
    if (position < (nodes.heard[at] as number)) return 0;
    if (nodes.lostNs[node] !== NEVER) return NEVER;
    if (position < (nodes.listed[at] as number)) return listedNs;
    return Math.max(this.#sentNs(node, stream, position), listedNs);
  }

  /** When a version arrives that the watch of a node sends (ns). */
  #sentNs(node: number, stream: number, position: number): number {
    const slow = this.#slow.arrivals(node, stream);
    if (slow !== undefined) return slow.arrivalNs(position);
    return arrivalNs(
      this.#line(node, stream),
      position,
      this.#nodes.rank[node] as number,
      this.#options.watchers,
      this.#jitter(node, stream),
    );
  }

  /** The same node is asked for many times in a row. */
  #jitter(node: number, stream: number): number {
    if (node !== this.#jitterNode) {
      const { seed } = this.#options;
      this.#jitterNode = node;
      this.#jitters[SERVICES] = jitterSource(seed, SERVICES, node);
      this.#jitters[ENDPOINTS] = jitterSource(seed, ENDPOINTS, node);
    }
    return this.#jitters[stream] as number;
  }

  #line(node: number, stream: number): SendLine {
    return (this.#streams[stream] as WatchStream).lines[
      this.#nodes.server[node] as number
    ] as SendLine;
  }

  #start(node: number, startNs: number): void {
    const nodes = this.#nodes;
    const { cost, fullSyncPeriodNs, failureShare, seed } = this.#options;
    const at = node * STREAMS;
    const services = this.arrivedBy(node, SERVICES, startNs);
    const endpoints = this.arrivedBy(node, ENDPOINTS, startNs);
    const servicesBefore = nodes.covered[at] as number;
    const endpointsBefore = nodes.covered[at + ENDPOINTS] as number;
    const full =
      nodes.needsFull[node] === 1 ||
      startNs - (nodes.lastFullNs[node] as number) > fullSyncPeriodNs;
    const all = this.#all;
    if (cost.constant !== true) this.#load(services, endpoints);
    const runNs =
      full || cost.constant
        ? cost.fullSyncNs(all)
        : cost.partialSyncNs(
            this.#changed(servicesBefore, services, endpointsBefore, endpoints),
            all,
          );
    const run = nodes.runs[node] as number;
    nodes.failing[node] =
      failureShare > 0 && hashUnit(seed, FAILURES, node, run) < failureShare ? 1 : 0;
    nodes.runs[node] = run + 1;
    nodes.coveredBefore[at] = servicesBefore;
    nodes.coveredBefore[at + ENDPOINTS] = endpointsBefore;
    nodes.covered[at] = services;
    nodes.covered[at + ENDPOINTS] = endpoints;
    nodes.runStartNs[node] = startNs;
    nodes.runEndNs[node] = startNs + Math.max(0, Math.round(runNs));
    nodes.synced[node] = 1;
    nodes.needsFull[node] = 0;
    if (full) nodes.lastFullNs[node] = startNs;
    if (full) this.totals.fullRuns++;
    if (runNs > this.longestNs) this.longestNs = runNs;
  }

  /** A run that fails leaves in force what was; the trigger times that it took up are lost. */
  #finish(node: number, endNs: number): void {
    const nodes = this.#nodes;
    const { periods } = this.#options;
    const failed = nodes.failing[node] === 1;
    const at = node * STREAMS + ENDPOINTS;
    this.totals.runs++;
    if (failed) {
      this.totals.failedRuns++;
      nodes.needsFull[node] = 1;
    } else {
      const covered = nodes.covered[at] as number;
      this.#sample(node, nodes.coveredBefore[at] as number, covered, endNs);
      this.#countStale(nodes.inForce[at] as number, covered, endNs);
      nodes.inForce[node * STREAMS] = nodes.covered[node * STREAMS] as number;
      nodes.inForce[at] = covered;
      this.onSync?.({
        node,
        startNs: nodes.runStartNs[node] as number,
        endNs,
        services: nodes.inForce[node * STREAMS] as number,
        slices: covered,
      });
    }
    nodes.runEndNs[node] = IDLE;
    nodes.timerNs[node] = timerAfterRunNs(endNs, failed, periods);
    nodes.pauseEndNs[node] = endNs + periods.minIntervalNs;
  }

  #sample(node: number, coveredBefore: number, to: number, endNs: number): void {
    const nodes = this.#nodes;
    const { triggersNs, facts } = this.#changes;
    const from = Math.max(coveredBefore, triggersNs.base);
    if (from >= to) return;
    const clockNs = nodes.clockNs[node] as number;
    const afterNs = (nodes.startedNs[node] as number) + clockNs;
    const passedOver =
      nodes.skipped[node] === 1 && from < (nodes.listed[node * STREAMS + ENDPOINTS] as number);
    const deletions =
      facts.deletionsUpTo.at(to - 1) - (from === 0 ? 0 : facts.deletionsUpTo.at(from - 1));
    if (passedOver || deletions > 0) {
      this.#sampleOneByOne(node, from, to, endNs + clockNs, afterNs);
      return;
    }
    const { base, values } = triggersNs;
    this.totals.latency.recordRow(values, from - base, to - base, endNs + clockNs, afterNs);
  }

  /** A deletion makes kube-proxy forget the trigger times of the Service; a list hides old versions. */
  #sampleOneByOne(node: number, from: number, to: number, endNs: number, afterNs: number): void {
    const { triggersNs, facts } = this.#changes;
    const nodes = this.#nodes;
    const listed = nodes.skipped[node] === 1 ? (nodes.listed[node * STREAMS + 1] as number) : 0;
    const forgotten = new Set<number>();
    const { base, values } = triggersNs;
    for (let position = to - 1; position >= from; position--) {
      const service = facts.service.at(position);
      if (isDeletion(facts, position)) forgotten.add(service);
      else if (forgotten.has(service)) continue;
      else if (position < listed && facts.nextOfObject.at(position) < listed) continue;
      else {
        const index = position - base;
        this.totals.latency.recordRow(values, index, index + 1, endNs, afterNs);
      }
    }
  }

  #countStale(from: number, to: number, endNs: number): void {
    const staleNs = this.staleNs(from, to, endNs);
    if (staleNs > 0) this.totals.staleEndpoints.add(staleNs);
  }

  /**
   * How long endpoints that left between two positions, and were in force at the first one, have
   * been dead at a time, added up.
   */
  staleNs(from: number, to: number, atNs: number): number {
    // Nothing was in force before the first version.
    if (from === 0 || from >= to) return 0;
    const { leavingUpTo, leaving, leavingEntered, deadSinceNs } = this.#changes;
    const first = leavingUpTo.at(from - 1);
    const last = leavingUpTo.at(to - 1);
    const { base, values } = leaving;
    const entered = leavingEntered.values;
    let staleNs = 0;
    for (let leave = first; leave < last; leave++) {
      const deadNs = atNs - (deadSinceNs[values[leave - base] as number] as number);
      if (deadNs > 0 && (entered[leave - base] as number) < from) staleNs += deadNs;
    }
    return staleNs;
  }

  /** What there is at two positions. */
  loadAt(services: number, endpoints: number): RuleLoad {
    this.#load(services, endpoints);
    return { ...this.#all };
  }

  #load(services: number, endpoints: number): void {
    this.#all.services = services === 0 ? 0 : this.#services.objects.at(services - 1);
    this.#all.endpoints = endpoints === 0 ? 0 : this.#changes.allEndpoints.at(endpoints - 1);
  }

  /** Services with a change in either range, each once, with all their endpoints. */
  #changed(fromS: number, toS: number, fromE: number, toE: number): RuleLoad {
    const { facts, serviceEndpoints } = this.#changes;
    const { base, values: next } = facts.nextOfService;
    const { values: counts } = serviceEndpoints;
    let services = 0;
    let endpoints = 0;
    let firstIndex = fromE - base;
    if (toE > fromE && facts.switchesUpTo.at(fromE) === facts.switchesUpTo.at(toE - 1)) {
      // All of one Service, whose last version says it all.
      firstIndex = toE - 1 - base;
    }
    for (let index = firstIndex; index < toE - base; index++) {
      if ((next[index] as number) < toE) continue;
      services++;
      endpoints += counts[index] as number;
    }
    for (let position = fromS; position < toS; position++) {
      if (this.#services.nextOfObject.at(position) >= toS) services++;
    }
    this.#changedLoad.services = services;
    this.#changedLoad.endpoints = endpoints;
    return this.#changedLoad;
  }
}

function isDeletion({ deletionsUpTo }: VersionFacts, position: number): boolean {
  const before = position > deletionsUpTo.base ? deletionsUpTo.at(position - 1) : 0;
  return deletionsUpTo.at(position) > before;
}
