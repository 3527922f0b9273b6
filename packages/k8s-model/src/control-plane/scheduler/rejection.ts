import { type Cycle, EXCLUDED, NO_OBJECTION } from "./node-search.ts";
import { insufficiencies } from "./resource-fit.ts";
import {
  type ClusterView,
  FILTER_PLUGINS,
  type FilterPlugin,
  type ShapeView,
} from "./shape-view.ts";

/** Why a node is out of the question for a pod. */
export interface Rejection {
  /** The first plugin that objected. */
  readonly plugin: FilterPlugin;
  /** `UnschedulableAndUnresolvable`: evicting pods from the node would not help. */
  readonly code: "Unschedulable" | "UnschedulableAndUnresolvable";
  /** In the scheduler's words. */
  readonly reasons: readonly string[];
  /** Of NodeResourcesFit: `cpu`, `memory`, resource names; `pods` for too many of them. */
  readonly insufficient?: readonly string[];
}

const REASONS: Readonly<Record<FilterPlugin, string>> = {
  NodeUnschedulable: "node(s) were unschedulable",
  NodeName: "node(s) didn't match the requested node name",
  TaintToleration: "node(s) had untolerated taint(s)",
  NodeAffinity: "node(s) didn't match Pod's node affinity/selector",
  NodePorts: "node(s) didn't have free ports for the requested pod ports",
  NodeResourcesFit: "Insufficient resources",
  PodTopologySpread: "node(s) didn't match pod topology spread constraints",
  InterPodAffinity: "node(s) didn't match pod affinity rules",
};

/** What pods could be evicted for is not settled for good; everything else is. */
const RESOLVABLE: ReadonlySet<FilterPlugin> = new Set(["NodePorts"]);

export function rejectionOf(
  view: ShapeView,
  cluster: ClusterView,
  index: number,
  objection: number,
): Rejection {
  const plugin = FILTER_PLUGINS[objection] ?? "NodeUnschedulable";
  if (plugin === "NodeResourcesFit") return resourceRejection(view, cluster, index);
  if (plugin === "PodTopologySpread") return spreadRejection(view, index);
  if (plugin === "InterPodAffinity") return affinityRejection(view, cluster, index);
  const code = RESOLVABLE.has(plugin) ? "Unschedulable" : "UnschedulableAndUnresolvable";
  return { plugin, code, reasons: [REASONS[plugin]] };
}

/**
 * The scheduler's own sentence: `0/9 nodes are available: 3 Insufficient cpu, 6 node(s) didn't match
 * pod topology spread constraints.` Nothing is said about preemption, which is not simulated.
 */
export function unschedulableSentence(
  view: ShapeView,
  cluster: ClusterView,
  { objections }: Cycle,
): string {
  const total = cluster.nodes.length;
  if (total === 0) return "no nodes available to schedule pods";
  if (view.shape.requiredNodes.nodeNames?.size === 0) {
    return `0/${total} nodes are available: pod affinity terms conflict.`;
  }
  const counts = new Map<string, number>();
  const tally = (reason: string): void => {
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  };
  for (const [index, objection] of objections.entries()) {
    if (objection === NO_OBJECTION) continue;
    if (objection === EXCLUDED) tally("node(s) didn't satisfy plugin(s) [NodeAffinity]");
    else rejectionOf(view, cluster, index, objection).reasons.forEach(tally);
  }
  const reasons = Array.from(counts, ([reason, count]) => `${count} ${reason}`).sort();
  return `0/${total} nodes are available: ${reasons.join(", ")}.`;
}

function resourceRejection(view: ShapeView, cluster: ClusterView, index: number): Rejection {
  const node = cluster.nodes[index];
  const missing = node === undefined ? [] : insufficiencies(node, view.shape.requests);
  const unresolvable = missing.some((one) => one.unresolvable);
  return {
    plugin: "NodeResourcesFit",
    code: unresolvable ? "UnschedulableAndUnresolvable" : "Unschedulable",
    reasons: missing.map(({ reason }) => reason),
    insufficient: missing.map(({ resource }) => resource),
  };
}

function spreadRejection(view: ShapeView, index: number): Rejection {
  // Constraints are looked at in turn: one that is too skewed may object before a missing label.
  const minima = view.hard.counts.map((count) => count.minimum());
  for (const [i, { constraint, domains, matching }] of view.hard.counts.entries()) {
    const domain = domains[index] ?? -1;
    if (domain < 0) {
      const reason = `${REASONS.PodTopologySpread} (missing required label)`;
      return {
        plugin: "PodTopologySpread",
        code: "UnschedulableAndUnresolvable",
        reasons: [reason],
      };
    }
    const skew = (matching[domain] ?? 0) - (minima[i] ?? 0) + (constraint.selectsItself ? 1 : 0);
    if (skew > constraint.maxSkew) break;
  }
  return {
    plugin: "PodTopologySpread",
    code: "Unschedulable",
    reasons: [REASONS.PodTopologySpread],
  };
}

function affinityRejection(view: ShapeView, cluster: ClusterView, index: number): Rejection {
  const node = cluster.nodes[index];
  const verdict = node === undefined ? undefined : view.affinity.verdict(node);
  const plugin = "InterPodAffinity";
  if (verdict === "anti-affinity") {
    const reason = "node(s) didn't match pod anti-affinity rules";
    return { plugin, code: "Unschedulable", reasons: [reason] };
  }
  if (verdict === "existing anti-affinity") {
    const reason = "node(s) didn't satisfy existing pods anti-affinity rules";
    return { plugin, code: "Unschedulable", reasons: [reason] };
  }
  return { plugin, code: "UnschedulableAndUnresolvable", reasons: [REASONS.InterPodAffinity] };
}
