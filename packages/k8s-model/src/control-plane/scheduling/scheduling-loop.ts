import {
  type Node,
  objectKey,
  type Pod,
  type ReplicaSet,
  type Service,
  type StatefulSet,
} from "../../api/index.ts";
import { type Store, timestampAt } from "../../store/index.ts";
import { isPodTerminal } from "../endpoint-slice/endpoint-of-pod.ts";
import { controllerOf } from "../ownership/ownership.ts";
import type { Informer } from "../runtime/informer.ts";
import { TokenBucket } from "../runtime/token-bucket.ts";
import type { Work } from "../runtime/work.ts";
import { SchedulerState, type SchedulingContext } from "../scheduler/index.ts";
import type { Timings } from "../timings.ts";

/** What the scheduler watches. */
export interface SchedulingInformers {
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly services: Informer<Service>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly statefulSets: Informer<StatefulSet>;
}

/**
 * The scheduler's loop: pods without a node are placed one at a time in the order in which they
 * came; those that fit nowhere wait until a node or a pod changes.
 */
export class SchedulingLoop {
  readonly #work: Work;
  readonly #store: Store;
  readonly #timings: Timings;
  readonly #informers: SchedulingInformers;
  readonly #state = new SchedulerState({ percentageOfNodesToScore: 0 });
  readonly #bucket: TokenBucket;
  readonly #queue = new Set<string>();
  readonly #waiting = new Map<string, string>();
  /** Services by the labels of the pods that they select: pods of one template share the object. */
  #servicesOf = new WeakMap<object, readonly Service[]>();
  #busy = false;

  constructor(work: Work, store: Store, timings: Timings, informers: SchedulingInformers) {
    this.#work = work;
    this.#store = store;
    this.#timings = timings;
    this.#informers = informers;
    this.#bucket = new TokenBucket(timings.schedulerQps, timings.schedulerBurst);
    informers.nodes.onEvent(({ type, key, object }) => {
      if (type === "DELETED") this.#state.removeNode(key);
      else this.#state.addNode(object);
      this.#retryWaiting();
    });
    informers.services.onEvent(() => {
      this.#servicesOf = new WeakMap();
    });
    informers.pods.onEvent(({ type, key, object }) =>
      this.#seePod(type === "DELETED", key, object),
    );
  }

  /** Pods that fit nowhere, with the scheduler's own sentence. */
  get unschedulable(): ReadonlyMap<string, string> {
    return this.#waiting;
  }

  #seePod(deleted: boolean, key: string, pod: Pod): void {
    if (deleted || isPodTerminal(pod)) {
      this.#state.removePod(key);
      this.#queue.delete(key);
      this.#waiting.delete(key);
      this.#retryWaiting();
      return;
    }
    if ((pod.spec.nodeName ?? "") !== "") {
      this.#queue.delete(key);
      this.#waiting.delete(key);
      this.#state.addPod(pod);
      return;
    }
    if (pod.metadata.deletionTimestamp !== undefined) return;
    if (!this.#waiting.has(key)) this.#queue.add(key);
    this.#next();
  }

  #retryWaiting(): void {
    if (this.#waiting.size === 0) return;
    for (const key of this.#waiting.keys()) this.#queue.add(key);
    this.#waiting.clear();
    this.#next();
  }

  #next(): void {
    if (this.#busy || this.#queue.size === 0) return;
    this.#busy = true;
    this.#work.after(this.#timings.schedulePodNs, () => {
      this.#busy = false;
      const [key] = this.#queue;
      if (key !== undefined) {
        this.#queue.delete(key);
        this.#place(key);
      }
      this.#next();
    });
  }

  #place(key: string): void {
    const pod = this.#informers.pods.get(key);
    if (pod === undefined || (pod.spec.nodeName ?? "") !== "") return;
    const { node, unschedulable } = this.#state.schedule(pod, this.#contextOf(pod));
    if (node === undefined) {
      this.#waiting.set(key, unschedulable);
      return;
    }
    // Assumed at once, so that the next pod sees it before the binding has come back.
    this.#state.addPod({ ...pod, spec: { ...pod.spec, nodeName: node } });
    const fromNs = this.#bucket.take(this.#work.now);
    this.#work.at(fromNs + this.#timings.apiWriteNs, () => this.#bind(pod, node));
  }

  #bind(pod: Pod, node: string): void {
    const key = objectKey(pod);
    const stored = this.#store.get<Pod>("Pod", key);
    if (
      stored?.metadata.uid !== pod.metadata.uid ||
      stored?.metadata.deletionTimestamp !== undefined
    ) {
      if (stored === undefined) this.#state.removePod(key);
      return;
    }
    this.#store.update<Pod>("Pod", key, (draft) => {
      draft.spec.nodeName = node;
      const condition = {
        type: "PodScheduled",
        status: "True" as const,
        lastTransitionTime: timestampAt(this.#work.now),
      };
      const others = (draft.status?.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
      draft.status = { ...draft.status, conditions: [...others, condition] };
    });
  }

  #contextOf(pod: Pod): SchedulingContext {
    const { replicaSets, statefulSets } = this.#informers;
    const namespace = pod.metadata.namespace ?? "";
    const owner = controllerOf(pod);
    const ownerKey = `${namespace}/${owner?.name ?? ""}`;
    const controller =
      owner?.kind === "StatefulSet" ? statefulSets.get(ownerKey) : replicaSets.get(ownerKey);
    return {
      services: this.#selecting(pod),
      ...(controller === undefined ? {} : { controllerSelector: controller.spec.selector }),
    };
  }

  #selecting({ metadata }: Pod): readonly Service[] {
    const { labels = {}, namespace = "" } = metadata;
    let services = this.#servicesOf.get(labels);
    if (services === undefined) {
      services = this.#informers.services
        .byIndex("namespace", namespace)
        .filter(({ spec }) => selectsLabels(spec.selector, labels));
      this.#servicesOf.set(labels, services);
    }
    return services;
  }
}

type Labels = Readonly<Record<string, string>>;

function selectsLabels(selector: Labels | undefined, labels: Labels): boolean {
  const entries = Object.entries(selector ?? {});
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}
