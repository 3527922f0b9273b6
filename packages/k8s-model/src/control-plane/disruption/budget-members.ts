import {
  objectKey,
  type Pod,
  type PodDisruptionBudget,
  type Selector,
  selectorFromObject,
  selectorMatches,
} from "../../api/index.ts";
import { isPodReady, isPodTerminating } from "../endpoint-slice/endpoint-of-pod.ts";
import { controllerOf } from "../ownership/ownership.ts";
import type { Informer, InformerEvent } from "../runtime/informer.ts";

/** A controller of pods, as pods name it. */
export interface PodOwner {
  readonly kind: string;
  /** `namespace/name`. */
  readonly key: string;
}

/** What one budget's pods come to. */
export interface MemberCounts {
  readonly pods: number;
  /** Ready and not ending. */
  readonly healthy: number;
  readonly owners: readonly PodOwner[];
}

interface Member {
  readonly healthy: boolean;
  readonly owner: string;
}

class Members {
  readonly selector: Selector;
  readonly pods = new Map<string, Member>();
  healthy = 0;
  /** Pods by owner, `kind namespace/name`; "": pods without one. */
  readonly owners = new Map<string, number>();

  constructor(selector: Selector) {
    this.selector = selector;
  }

  put(key: string, pod: Pod): void {
    this.drop(key);
    const owner = controllerOf(pod);
    const name = owner === undefined ? "" : `${owner.kind} ${namespaceOf(pod)}/${owner.name}`;
    const member = { healthy: isPodReady(pod) && !isPodTerminating(pod), owner: name };
    this.pods.set(key, member);
    this.#count(member, 1);
  }

  drop(key: string): boolean {
    const member = this.pods.get(key);
    if (member === undefined) return false;
    this.pods.delete(key);
    this.#count(member, -1);
    return true;
  }

  #count({ healthy, owner }: Member, by: number): void {
    if (healthy) this.healthy += by;
    const left = (this.owners.get(owner) ?? 0) + by;
    if (left === 0) this.owners.delete(owner);
    else this.owners.set(owner, left);
  }
}

/** The pods that each budget selects, counted as they change: a sync looks at none of them. */
export class BudgetMembers {
  readonly #pods: Informer<Pod>;
  /** By namespace, then by key of the budget. */
  readonly #budgets = new Map<string, Map<string, Members>>();

  constructor(pods: Informer<Pod>) {
    this.#pods = pods;
  }

  /** Takes a budget in, or its new selector. */
  take(budget: PodDisruptionBudget): void {
    const namespace = namespaceOf(budget);
    const members = new Members(selectorFromObject(budget.spec?.selector));
    for (const pod of this.#pods.byIndex("namespace", namespace)) {
      if (selectorMatches(members.selector, pod.metadata.labels)) members.put(objectKey(pod), pod);
    }
    const budgets = this.#budgets.get(namespace) ?? new Map<string, Members>();
    this.#budgets.set(namespace, budgets.set(objectKey(budget), members));
  }

  forget(budget: PodDisruptionBudget): void {
    this.#budgets.get(namespaceOf(budget))?.delete(objectKey(budget));
  }

  /** Follows a pod; the keys of the budgets that select it now or did before. */
  see({ type, key, object }: InformerEvent<Pod>): readonly string[] {
    const budgets = this.#budgets.get(namespaceOf(object));
    if (budgets === undefined) return [];
    const touched: string[] = [];
    for (const [budget, members] of budgets) {
      const isMember =
        type !== "DELETED" && selectorMatches(members.selector, object.metadata.labels);
      const was = members.drop(key);
      if (isMember) members.put(key, object);
      if (isMember || was) touched.push(budget);
    }
    return touched;
  }

  of(budget: PodDisruptionBudget): MemberCounts {
    const members = this.#budgets.get(namespaceOf(budget))?.get(objectKey(budget));
    if (members === undefined) return { pods: 0, healthy: 0, owners: [] };
    const owners = [...members.owners.keys()].flatMap((owner) => {
      const space = owner.indexOf(" ");
      return space < 0 ? [] : [{ kind: owner.slice(0, space), key: owner.slice(space + 1) }];
    });
    return { pods: members.pods.size, healthy: members.healthy, owners };
  }

  /** Whether a budget selects the pod of that key. */
  has(budget: PodDisruptionBudget, podKey: string): boolean {
    const members = this.#budgets.get(namespaceOf(budget))?.get(objectKey(budget));
    return members?.pods.has(podKey) === true;
  }
}

function namespaceOf({ metadata }: Pod | PodDisruptionBudget): string {
  return metadata.namespace ?? "";
}
