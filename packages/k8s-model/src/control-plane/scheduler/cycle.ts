import { HOSTNAME_LABEL } from "../../api/index.ts";
import type { NodeState } from "./node-state.ts";
import type { ClusterView, ShapeView } from "./shape-view.ts";
import { labelOf } from "./spread-counts.ts";

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
export type Scores = readonly number[] | undefined;

/** One look at all nodes for one pod. Nodes are numbers into the cluster's list. */
export interface Cycle {
  /** Nodes that the pod may be placed on. */
  readonly feasible: readonly number[];
  /** Nodes that were looked at and rejected, with the number of the first plugin that objected. */
  readonly rejected: ReadonlyMap<number, number>;
  /** Nodes that were not even looked at, because the pod names others. */
  readonly excluded: number;
}

/** Filters the nodes. */
export function filterNodes(view: ShapeView, cluster: ClusterView): Cycle {
  const names = view.shape.requiredNodes.nodeNames;
  const minima = view.hard.counts.map((count) => count.minimum());
  const feasible: number[] = [];
  const rejected = new Map<number, number>();
  let excluded = 0;
  for (const [index, node] of cluster.nodes.entries()) {
    if (names !== undefined && !names.has(node.name)) {
      excluded += 1;
      continue;
    }
    const objection = view.objection(index, minima);
    if (objection < 0) feasible.push(index);
    else rejected.set(index, objection);
  }
  return { feasible, rejected, excluded };
}

/** Every plugin's own scores, before they are brought to the scale of 0 to 100. */
export function rawScores(
  view: ShapeView,
  cluster: ClusterView,
  feasible: readonly number[],
): Readonly<Record<ScorePlugin, Scores>> {
  const { milliCpu, memory } = view.shape.requests;
  const resources = feasible.map((index) => view.resourceScores(index));
  return {
    TaintToleration: feasible.map((index) => view.badTaints[index] ?? 0),
    NodeAffinity:
      view.shape.preferredNodes === undefined
        ? undefined
        : feasible.map((index) => view.preferred[index] ?? 0),
    NodeResourcesFit: resources.map(({ fit }) => fit),
    PodTopologySpread: spreadScores(view, cluster, feasible),
    InterPodAffinity: view.affinity.hasPreferences
      ? feasible.map((index) => view.affinity.score(nodeAt(cluster, index)))
      : undefined,
    NodeResourcesBalancedAllocation:
      milliCpu === 0 && memory === 0 ? undefined : resources.map(({ balance }) => balance),
  };
}

/** The scores on the scale of 0 to 100. */
export function normalizedScores(
  raw: Readonly<Record<ScorePlugin, Scores>>,
  ignored: ReadonlySet<number>,
): Readonly<Record<ScorePlugin, Scores>> {
  return {
    TaintToleration: raw.TaintToleration && fewestBest(raw.TaintToleration),
    NodeAffinity: raw.NodeAffinity && mostBest(raw.NodeAffinity),
    NodeResourcesFit: raw.NodeResourcesFit,
    PodTopologySpread: raw.PodTopologySpread && evenestBest(raw.PodTopologySpread, ignored),
    InterPodAffinity: raw.InterPodAffinity && stretched(raw.InterPodAffinity),
    NodeResourcesBalancedAllocation: raw.NodeResourcesBalancedAllocation,
  };
}

/** Positions of feasible nodes that spreading does not score: a topology label is missing. */
export function ignoredBySpread(
  view: ShapeView,
  cluster: ClusterView,
  feasible: readonly number[],
): ReadonlySet<number> {
  const ignored = new Set<number>();
  if (view.spread.systemDefaults) return ignored;
  const keys = view.spread.soft.map(({ topologyKey }) => topologyKey);
  for (const [position, index] of feasible.entries()) {
    const node = nodeAt(cluster, index);
    if (keys.some((key) => labelOf(node, key) === undefined)) ignored.add(position);
  }
  return ignored;
}

/** The weighted sum of the normalized scores per feasible node. */
export function totals(
  normalized: Readonly<Record<ScorePlugin, Scores>>,
  length: number,
): readonly number[] {
  const sums = new Array<number>(length).fill(0);
  for (const [plugin, weight] of Object.entries(SCORE_WEIGHTS)) {
    const scores = normalized[plugin as ScorePlugin];
    if (scores === undefined) continue;
    for (let i = 0; i < length; i++) sums[i] = (sums[i] ?? 0) + weight * (scores[i] ?? 0);
  }
  return sums;
}

function spreadScores(view: ShapeView, cluster: ClusterView, feasible: readonly number[]): Scores {
  const { counts } = view.soft;
  if (counts.length === 0) return undefined;
  const ignored = ignoredBySpread(view, cluster, feasible);
  const sums = new Array<number>(feasible.length).fill(0);
  for (const { constraint, domains, matching, onNode } of counts) {
    const byNode = constraint.topologyKey === HOSTNAME_LABEL;
    const size = byNode
      ? feasible.length - ignored.size
      : new Set(feasible.filter((_, i) => !ignored.has(i)).map((index) => domains[index])).size;
    // More domains hold fewer pods each; the weight keeps them from being drowned by fewer, fuller ones.
    const weight = Math.log(size + 2);
    for (const [position, index] of feasible.entries()) {
      const domain = domains[index] ?? -1;
      if (domain < 0 || ignored.has(position)) continue;
      if (labelOf(nodeAt(cluster, index), constraint.topologyKey) === undefined) continue;
      const pods = (byNode ? onNode[index] : matching[domain]) ?? 0;
      sums[position] = (sums[position] ?? 0) + (pods * weight + (constraint.maxSkew - 1));
    }
  }
  return sums.map((sum) => Math.round(sum));
}

function fewestBest(scores: readonly number[]): readonly number[] {
  const most = maximum(scores);
  return scores.map((score) => (most === 0 ? 100 : 100 - Math.trunc((100 * score) / most)));
}

function mostBest(scores: readonly number[]): readonly number[] {
  const most = maximum(scores);
  return most === 0 ? scores : scores.map((score) => Math.trunc((100 * score) / most));
}

function evenestBest(scores: readonly number[], ignored: ReadonlySet<number>): readonly number[] {
  const counted = scores.filter((_, position) => !ignored.has(position));
  const most = maximum(counted);
  const least = counted.reduce((low, score) => Math.min(low, score), Number.MAX_SAFE_INTEGER);
  return scores.map((score, position) => {
    if (ignored.has(position)) return 0;
    return most === 0 ? 100 : Math.trunc((100 * (most + least - score)) / most);
  });
}

function stretched(scores: readonly number[]): readonly number[] {
  const least = scores.reduce((low, score) => Math.min(low, score), Number.MAX_SAFE_INTEGER);
  const most = scores.reduce((high, score) => Math.max(high, score), Number.MIN_SAFE_INTEGER);
  if (most <= least) return scores.map(() => 0);
  return scores.map((score) => Math.trunc(100 * ((score - least) / (most - least))));
}

function maximum(scores: readonly number[]): number {
  return scores.reduce((high, score) => Math.max(high, score), 0);
}

function nodeAt({ nodes }: ClusterView, index: number): NodeState {
  const node = nodes[index];
  if (node === undefined) throw new RangeError(`There is no node number ${index}.`);
  return node;
}
