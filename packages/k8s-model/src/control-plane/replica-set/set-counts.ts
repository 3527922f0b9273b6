import {
  type LabelSelector,
  type Labels,
  objectKey,
  type Pod,
  type ReplicaSet,
  type Selector,
  selectorFromObject,
  selectorMatches,
} from "../../api/index.ts";
import { isPodReady } from "../endpoint-slice/endpoint-of-pod.ts";
import { controllerOf } from "../ownership/ownership.ts";
import { isPodActive } from "../ownership/pod-availability.ts";
import type { Informer, InformerEvent } from "../runtime/informer.ts";

/** Active pods that a ReplicaSet controls and selects. */
export interface SetCount {
  /** By key, in the order in which they came. */
  readonly active: ReadonlyMap<string, Pod>;
  readonly ready: number;
  /** How many of them are on each node. */
  readonly onNode: ReadonlyMap<string, number>;
}

interface Counted {
  readonly spelled: LabelSelector;
  readonly selector: Selector;
  /** Verdicts by labels: the pods of one template share the object. */
  readonly verdicts: WeakMap<Labels, boolean>;
  readonly active: Map<string, Pod>;
  readonly onNode: Map<string, number>;
  ready: number;
}

const NO_LABELS: Labels = {};

/** How many pods each ReplicaSet has, kept up pod by pod, so that a sync need not count them. */
export class SetCounts {
  readonly #pods: Informer<Pod>;
  readonly #sets = new Map<string, Counted>();

  constructor(pods: Informer<Pod>) {
    this.#pods = pods;
  }

  of({ metadata, spec }: ReplicaSet): SetCount {
    const uid = metadata.uid ?? "";
    const known = this.#sets.get(uid);
    if (known?.spelled === spec.selector) return known;
    const counted: Counted = {
      spelled: spec.selector,
      selector: selectorFromObject(spec.selector),
      verdicts: new WeakMap(),
      active: new Map(),
      onNode: new Map(),
      ready: 0,
    };
    for (const pod of this.#pods.byIndex("controller", uid)) {
      const key = objectKey(pod);
      if (isMember(counted, pod)) enter(counted, key, pod);
    }
    this.#sets.set(uid, counted);
    return counted;
  }

  see({ type, key, object, old }: InformerEvent<Pod>): void {
    const before = old && this.#countedOf(old);
    const after = type === "DELETED" ? undefined : this.#countedOf(object);
    if (before !== undefined && (before !== after || !isMember(before, object))) leave(before, key);
    if (after !== undefined && isMember(after, object)) enter(after, key, object);
  }

  forget({ metadata }: ReplicaSet): void {
    this.#sets.delete(metadata.uid ?? "");
  }

  #countedOf(pod: Pod): Counted | undefined {
    const owner = controllerOf(pod);
    return owner && this.#sets.get(owner.uid);
  }
}

function isMember(counted: Counted, pod: Pod): boolean {
  return isPodActive(pod) && selects(counted, pod.metadata.labels ?? NO_LABELS);
}

function enter(counted: Counted, key: string, pod: Pod): void {
  const before = counted.active.get(key);
  if (before !== undefined) count(counted, before, -1);
  counted.active.set(key, pod);
  count(counted, pod, 1);
}

function leave(counted: Counted, key: string): void {
  const before = counted.active.get(key);
  if (before === undefined) return;
  counted.active.delete(key);
  count(counted, before, -1);
}

function count(counted: Counted, pod: Pod, sign: 1 | -1): void {
  const node = pod.spec.nodeName ?? "";
  counted.onNode.set(node, (counted.onNode.get(node) ?? 0) + sign);
  if (isPodReady(pod)) counted.ready += sign;
}

function selects({ selector, verdicts }: Counted, labels: Labels): boolean {
  let verdict = verdicts.get(labels);
  if (verdict === undefined) {
    verdict = selectorMatches(selector, labels);
    verdicts.set(labels, verdict);
  }
  return verdict;
}
