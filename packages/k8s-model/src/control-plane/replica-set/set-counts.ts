import {
  type LabelSelector,
  type Labels,
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

/** Pods that a ReplicaSet controls and selects. */
export interface SetCount {
  readonly active: number;
  readonly ready: number;
}

interface Counted {
  readonly spelled: LabelSelector;
  readonly selector: Selector;
  /** Verdicts by labels: the pods of one template share the object. */
  readonly verdicts: WeakMap<Labels, boolean>;
  active: number;
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
      active: 0,
      ready: 0,
    };
    for (const pod of this.#pods.byIndex("controller", uid)) count(counted, pod, 1);
    this.#sets.set(uid, counted);
    return counted;
  }

  see({ type, object, old }: InformerEvent<Pod>): void {
    if (old !== undefined) this.#count(old, -1);
    if (type !== "DELETED") this.#count(object, 1);
  }

  forget({ metadata }: ReplicaSet): void {
    this.#sets.delete(metadata.uid ?? "");
  }

  #count(pod: Pod, sign: 1 | -1): void {
    const owner = controllerOf(pod);
    const counted = owner && this.#sets.get(owner.uid);
    if (counted !== undefined) count(counted, pod, sign);
  }
}

function count(counted: Counted, pod: Pod, sign: 1 | -1): void {
  if (!isPodActive(pod) || !selects(counted, pod.metadata.labels ?? NO_LABELS)) return;
  counted.active += sign;
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
