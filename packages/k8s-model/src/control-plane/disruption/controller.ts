import {
  objectKey,
  type Pod,
  type PodDisruptionBudget,
  type ReplicaSet,
  type StatefulSet,
  selectorFromObject,
  selectorMatches,
} from "../../api/index.ts";
import { controllerOf } from "../ownership/ownership.ts";
import type { Controller, ControllerRunner, Plan } from "../runtime/controller-runner.ts";
import type { InformerEvent } from "../runtime/informer.ts";
import type { Informers } from "../runtime/informers.ts";
import type { Work } from "../runtime/work.ts";
import { budgetStatus, type ObservedBudget, untilGivenUpNs } from "./budget-status.ts";

/** The disruption controller around {@link budgetStatus}: keeps the status of every budget. */
export class DisruptionController implements Controller<ObservedBudget> {
  readonly name = "disruption";
  readonly workers = 1;
  readonly onStaleCache = "wait" as const;
  readonly #work: Work;
  readonly #informers: Informers;

  constructor(work: Work, informers: Informers) {
    this.#work = work;
    this.#informers = informers;
  }

  start(runner: ControllerRunner<ObservedBudget>): void {
    const { budgets, pods } = this.#informers;
    budgets.onEvent(({ type, key }) => {
      if (type !== "DELETED") runner.add(key);
    });
    pods.onEvent((event) => {
      for (const key of this.#budgetsOf(event)) runner.add(key);
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
    const { budgets, pods } = this.#informers;
    const budget = budgets.get(key);
    if (budget === undefined) return undefined;
    const { namespace = "" } = budget.metadata;
    const selected = pods.byIndex("namespace", namespace).filter((pod) => isBudgetOf(budget, pod));
    return { budget, pods: selected, scale: this.#scaleOf(selected), nowNs: this.#work.now };
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

  #budgetsOf({ object, old }: InformerEvent<Pod>): readonly string[] {
    return this.#informers.budgets
      .byIndex("namespace", object.metadata.namespace ?? "")
      .filter((budget) => isBudgetOf(budget, object) || (old && isBudgetOf(budget, old)))
      .map(objectKey);
  }

  /** Replicas wanted by all controllers of these pods; nothing where one of them has no scale. */
  #scaleOf(pods: readonly Pod[]): number | undefined {
    const wanted = new Map<string, number>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      if (owner === undefined) continue;
      const { namespace = "" } = pod.metadata;
      const scale = this.#scaleOfOwner(owner.kind, `${namespace}/${owner.name}`);
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
