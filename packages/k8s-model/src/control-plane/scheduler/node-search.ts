import { REGION_LABEL, ZONE_LABEL } from "../../api/index.ts";
import type { NodeState } from "./node-state.ts";
import type { ClusterView, ShapeView } from "./shape-view.ts";

/** One look at the nodes for one pod. Nodes are numbers into the cluster's list. */
export interface Cycle {
  /** Nodes that the pod may be placed on. Valid until the next search. */
  readonly feasible: Int32Array;
  /**
   * Per node the number of the first plugin that objected, or one of the two values below; of nodes
   * that were looked at, which are all where none is feasible. Valid until the next search.
   */
  readonly objections: Int8Array;
}

export const NO_OBJECTION = -1;
/** Not even looked at, because the pod names other nodes. */
export const EXCLUDED = -2;

const MIN_FEASIBLE_NODES = 100;
const MIN_PERCENTAGE = 5;

/**
 * How many feasible nodes are enough (`percentageOfNodesToScore`): 0 is the adaptive default, 50 %
 * less one for each 125 nodes, at least 5 %; never fewer than 100 nodes.
 */
export function enoughNodes(percentage: number, nodes: number): number {
  if (nodes < MIN_FEASIBLE_NODES) return nodes;
  const adaptive = Math.max(MIN_PERCENTAGE, 50 - Math.trunc(nodes / 125));
  const share = percentage > 0 ? percentage : adaptive;
  if (share >= 100) return nodes;
  return Math.max(MIN_FEASIBLE_NODES, Math.trunc((nodes * share) / 100));
}

/**
 * Looks for nodes that a pod may be placed on. With fewer than all to be scored each search begins
 * where the one before ended and goes round the zones in turn, as kube-scheduler's does.
 */
export class NodeSearch {
  readonly #enough: number;
  /** Node numbers as a search visits them; undefined: all, by number. */
  readonly #order: Int32Array | undefined;
  readonly #feasible: Int32Array;
  readonly #objections: Int8Array;
  #start = 0;

  /** `added`: the nodes in the order in which they became known. */
  constructor(
    percentage: number,
    added: readonly NodeState[],
    indices: ReadonlyMap<string, number>,
  ) {
    this.#enough = enoughNodes(percentage, added.length);
    const all = this.#enough >= added.length;
    this.#order = all ? undefined : roundTheZones(added, indices);
    this.#feasible = new Int32Array(added.length);
    this.#objections = new Int8Array(added.length);
  }

  run(view: ShapeView, { nodes }: ClusterView, indices: ReadonlyMap<string, number>): Cycle {
    const minima = view.hard.counts.map((count) => count.minimum());
    const names = view.shape.requiredNodes.nodeNames;
    if (names !== undefined) return this.#named(view, names, indices, minima);
    const order = this.#order;
    let [count, visited] = [0, 0];
    for (; visited < nodes.length; visited++) {
      const at = (this.#start + visited) % nodes.length;
      const index = order === undefined ? visited : (order[at] ?? 0);
      const objection = view.objection(index, minima);
      if (objection === NO_OBJECTION && count === this.#enough) break;
      this.#objections[index] = objection;
      if (objection === NO_OBJECTION) this.#feasible[count++] = index;
    }
    if (order !== undefined) this.#start = (this.#start + visited) % nodes.length;
    return this.#cycle(count);
  }

  #named(
    view: ShapeView,
    names: ReadonlySet<string>,
    indices: ReadonlyMap<string, number>,
    minima: readonly number[],
  ): Cycle {
    this.#objections.fill(EXCLUDED);
    const found: number[] = [];
    for (const name of names) {
      const index = indices.get(name);
      if (index === undefined) continue;
      const objection = view.objection(index, minima);
      this.#objections[index] = objection;
      if (objection === NO_OBJECTION) found.push(index);
    }
    found.sort((a, b) => a - b);
    this.#feasible.set(found);
    return this.#cycle(found.length);
  }

  #cycle(count: number): Cycle {
    return { feasible: this.#feasible.subarray(0, count), objections: this.#objections };
  }
}

/** One node of each zone in turn, zones and nodes in the order in which they became known. */
function roundTheZones(
  added: readonly NodeState[],
  indices: ReadonlyMap<string, number>,
): Int32Array {
  const zones = new Map<string, number[]>();
  for (const { name, labels } of added) {
    const zone = `${labels[REGION_LABEL] ?? ""}:${labels[ZONE_LABEL] ?? ""}`;
    const index = indices.get(name) ?? 0;
    const known = zones.get(zone);
    if (known === undefined) zones.set(zone, [index]);
    else known.push(index);
  }
  const order = new Int32Array(added.length);
  let count = 0;
  for (let round = 0; count < added.length; round++) {
    for (const nodes of zones.values()) {
      const index = nodes[round];
      if (index !== undefined) order[count++] = index;
    }
  }
  return order;
}
