import {
  formatSelector,
  type LabelSelector,
  LabelSelectorError,
  type Labels,
  type Node,
  objectKey,
  type Pod,
  QuantityError,
} from "../../api/index.ts";
import {
  normalizedScores,
  rawScores,
  type ScorePlugin,
  type ScoresByPlugin,
  totals,
} from "./cycle.ts";
import { type Cycle, NodeSearch } from "./node-search.ts";
import { NodeState, type PlacedPod, sameForScheduling, sameLabels } from "./node-state.ts";
import { type PodShape, podShape, shapeSignature } from "./pod-shape.ts";
import { type Rejection, rejectionOf, unschedulableSentence } from "./rejection.ts";
import type { ScoringStrategy } from "./resource-score.ts";
import { type ClusterView, ShapeView } from "./shape-view.ts";
import { defaultSpreadSelector, type SpreadingService } from "./spread-constraint.ts";

/** What else than the pod decides where it goes: whose pods it is to be spread among by default. */
export interface SchedulingContext {
  /** Services; those of other namespaces, and those that do not select the pod, are passed over. */
  readonly services?: readonly SpreadingService[];
  /** Selector of the ReplicaSet or StatefulSet that made the pod. */
  readonly controllerSelector?: LabelSelector;
}

export type Placement =
  | { readonly node: string; readonly unschedulable?: undefined }
  | { readonly unschedulable: string; readonly node?: undefined };

/** One scheduling decision with everything that led to it. */
export interface Assessment {
  /** Nodes that the pod may be placed on, by name. */
  readonly feasible: readonly string[];
  readonly rejected: ReadonlyMap<string, Rejection>;
  /** Set where the pod names nodes: no other was looked at. */
  readonly restrictedTo?: readonly string[];
  /** Per plugin in the order of `feasible`; undefined where the plugin has nothing to say. */
  readonly raw: Readonly<Record<ScorePlugin, readonly number[] | undefined>>;
  readonly normalized: Readonly<Record<ScorePlugin, readonly number[] | undefined>>;
  /** The normalized scores times their weights, added up. */
  readonly total: readonly number[];
  readonly placement: Placement;
}

export interface SchedulerOptions {
  /** Of NodeResourcesFit; LeastAllocated unless told. */
  readonly scoringStrategy?: ScoringStrategy;
  /** `percentageOfNodesToScore`: 100, all nodes, unless told; 0 is the original's adaptive share. */
  readonly percentageOfNodesToScore?: number;
}

/** Views of more shapes than this are forgotten, the one unused for longest first. */
const MAX_VIEWS = 256;

/**
 * The default kube-scheduler of release 1.36 over nodes and pods that are told to it one by one. It
 * decides and changes nothing: a pod is placed by {@link addPod} with its node. Of equals the lowest
 * node name wins, where the original draws. Nothing is random. Left out: volumes, images, preemption,
 * dynamic resources, gangs.
 */
export class SchedulerState {
  readonly #strategy: ScoringStrategy;
  readonly #nodes: Map<string, NodeState> = new Map();
  readonly #pods: Map<string, PlacedPod> = new Map();
  /** Keys of pods by the name of their node, which may not be known yet. */
  readonly #keysOnNode: Map<string, Set<string>> = new Map();
  readonly #namespaces: Map<string, Labels> = new Map();
  readonly #shapes: Map<string, PodShape> = new Map();
  readonly #views: Map<string, ShapeView> = new Map();
  readonly #percentage: number;
  #ordered: ClusterView | undefined;
  #search: NodeSearch | undefined;
  #indices: Map<string, number> = new Map();

  constructor(options: SchedulerOptions = {}) {
    this.#strategy = options.scoringStrategy ?? { type: "LeastAllocated" };
    this.#percentage = options.percentageOfNodesToScore ?? 100;
  }

  /** Makes a node known, or takes over a change of it; pods on it stay. */
  addNode(node: Node): void {
    const known = this.#nodes.get(node.metadata.name);
    if (known !== undefined && sameForScheduling(known.node, node)) return;
    if (known !== undefined && sameLabels(known.node, node)) {
      this.#nodeChanged(known, node);
      return;
    }
    const state = new NodeState(node);
    this.#nodes.set(state.name, state);
    for (const key of this.#keysOnNode.get(state.name) ?? []) {
      const pod = this.#pods.get(key);
      if (pod !== undefined) state.add(pod);
    }
    this.#forgetViews();
  }

  /** Pods on the node are kept in mind: they count again when the node comes back. */
  removeNode(name: string): void {
    if (this.#nodes.delete(name)) this.#forgetViews();
  }

  /** Labels of a namespace, for `namespaceSelector`; its name is a label of every namespace. */
  setNamespace(name: string, labels: Labels = {}): void {
    this.#namespaces.set(name, labels);
    this.#views.clear();
  }

  /**
   * Takes note of a pod with `spec.nodeName`, or of a change of it. A pod that has ended takes no
   * room and is forgotten; so is one without a node.
   */
  addPod(pod: Pod): void {
    const key = objectKey(pod);
    const nodeName = pod.spec.nodeName ?? "";
    const ended = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
    const before = this.#pods.get(key);
    if (nodeName === "" || ended) {
      this.removePod(key);
      return;
    }
    const shape = this.#shapeOf(pod, "");
    const terminating = pod.metadata.deletionTimestamp !== undefined;
    if (
      before?.shape === shape &&
      before.nodeName === nodeName &&
      before.terminating === terminating
    ) {
      return;
    }
    this.removePod(key);
    const placed: PlacedPod = { key, shape, nodeName, terminating };
    this.#pods.set(key, placed);
    const keys = this.#keysOnNode.get(nodeName) ?? new Set();
    this.#keysOnNode.set(nodeName, keys.add(key));
    this.#nodes.get(nodeName)?.add(placed);
    this.#count(placed, 1);
  }

  /** Forgets a pod by its key, `namespace/name`; an unknown one is no error. */
  removePod(key: string): void {
    const pod = this.#pods.get(key);
    if (pod === undefined) return;
    this.#pods.delete(key);
    this.#keysOnNode.get(pod.nodeName)?.delete(key);
    this.#nodes.get(pod.nodeName)?.remove(pod);
    this.#count(pod, -1);
  }

  /** Where the pod goes, or why it cannot go anywhere in the scheduler's own sentence. */
  schedule(pod: Pod, context: SchedulingContext = {}): Placement {
    const view = this.#viewOrError(pod, context);
    if (typeof view === "string") return { unschedulable: view };
    const cycle = this.#searched(view);
    // Like the original, which does not score a single candidate.
    if (cycle.feasible.length < 2) return this.#place(view, cycle, new Int32Array(1));
    return this.#place(view, cycle, this.#score(view, cycle).total);
  }

  /**
   * The same decision with every verdict and score.
   *
   * @throws {LabelSelectorError | QuantityError} where the pod could not have been stored.
   */
  assess(pod: Pod, context: SchedulingContext = {}): Assessment {
    const view = this.#view(pod, context);
    const cluster = this.#cluster;
    const cycle = this.#searched(view);
    const { raw, normalized, total } = this.#score(view, cycle);
    const rejected = new Map<string, Rejection>();
    for (const [index, objection] of cycle.objections.entries()) {
      if (objection < 0) continue;
      rejected.set(this.#nameOf(index), rejectionOf(view, cluster, index, objection));
    }
    const { nodeNames } = view.shape.requiredNodes;
    return {
      feasible: Array.from(cycle.feasible, (index) => this.#nameOf(index)),
      rejected,
      ...(nodeNames === undefined ? {} : { restrictedTo: [...nodeNames].sort() }),
      raw: plain(raw),
      normalized: plain(normalized),
      total: Array.from(total),
      placement: this.#place(view, cycle, total),
    };
  }

  #score(
    view: ShapeView,
    { feasible }: Cycle,
  ): {
    readonly raw: ScoresByPlugin;
    readonly normalized: ScoresByPlugin;
    readonly total: Int32Array;
  } {
    const raw = rawScores(view, this.#cluster, feasible);
    const normalized = normalizedScores(view, feasible, raw);
    return { raw, normalized, total: totals(normalized, feasible.length) };
  }

  #place(view: ShapeView, cycle: Cycle, total: Int32Array): Placement {
    return cycle.feasible.length === 0
      ? { unschedulable: unschedulableSentence(view, this.#cluster, cycle) }
      : { node: this.#nameOf(best(cycle.feasible, total)) };
  }

  #nameOf(index: number): string {
    return this.#cluster.nodes[index]?.name ?? "";
  }

  #searched(view: ShapeView): Cycle {
    const cluster = this.#cluster;
    this.#search ??= new NodeSearch(this.#percentage, [...this.#nodes.values()], this.#indices);
    return this.#search.run(view, cluster, this.#indices);
  }

  /** A change that leaves a node's place in the topology as it is, such as a taint. */
  #nodeChanged(state: NodeState, node: Node): void {
    state.update(node);
    const index = this.#ordered === undefined ? undefined : this.#indices.get(state.name);
    if (index === undefined) return;
    for (const [key, view] of this.#views) {
      if (!view.nodeChanged(index)) this.#views.delete(key);
    }
  }

  get #cluster(): ClusterView {
    if (this.#ordered !== undefined) return this.#ordered;
    const nodes = [...this.#nodes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    this.#indices = new Map(nodes.map(({ name }, index) => [name, index]));
    this.#ordered = {
      nodes,
      strategy: this.#strategy,
      namespaceLabels: (name) => ({
        "kubernetes.io/metadata.name": name,
        ...this.#namespaces.get(name),
      }),
    };
    return this.#ordered;
  }

  #viewOrError(pod: Pod, context: SchedulingContext): ShapeView | string {
    try {
      return this.#view(pod, context);
    } catch (error) {
      if (error instanceof LabelSelectorError || error instanceof QuantityError) {
        return error.message;
      }
      throw error;
    }
  }

  #view(pod: Pod, { services = [], controllerSelector }: SchedulingContext): ShapeView {
    const shape = this.#shapeOf(pod, pod.spec.nodeName ?? "");
    const hasOwn = (pod.spec.topologySpreadConstraints ?? []).length > 0;
    const selector = hasOwn ? undefined : defaultSpreadSelector(pod, services, controllerSelector);
    const key = `${selector === undefined ? "" : formatSelector(selector)}\n${shape.signature}`;
    const known = this.#views.get(key);
    const view = known ?? new ShapeView(shape, selector, this.#cluster);
    this.#views.delete(key);
    this.#views.set(key, view);
    const oldest = this.#views.size > MAX_VIEWS ? this.#views.keys().next().value : undefined;
    if (oldest !== undefined) this.#views.delete(oldest);
    return view;
  }

  #shapeOf(pod: Pod, nodeName: string): PodShape {
    const signature = shapeSignature(pod, nodeName);
    const known = this.#shapes.get(signature);
    if (known !== undefined) return known;
    const shape = podShape(pod, nodeName, signature);
    this.#shapes.set(signature, shape);
    return shape;
  }

  #count(pod: PlacedPod, sign: 1 | -1): void {
    const index = this.#ordered === undefined ? undefined : this.#indices.get(pod.nodeName);
    if (index === undefined) return;
    for (const view of this.#views.values()) view.count(pod, index, sign);
  }

  #forgetViews(): void {
    this.#ordered = undefined;
    this.#search = undefined;
    this.#views.clear();
  }
}

/** The feasible node with the highest total; of equals the lowest number, which has the lowest name. */
function best(feasible: Int32Array, total: Int32Array): number {
  let winner = feasible[0] ?? 0;
  let most = total[0] ?? 0;
  for (let i = 1; i < feasible.length; i++) {
    const score = total[i] ?? 0;
    const index = feasible[i] ?? 0;
    if (score < most || (score === most && index > winner)) continue;
    winner = index;
    most = score;
  }
  return winner;
}

function plain(scores: ScoresByPlugin): Assessment["raw"] {
  const entries = Object.entries(scores).map(([plugin, list]) => [plugin, list && [...list]]);
  return Object.fromEntries(entries) as Assessment["raw"];
}
