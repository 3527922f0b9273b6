import type { Labels } from "../../api/index.ts";
import { type AffinityTerm, termMatches } from "./affinity-term.ts";
import type { NodeState } from "./node-state.ts";
import type { PodShape } from "./pod-shape.ts";
import { labelOf } from "./spread-counts.ts";

/** A sum per topology key and label value. */
type PairSums = Map<string, Map<string, number>>;

/** What one placed pod means to a pod of the shape, whatever its node. */
export interface AffinityEffect {
  /** Topology keys of the placed pod's required anti-affinity terms that are about the shape. */
  readonly repelledBy: readonly string[];
  /** Topology keys of the shape's required affinity terms, if the placed pod matches all of them. */
  readonly attractedTo: readonly string[];
  /** Topology keys of the shape's required anti-affinity terms that are about the placed pod. */
  readonly repels: readonly string[];
  readonly preferences: readonly { readonly topologyKey: string; readonly weight: number }[];
}

export type AffinityVerdict = "affinity" | "anti-affinity" | "existing anti-affinity" | undefined;

/** A required affinity of a placed pod pulls this much when others are scored. */
const HARD_POD_AFFINITY_WEIGHT = 1;

/** Where the pods are that a shape is drawn to or kept away from; kept up to date pod by pod. */
export class AffinityCounts {
  readonly #shape: PodShape;
  readonly #namespaceLabels: (namespace: string) => Labels;
  readonly #repelledBy: PairSums = new Map();
  readonly #attractedTo: PairSums = new Map();
  readonly #repels: PairSums = new Map();
  readonly #preferences: PairSums = new Map();
  #attractions = 0;
  #preferenceEntries = 0;

  constructor(shape: PodShape, namespaceLabels: (namespace: string) => Labels) {
    this.#shape = shape;
    this.#namespaceLabels = namespaceLabels;
  }

  /** False when no placed pod, and no wish of the shape, says anything about scores. */
  get hasPreferences(): boolean {
    return this.#preferenceEntries > 0;
  }

  effectOf(placed: PodShape): AffinityEffect {
    const mine = this.#shape.affinities;
    const own = this.#namespaceLabels(this.#shape.namespace);
    const theirs = this.#namespaceLabels(placed.namespace);
    const aboutMe = (term: AffinityTerm): boolean => termMatches(term, this.#shape, own);
    const aboutThem = (term: AffinityTerm): boolean => termMatches(term, placed, theirs);
    const attracted = mine.required.length > 0 && mine.required.every(aboutThem);
    const preferences = [
      ...mine.preferred.filter(({ term }) => aboutThem(term)),
      ...placed.affinities.required
        .filter(aboutMe)
        .map((term) => ({ term, weight: HARD_POD_AFFINITY_WEIGHT })),
      ...placed.affinities.preferred.filter(({ term }) => aboutMe(term)),
    ];
    const keyOf = ({ topologyKey }: AffinityTerm): string => topologyKey;
    return {
      repelledBy: placed.affinities.requiredAnti.filter(aboutMe).map(keyOf),
      attractedTo: attracted ? mine.required.map(keyOf) : [],
      repels: mine.requiredAnti.filter(aboutThem).map(keyOf),
      preferences: preferences.map(({ term, weight }) => ({ topologyKey: keyOf(term), weight })),
    };
  }

  add(effect: AffinityEffect, node: NodeState, sign: 1 | -1): void {
    for (const key of effect.repelledBy) change(this.#repelledBy, key, node, sign);
    for (const key of effect.repels) change(this.#repels, key, node, sign);
    for (const key of effect.attractedTo) {
      if (change(this.#attractedTo, key, node, sign)) this.#attractions += sign;
    }
    for (const { topologyKey, weight } of effect.preferences) {
      const entered = change(this.#preferences, topologyKey, node, sign * weight);
      if (entered) this.#preferenceEntries += sign;
    }
  }

  /** Which required rule forbids the node, if any. */
  verdict(node: NodeState): AffinityVerdict {
    const { required, requiredAnti } = this.#shape.affinities;
    if (required.length > 0 && !this.#isAttracted(node, required)) return "affinity";
    for (const { topologyKey } of requiredAnti) {
      if (sumAt(this.#repels.get(topologyKey), node, topologyKey) > 0) return "anti-affinity";
    }
    for (const [key, sums] of this.#repelledBy) {
      if (sumAt(sums, node, key) > 0) return "existing anti-affinity";
    }
    return undefined;
  }

  score(node: NodeState): number {
    let score = 0;
    for (const [key, sums] of this.#preferences) score += sumAt(sums, node, key);
    return score;
  }

  #isAttracted(node: NodeState, terms: readonly AffinityTerm[]): boolean {
    if (terms.some(({ topologyKey }) => labelOf(node, topologyKey) === undefined)) return false;
    const near = ({ topologyKey }: AffinityTerm): boolean =>
      sumAt(this.#attractedTo.get(topologyKey), node, topologyKey) > 0;
    if (terms.every(near)) return true;
    // The first of pods that want to be with their own kind may go anywhere.
    const own = this.#namespaceLabels(this.#shape.namespace);
    return this.#attractions === 0 && terms.every((term) => termMatches(term, this.#shape, own));
  }
}

/** Whether the node has the label, so that something was added. */
function change(sums: PairSums, key: string, node: NodeState, amount: number): boolean {
  const value = labelOf(node, key);
  if (value === undefined) return false;
  let values = sums.get(key);
  if (values === undefined) {
    values = new Map();
    sums.set(key, values);
  }
  values.set(value, (values.get(value) ?? 0) + amount);
  return true;
}

function sumAt(
  values: ReadonlyMap<string, number> | undefined,
  node: NodeState,
  key: string,
): number {
  if (values === undefined) return 0;
  const value = labelOf(node, key);
  return value === undefined ? 0 : (values.get(value) ?? 0);
}
