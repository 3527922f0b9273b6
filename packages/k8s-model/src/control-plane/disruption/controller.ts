import {
  type Pod,
  type PodDisruptionBudget,
  type ReplicaSet,
  type StatefulSet,
  selectorFromObject,
  selectorMatches,
} from "../../api/index.ts";
import { controllerOf } from "../ownership/ownership.ts";
import type { Controller, ControllerRunner, Plan } from "../runtime/controller-runner.ts";
import type { Informers } from "../runtime/informers.ts";
import type { Work } from "../runtime/work.ts";
import { BudgetMembers, type PodOwner } from "./budget-members.ts";
import { budgetStatus, type ObservedBudget, untilGivenUpNs } from "./budget-status.ts";

/** The disruption controller around {@link budgetStatus}: keeps the status of every budget. */
export class DisruptionController implements Controller<ObservedBudget> {
  readonly name = "disruption";
  readonly workers = 1;
  readonly onStaleCache = "wait" as const;
  readonly #work: Work;
  readonly #informers: Informers;
  readonly #members: BudgetMembers;

  constructor(work: Work, informers: Informers) {
    this.#work = work;
    this.#informers = informers;
    this.#members = new BudgetMembers(informers.pods);
  }

  start(runner: ControllerRunner<ObservedBudget>): void {
    const { budgets, pods } = this.#informers;
    budgets.onEvent(({ type, key, object, old }) => {
      if (type === "DELETED") {
        this.#members.forget(object);
        return;
      }
      if (old?.spec !== object.spec) this.#members.take(object);
      runner.add(key);
    });
    pods.onEvent((event) => {
      for (const key of this.#members.see(event)) runner.add(key);
    });
  }

  positions(): ReadonlyMap<string, number> {
    const { budgets, pods } = this.#informers;
    return new Map([
      ["Pod", pods.position],
      ["PodDisruptionBudget", budgets.position],
    ]);
  }

  observe(key: string): ObservedBudget | undefined {
    const budget = this.#informers.budgets.get(key);
    if (budget === undefined) return undefined;
    const { pods, healthy, owners } = this.#members.of(budget);
    return {
      budget,
      pods,
      healthy,
      disrupted: this.#disruptedPods(budget),
      scale: this.#scaleOf(owners),
      nowNs: this.#work.now,
    };
  }

  plan(observed: ObservedBudget): Plan {
    const { budget, nowNs } = observed;
    const status = budgetStatus(observed);
    const untilNs = untilGivenUpNs(status, nowNs);
    const again = untilNs === undefined ? {} : { againAfterNs: untilNs };
    if (JSON.stringify(status) === JSON.stringify(budget.status)) return { changes: [], ...again };
    const basedOn = budget.metadata.resourceVersion;
    return { changes: [{ verb: "replace", object: { ...budget, status }, basedOn }], ...again };
  }

  /** Pods whose eviction the status remembers, as far as they are still there and selected. */
  #disruptedPods(budget: PodDisruptionBudget): readonly Pod[] {
    const { namespace = "" } = budget.metadata;
    return Object.keys(budget.status?.disruptedPods ?? {}).flatMap((name) => {
      const key = namespace === "" ? name : `${namespace}/${name}`;
      return this.#members.has(budget, key) ? (this.#informers.pods.get(key) ?? []) : [];
    });
  }

  /** Replicas wanted by all these controllers; nothing where one of them has no scale. */
  #scaleOf(owners: readonly PodOwner[]): number | undefined {
    const wanted = new Map<string, number>();
    for (const { kind, key } of owners) {
      const scale = this.#scaleOfOwner(kind, key);
      if (scale === undefined) return undefined;
      wanted.set(scale.uid, scale.replicas);
    }
    return [...wanted.values()].reduce((so, replicas) => so + replicas, 0);
  }

  #scaleOfOwner(kind: string, key: string): { uid: string; replicas: number } | undefined {
    const { deployments, replicaSets, statefulSets } = this.#informers;
    const set: ReplicaSet | StatefulSet | undefined =
      kind === "ReplicaSet"
        ? replicaSets.get(key)
        : kind === "StatefulSet"
          ? statefulSets.get(key)
          : undefined;
    if (set === undefined) return undefined;
    const top = controllerOf(set);
    const { namespace = "" } = set.metadata;
    const scaled = top?.kind === "Deployment" ? deployments.get(`${namespace}/${top.name}`) : set;
    if (scaled === undefined) return undefined;
    return { uid: scaled.metadata.uid ?? "", replicas: scaled.spec.replicas ?? 1 };
  }
}

/** Whether a budget selects a pod: of its own namespace, and by labels. */
export function isBudgetOf({ spec, metadata }: PodDisruptionBudget, pod: Pod): boolean {
  if ((metadata.namespace ?? "") !== (pod.metadata.namespace ?? "")) return false;
  return selectorMatches(selectorFromObject(spec?.selector), pod.metadata.labels);
}
