import { controllerOf } from "../ownership/ownership.ts";
import { Revisions } from "../ownership/revisions.ts";
import type { Controller, ControllerRunner, Plan } from "../runtime/controller-runner.ts";
import type { Informers } from "../runtime/informers.ts";
import type { Work } from "../runtime/work.ts";
import { type ObservedStatefulSet, planStatefulSet } from "./plan.ts";

/** The StatefulSet controller around {@link planStatefulSet}. */
export class StatefulSetController implements Controller<ObservedStatefulSet> {
  readonly name = "statefulset";
  readonly workers = 5;
  readonly onStaleCache = "wait" as const;
  readonly #work: Work;
  readonly #informers: Informers;
  readonly #revisions = new Revisions();
  readonly #maxUnavailableGate: boolean;

  constructor(work: Work, informers: Informers, maxUnavailableGate: boolean) {
    this.#work = work;
    this.#informers = informers;
    this.#maxUnavailableGate = maxUnavailableGate;
  }

  start(runner: ControllerRunner<ObservedStatefulSet>): void {
    const { statefulSets, pods } = this.#informers;
    statefulSets.onEvent(({ type, key }) => {
      if (type !== "DELETED") runner.add(key);
    });
    pods.onEvent(({ object }) => {
      const owner = controllerOf(object);
      const { namespace } = object.metadata;
      if (owner?.kind !== "StatefulSet") return;
      runner.add(namespace === undefined ? owner.name : `${namespace}/${owner.name}`);
    });
  }

  positions(): ReadonlyMap<string, number> {
    const { statefulSets, pods } = this.#informers;
    return new Map([
      ["Pod", pods.position],
      ["StatefulSet", statefulSets.position],
    ]);
  }

  observe(key: string): ObservedStatefulSet | undefined {
    const { statefulSets, pods } = this.#informers;
    const statefulSet = statefulSets.get(key);
    if (statefulSet === undefined) return undefined;
    const own = pods.byIndex("controller", statefulSet.metadata.uid ?? "");
    const update = this.#revisions.update(statefulSet, own);
    const status = statefulSet.status as { readonly currentRevision?: string } | undefined;
    const current = status?.currentRevision ?? "";
    return {
      statefulSet,
      pods: own,
      revisions: { current: current === "" ? update : current, update },
      currentTemplate: this.#revisions.template(statefulSet, current),
      maxUnavailableGate: this.#maxUnavailableGate,
      nowNs: this.#work.now,
    };
  }

  plan(observed: ObservedStatefulSet): Plan {
    return planStatefulSet(observed);
  }
}
