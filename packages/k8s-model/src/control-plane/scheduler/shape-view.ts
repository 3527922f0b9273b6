import { invariant } from "@k8s-netsim/sim-core";
import type { Labels, Selector } from "../../api/index.ts";
import { AffinityCounts, type AffinityEffect } from "./affinity-counts.ts";
import type { NodeState, PlacedPod } from "./node-state.ts";
import type { PodShape } from "./pod-shape.ts";
import { fits } from "./resource-fit.ts";
import { balanceScore, fitScore, type ScoringStrategy } from "./resource-score.ts";
import { type PodSpread, podSpread } from "./spread-constraint.ts";
import { SpreadCounts } from "./spread-counts.ts";
import { toleratesCordon, untoleratedPreferences, untoleratedTaint } from "./tolerations.ts";

/** The plugins that filter, in the order in which the first one to object is named. */
export const FILTER_PLUGINS = [
  "NodeUnschedulable",
  "NodeName",
  "TaintToleration",
  "NodeAffinity",
  "NodePorts",
  "NodeResourcesFit",
  "PodTopologySpread",
  "InterPodAffinity",
] as const;

export type FilterPlugin = (typeof FILTER_PLUGINS)[number];

/** What a placed pod means to a shape: which constraints count it, whom it draws and repels. */
interface Effect {
  readonly hard: readonly boolean[];
  readonly soft: readonly boolean[];
  readonly affinity: AffinityEffect;
}

export interface ClusterView {
  readonly nodes: readonly NodeState[];
  readonly strategy: ScoringStrategy;
  namespaceLabels(namespace: string): Labels;
}

/**
 * All that is known about the nodes from the point of view of one shape of pod. Verdicts that hang
 * on the node alone are kept; counts follow every pod that comes and goes; verdicts that hang on what
 * is free are worked out again only for nodes that changed.
 */
export class ShapeView {
  readonly shape: PodShape;
  readonly spread: PodSpread;
  readonly hard: SpreadCounts;
  readonly soft: SpreadCounts;
  readonly affinity: AffinityCounts;
  /** Unbearable PreferNoSchedule taints per node. */
  readonly badTaints: Uint16Array;
  /** Preferred node affinity per node. */
  readonly preferred: Int32Array;
  /** NodeResourcesFit's scores of the nodes that the last filtering found feasible. */
  readonly fitScores: Uint8Array;
  /** NodeResourcesBalancedAllocation's, likewise. */
  readonly balanceScores: Int16Array;
  readonly #cluster: ClusterView;
  /** Number of the first plugin that objects to the node whatever runs there, or -1. */
  readonly #standing: Int8Array;
  readonly #effects: WeakMap<PodShape, Effect> = new WeakMap();
  readonly #generation: Float64Array;
  readonly #fits: Uint8Array;

  constructor(shape: PodShape, defaultSelector: Selector | undefined, cluster: ClusterView) {
    const { nodes } = cluster;
    this.shape = shape;
    this.#cluster = cluster;
    this.spread = podSpread(shape.example, defaultSelector);
    const requireAll = !this.spread.systemDefaults;
    this.hard = new SpreadCounts(shape, this.spread.hard, nodes, true);
    this.soft = new SpreadCounts(shape, this.spread.soft, nodes, requireAll);
    this.affinity = new AffinityCounts(shape, (namespace) => cluster.namespaceLabels(namespace));
    this.badTaints = new Uint16Array(nodes.length);
    this.preferred = new Int32Array(nodes.length);
    this.#standing = new Int8Array(nodes.length);
    this.#generation = new Float64Array(nodes.length).fill(-1);
    this.#fits = new Uint8Array(nodes.length);
    this.fitScores = new Uint8Array(nodes.length);
    this.balanceScores = new Int16Array(nodes.length);
    for (const [index, node] of nodes.entries()) this.#look(index, node);
  }

  /** The first plugin that objects to the node, as a number into {@link FILTER_PLUGINS}, or -1. */
  objection(index: number, hardMinima: readonly number[]): number {
    const standing = this.#standing[index] ?? -1;
    if (standing >= 0) return standing;
    const node = this.#node(index);
    if (!node.hasPortsFree(this.shape.ports)) return 4;
    this.#refresh(index, node);
    if (this.#fits[index] === 0) return 5;
    if (!this.#spreadAllows(index, hardMinima)) return 6;
    return this.affinity.verdict(node) === undefined ? -1 : 7;
  }

  /** Takes note of a pod that came to the node (1) or left it (-1). */
  count(pod: PlacedPod, index: number, sign: 1 | -1): void {
    const { hard, soft, affinity } = this.#effectOf(pod);
    if (!pod.terminating) {
      for (const [i, matches] of hard.entries()) if (matches) this.hard.counts[i]?.add(index, sign);
      for (const [i, matches] of soft.entries()) if (matches) this.soft.counts[i]?.add(index, sign);
    }
    this.affinity.add(affinity, this.#node(index), sign);
  }

  /** Looks at a node again whose labels are the same; false where more than that node changes. */
  nodeChanged(index: number): boolean {
    const honoring = [...this.spread.hard, ...this.spread.soft].some((one) => one.honorsNodeTaints);
    if (!honoring) this.#lookAtTaints(index, this.#node(index));
    return !honoring;
  }

  #lookAtTaints(index: number, node: NodeState): void {
    this.#standing[index] = standingObjection(this.shape, node);
    this.badTaints[index] = untoleratedPreferences(node.taints, preferNoSchedule(this.shape));
  }

  #look(index: number, node: NodeState): void {
    const { shape } = this;
    this.#lookAtTaints(index, node);
    this.preferred[index] = shape.preferredNodes?.score(node) ?? 0;
    for (const pod of node.pods.values()) this.count(pod, index, 1);
  }

  #spreadAllows(index: number, minima: readonly number[]): boolean {
    const { counts } = this.hard;
    for (let i = 0; i < counts.length; i++) {
      const count = counts[i];
      const domain = count?.domains[index] ?? -1;
      if (count === undefined || domain < 0) return false;
      const { maxSkew, selectsItself } = count.constraint;
      const others = (count.matching[domain] ?? 0) - (minima[i] ?? 0);
      if (others + (selectsItself ? 1 : 0) > maxSkew) return false;
    }
    return true;
  }

  #refresh(index: number, node: NodeState): void {
    if (this.#generation[index] === node.generation) return;
    const { requests, scoringRequests } = this.shape;
    this.#generation[index] = node.generation;
    this.#fits[index] = fits(node, requests) ? 1 : 0;
    this.fitScores[index] = fitScore(node, scoringRequests, this.#cluster.strategy);
    this.balanceScores[index] = balanceScore(node, requests);
  }

  #effectOf(pod: PlacedPod): Effect {
    const known = this.#effects.get(pod.shape);
    if (known !== undefined) return known;
    const effect: Effect = {
      hard: this.hard.matches(pod),
      soft: this.soft.matches(pod),
      affinity: this.affinity.effectOf(pod.shape),
    };
    this.#effects.set(pod.shape, effect);
    return effect;
  }

  #node(index: number): NodeState {
    const node = this.#cluster.nodes[index];
    invariant(node !== undefined, `there is a node number ${index}`);
    return node;
  }
}

function standingObjection(shape: PodShape, node: NodeState): number {
  if (node.unschedulable && !toleratesCordon(shape.tolerations)) return 0;
  if (shape.nodeName !== "" && shape.nodeName !== node.name) return 1;
  if (untoleratedTaint(node.taints, shape.tolerations) !== undefined) return 2;
  return shape.requiredNodes.matches(node) ? -1 : 3;
}

function preferNoSchedule({ tolerations }: PodShape): PodShape["tolerations"] {
  return tolerations.filter(({ effect }) => !effect || effect === "PreferNoSchedule");
}
