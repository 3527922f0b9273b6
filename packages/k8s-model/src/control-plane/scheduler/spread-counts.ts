import { HOSTNAME_LABEL, selectorMatches } from "../../api/index.ts";
import type { NodeState, PlacedPod } from "./node-state.ts";
import type { PodShape } from "./pod-shape.ts";
import type { SpreadConstraint } from "./spread-constraint.ts";
import { untoleratedTaint } from "./tolerations.ts";

/** No label value: those hold no line breaks. */
const NO_LABEL = "\n";

/** How the pods that one constraint counts lie over its domains; kept up to date pod by pod. */
export class SpreadCount {
  readonly constraint: SpreadConstraint;
  /** Domain of each node, by the value of its label; -1 without the label. */
  readonly domains: Int32Array;
  /** The domain of the nodes without the label where they form one, or -1. */
  readonly emptyDomain: number;
  /** Matching pods per domain, on nodes that the constraint looks at. */
  readonly matching: Int32Array;
  /** Domains with a node that the constraint looks at. */
  readonly eligible: Uint8Array;
  readonly eligibleDomains: number;
  /** Matching pods on each node, looked at or not. */
  readonly onNode: Int32Array;
  readonly #counted: Uint8Array;

  constructor(
    constraint: SpreadConstraint,
    nodes: readonly NodeState[],
    counts: (node: NodeState) => boolean,
    emptyIsDomain: boolean,
  ) {
    this.constraint = constraint;
    this.domains = new Int32Array(nodes.length).fill(-1);
    this.onNode = new Int32Array(nodes.length);
    this.#counted = new Uint8Array(nodes.length);
    const values = new Map<string, number>();
    for (const [index, node] of nodes.entries()) {
      const value = labelOf(node, constraint.topologyKey) ?? (emptyIsDomain ? NO_LABEL : undefined);
      if (value === undefined) continue;
      const domain = values.get(value) ?? values.size;
      values.set(value, domain);
      this.domains[index] = domain;
      this.#counted[index] = counts(node) ? 1 : 0;
    }
    this.emptyDomain = emptyIsDomain ? (values.get(NO_LABEL) ?? -1) : -1;
    this.matching = new Int32Array(values.size);
    this.eligible = new Uint8Array(values.size);
    for (const [index, counted] of this.#counted.entries()) {
      if (counted === 1) this.eligible[this.domains[index] ?? 0] = 1;
    }
    this.eligibleDomains = this.eligible.reduce((sum, one) => sum + one, 0);
  }

  add(nodeIndex: number, amount: number): void {
    this.onNode[nodeIndex] = (this.onNode[nodeIndex] ?? 0) + amount;
    if (this.#counted[nodeIndex] !== 1) return;
    const domain = this.domains[nodeIndex] ?? 0;
    this.matching[domain] = (this.matching[domain] ?? 0) + amount;
  }

  /** The fewest matching pods in a domain; 0 while there are fewer domains than asked for. */
  minimum(): number {
    if (this.eligibleDomains < this.constraint.minDomains) return 0;
    let minimum = 0x7fff_ffff;
    for (let domain = 0; domain < this.matching.length; domain++) {
      if (this.eligible[domain] !== 1) continue;
      minimum = Math.min(minimum, this.matching[domain] ?? 0);
    }
    return minimum;
  }
}

/** The counts of all hard or all soft constraints of one shape. */
export class SpreadCounts {
  readonly counts: readonly SpreadCount[];
  /** 1 for nodes that have every label they need. */
  readonly complete: Uint8Array;
  readonly #shape: PodShape;

  /** `requireAll`: only nodes that have the labels of all constraints are looked at. */
  constructor(
    shape: PodShape,
    constraints: readonly SpreadConstraint[],
    nodes: readonly NodeState[],
    requireAll: boolean,
  ) {
    this.#shape = shape;
    const keys = constraints.map(({ topologyKey }) => topologyKey);
    const complete = (node: NodeState): boolean =>
      !requireAll || keys.every((key) => labelOf(node, key) !== undefined);
    this.complete = Uint8Array.from(nodes, (node) => (complete(node) ? 1 : 0));
    this.counts = constraints.map(
      (constraint) =>
        new SpreadCount(
          constraint,
          nodes,
          (node) => complete(node) && looksAt(constraint, shape, node),
          !requireAll && constraint.topologyKey !== HOSTNAME_LABEL,
        ),
    );
  }

  /** For each constraint whether it counts this pod. */
  matches(pod: PlacedPod): readonly boolean[] {
    const { shape } = pod;
    const sameNamespace = shape.namespace === this.#shape.namespace;
    return this.counts.map(
      ({ constraint }) => sameNamespace && selectorMatches(constraint.selector, shape.labels),
    );
  }
}

export function labelOf(node: NodeState, key: string): string | undefined {
  return Object.hasOwn(node.labels, key) ? node.labels[key] : undefined;
}

function looksAt(constraint: SpreadConstraint, shape: PodShape, node: NodeState): boolean {
  if (constraint.honorsNodeAffinity && !shape.requiredNodes.matches(node)) return false;
  return (
    !constraint.honorsNodeTaints || untoleratedTaint(node.taints, shape.tolerations) === undefined
  );
}
