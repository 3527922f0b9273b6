import { Simulation } from "@k8s-netsim/sim-core";
import type { Deployment, EndpointSlice } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import { churnCluster, churnDeployment, churnService, ZONES } from "./churn-cluster.ts";
import type { ChurnOptions } from "./churn-options.ts";
import { churnWarnings } from "./churn-warnings.ts";
import { PhaseMeter, type PhaseReport } from "./phase-meter.ts";

/** A second of the timeline, or several: what left the API servers, and what was written. */
export interface ChurnMoment {
  readonly atSeconds: number;
  readonly bytesPerSecond: number;
}

export interface ChurnReport {
  readonly options: ChurnOptions;
  readonly apiServers: number;
  readonly phases: readonly PhaseReport[];
  readonly timeline: readonly ChurnMoment[];
  /** The longest that something waited for an API server's link (ns). */
  readonly longestWaitNs: number;
  /** What a reader must know before believing the numbers. */
  readonly warnings: readonly string[];
}

/** Told how a run gets on. */
export interface ChurnWatcher {
  /** How much of the run is done, 0 to 1. */
  progress?(share: number): void;
  phaseEnded?(report: PhaseReport): void;
}

const SECOND = 1_000_000_000;
const CHUNK_NS = 20 * SECOND;
/** A backlog of days is possible where the link is too narrow. */
const LIMIT_NS = 60 * 86_400 * SECOND;
const TIMELINE_POINTS = 400;

/** Phases with their usual share of the work, for the progress. */
const PHASES = [
  ["creation", 0.25],
  ["rolling update", 0.5],
  ["scale-down", 0.1],
  ["node loss", 0.05],
  ["zone loss", 0.1],
] as const;

type Phase = (typeof PHASES)[number][0];

/**
 * Takes one Service through its life on a cluster of the model's own control plane and proxies: its
 * creation, a full rolling update with the default surge, a scale-down to half, the loss of a node
 * and of a zone.
 *
 * Each phase lasts until the control plane is at rest and every proxy has the result in force; that
 * of the zone loss until no slice offers an endpoint there, because evictions go on for hours.
 */
export function runChurn(options: ChurnOptions, watcher: ChurnWatcher = {}): ChurnReport {
  const sim = new Simulation({ seed: options.seed });
  const cluster = churnCluster(sim, options);
  rest(cluster, () => {});
  const meter = new PhaseMeter(cluster, options);
  const phases: PhaseReport[] = [];
  let done = 0;
  for (const [phase, weight] of PHASES) {
    play(phase, cluster, options, (share) => watcher.progress?.(done + weight * share));
    const report = meter.end(phase);
    phases.push(report);
    watcher.phaseEnded?.(report);
    done += weight;
    watcher.progress?.(done);
  }
  const links = cluster.proxies.servers.links;
  const longestWaitNs = links.reduce((most, link) => Math.max(most, link.longestWaitNs), 0);
  const warnings = churnWarnings(phases, longestWaitNs);
  const timeline = timelineOf(cluster);
  return { options, apiServers: links.length, phases, timeline, longestWaitNs, warnings };
}

function play(
  phase: Phase,
  cluster: Cluster,
  { pods }: ChurnOptions,
  tell: (share: number) => void,
): void {
  switch (phase) {
    case "creation":
      cluster.apply(churnService());
      cluster.apply(churnDeployment(pods, 1));
      rest(cluster, tell, pods);
      break;
    case "rolling update":
      cluster.apply(churnDeployment(pods, 2));
      rest(cluster, tell, pods);
      break;
    case "scale-down":
      cluster.apply(churnDeployment(Math.ceil(pods / 2), 2));
      rest(cluster, tell);
      break;
    case "node loss":
      cluster.failNode(servingNode(cluster));
      rest(cluster, tell);
      break;
    case "zone loss": {
      const [zone] = ZONES;
      cluster.failZone(zone);
      const lost = [...cluster.nodes].filter((node) => node.zone === zone);
      untilNotOffered(cluster, new Set(lost.map(({ name }) => name)), tell);
    }
  }
}

function servingNode({ pods, nodes }: Cluster): string {
  for (const pod of pods) if (pod.answering) return nodes.at(pod.nodeIndex)?.name ?? "";
  return "";
}

/** Runs until the control plane and all proxies are at rest. */
function rest(cluster: Cluster, tell: (share: number) => void, pods = 0): void {
  const endNs = cluster.sim.now + LIMIT_NS;
  for (;;) {
    const { steady } = cluster.settle(CHUNK_NS);
    if ((steady && cluster.sim.now >= cluster.proxies.quietNs()) || cluster.sim.now >= endNs)
      return;
    if (pods > 0) tell(Math.min(1, updatedPods(cluster) / pods));
  }
}

function updatedPods({ store }: Cluster): number {
  const status = store.get<Deployment>("Deployment", "default/web")?.status;
  return (status as { readonly updatedReplicas?: number } | undefined)?.updatedReplicas ?? 0;
}

/** Runs until no slice offers an endpoint on the lost nodes and every proxy knows. */
function untilNotOffered(
  cluster: Cluster,
  lost: ReadonlySet<string>,
  tell: (share: number) => void,
): void {
  const endNs = cluster.sim.now + LIMIT_NS;
  const first = Math.max(1, offered(cluster, lost));
  for (let left = first; left > 0 && cluster.sim.now < endNs; left = offered(cluster, lost)) {
    cluster.settle(CHUNK_NS);
    tell(1 - left / first);
  }
  const quietNs = cluster.proxies.quietNs();
  if (quietNs > cluster.sim.now) cluster.sim.runUntil(quietNs);
}

function offered({ store }: Cluster, lost: ReadonlySet<string>): number {
  let count = 0;
  for (const { object } of store.log<EndpointSlice>("EndpointSlice").current.values()) {
    for (const { conditions, nodeName } of object.endpoints ?? []) {
      if (conditions?.ready !== false && lost.has(nodeName ?? "")) count++;
    }
  }
  return count;
}

/** What left all API servers, in some hundred steps of equal length. */
function timelineOf({ proxies, sim }: Cluster): ChurnMoment[] {
  const seconds = Math.ceil(sim.now / SECOND);
  const step = Math.max(1, Math.ceil(seconds / TIMELINE_POINTS));
  const moments: ChurnMoment[] = [];
  for (let from = 0; from < seconds; from += step) {
    let bytes = 0;
    for (const link of proxies.servers.links) {
      for (let second = from; second < from + step; second++) bytes += link.sentIn(second);
    }
    moments.push({ atSeconds: from, bytesPerSecond: bytes / step });
  }
  return moments;
}
