import { invariant, log } from "@k8s-netsim/sim-core";
import { HOSTNAME_LABEL } from "../../api/index.ts";
import type { NodeState } from "./node-state.ts";
import type { ClusterView, ShapeView } from "./shape-view.ts";
import type { SpreadCount } from "./spread-counts.ts";

/** The plugins that score and what each weighs in the total. */
export const SCORE_WEIGHTS = {
  TaintToleration: 3,
  NodeAffinity: 2,
  NodeResourcesFit: 1,
  PodTopologySpread: 2,
  InterPodAffinity: 2,
  NodeResourcesBalancedAllocation: 1,
} as const;

export type ScorePlugin = keyof typeof SCORE_WEIGHTS;

/** Scores of one plugin in the order of the feasible nodes; undefined: it has nothing to say. */
export type Scores = Int32Array | undefined;

export type ScoresByPlugin = Readonly<Record<ScorePlugin, Scores>>;

/** Every plugin's own scores, before they are brought to the scale of 0 to 100. */
export function rawScores(
  view: ShapeView,
  cluster: ClusterView,
  feasible: Int32Array,
): ScoresByPlugin {
  const { milliCpu, memory } = view.shape.requests;
  return {
    TaintToleration: picked(view.badTaints, feasible),
    NodeAffinity: view.shape.preferredNodes && picked(view.preferred, feasible),
    NodeResourcesFit: picked(view.fitScores, feasible),
    PodTopologySpread: spreadScores(view, feasible),
    InterPodAffinity: view.affinity.hasPreferences
      ? feasible.map((index) => view.affinity.score(nodeAt(cluster, index)))
      : undefined,
    NodeResourcesBalancedAllocation:
      milliCpu === 0 && memory === 0 ? undefined : picked(view.balanceScores, feasible),
  };
}

/** The scores on the scale of 0 to 100. */
export function normalizedScores(
  view: ShapeView,
  feasible: Int32Array,
  raw: ScoresByPlugin,
): ScoresByPlugin {
  return {
    TaintToleration: raw.TaintToleration && fewestBest(raw.TaintToleration),
    NodeAffinity: raw.NodeAffinity && mostBest(raw.NodeAffinity),
    NodeResourcesFit: raw.NodeResourcesFit,
    PodTopologySpread: raw.PodTopologySpread && evenestBest(view, feasible, raw.PodTopologySpread),
    InterPodAffinity: raw.InterPodAffinity && stretched(raw.InterPodAffinity),
    NodeResourcesBalancedAllocation: raw.NodeResourcesBalancedAllocation,
  };
}

/** The weighted sum of the normalized scores per feasible node. */
export function totals(normalized: ScoresByPlugin, length: number): Int32Array {
  const sums = new Int32Array(length);
  for (const [plugin, weight] of Object.entries(SCORE_WEIGHTS)) {
    const scores = normalized[plugin as ScorePlugin];
    if (scores === undefined) continue;
    for (let i = 0; i < length; i++) sums[i] = (sums[i] ?? 0) + weight * (scores[i] ?? 0);
  }
  return sums;
}

function spreadScores(view: ShapeView, feasible: Int32Array): Scores {
  const { counts, complete } = view.soft;
  if (counts.length === 0) return undefined;
  const sums = new Float64Array(feasible.length);
  for (const count of counts) {
    const { constraint, domains, emptyDomain, matching, onNode } = count;
    const byNode = constraint.topologyKey === HOSTNAME_LABEL;
    // More domains hold fewer pods each; the weight keeps few full ones from drowning them.
    const weight = log(domainsAmong(count, feasible, complete) + 2);
    for (let position = 0; position < feasible.length; position++) {
      const index = feasible[position] ?? 0;
      const domain = domains[index] ?? -1;
      if (domain < 0 || domain === emptyDomain || complete[index] === 0) continue;
      const pods = (byNode ? onNode[index] : matching[domain]) ?? 0;
      sums[position] = (sums[position] ?? 0) + (pods * weight + (constraint.maxSkew - 1));
    }
  }
  return rounded(sums);
}

/** How many domains the feasible nodes lie in; every node is one where the key is the hostname. */
function domainsAmong(
  { constraint, domains, matching }: SpreadCount,
  feasible: Int32Array,
  complete: Uint8Array,
): number {
  const byNode = constraint.topologyKey === HOSTNAME_LABEL;
  const seen = new Uint8Array(byNode ? 0 : matching.length);
  let count = 0;
  for (let position = 0; position < feasible.length; position++) {
    const index = feasible[position] ?? 0;
    if (complete[index] === 0) continue;
    const domain = domains[index] ?? -1;
    if (!byNode && (domain < 0 || seen[domain] === 1)) continue;
    if (!byNode) seen[domain] = 1;
    count += 1;
  }
  return count;
}

function fewestBest(scores: Int32Array): Int32Array {
  const most = maximum(scores);
  if (most === 0) return new Int32Array(scores.length).fill(100);
  return changed(scores, (score) => 100 - Math.trunc((100 * score) / most));
}

function mostBest(scores: Int32Array): Int32Array {
  const most = maximum(scores);
  return most === 0 ? scores : changed(scores, (score) => Math.trunc((100 * score) / most));
}

/** Nodes without a topology label get nothing. */
function evenestBest(view: ShapeView, feasible: Int32Array, scores: Int32Array): Int32Array {
  const { complete } = view.soft;
  let most = 0;
  let least = Number.MAX_SAFE_INTEGER;
  for (let position = 0; position < scores.length; position++) {
    if (complete[feasible[position] ?? 0] === 0) continue;
    const score = scores[position] ?? 0;
    most = Math.max(most, score);
    least = Math.min(least, score);
  }
  return changed(scores, (score, position) => {
    if (complete[feasible[position] ?? 0] === 0) return 0;
    return most === 0 ? 100 : Math.trunc((100 * (most + least - score)) / most);
  });
}

function stretched(scores: Int32Array): Int32Array {
  let least = Number.MAX_SAFE_INTEGER;
  let most = Number.MIN_SAFE_INTEGER;
  for (const score of scores) {
    least = Math.min(least, score);
    most = Math.max(most, score);
  }
  if (most <= least) return new Int32Array(scores.length);
  return changed(scores, (score) => Math.trunc(100 * ((score - least) / (most - least))));
}

function maximum(scores: Int32Array): number {
  let most = 0;
  for (let i = 0; i < scores.length; i++) most = Math.max(most, scores[i] ?? 0);
  return most;
}

// Plain loops: the arrays' own map and from take several times as long, and this runs for each pod.

function picked(
  perNode: Uint8Array | Uint16Array | Int16Array | Int32Array,
  feasible: Int32Array,
): Int32Array {
  const scores = new Int32Array(feasible.length);
  for (let i = 0; i < scores.length; i++) scores[i] = perNode[feasible[i] ?? 0] ?? 0;
  return scores;
}

function changed(
  scores: Int32Array,
  change: (score: number, position: number) => number,
): Int32Array {
  const result = new Int32Array(scores.length);
  for (let i = 0; i < result.length; i++) result[i] = change(scores[i] ?? 0, i);
  return result;
}

function rounded(sums: Float64Array): Int32Array {
  const result = new Int32Array(sums.length);
  for (let i = 0; i < result.length; i++) result[i] = Math.round(sums[i] ?? 0);
  return result;
}

function nodeAt({ nodes }: ClusterView, index: number): NodeState {
  const node = nodes[index];
  invariant(node !== undefined, `there is a node number ${index}`);
  return node;
}
