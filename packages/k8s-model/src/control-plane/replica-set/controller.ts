import { objectKey, type Pod, selectorFromObject, selectorMatches } from "../../api/index.ts";
import { controllerOf } from "../ownership/ownership.ts";
import type { Controller, ControllerRunner, Plan } from "../runtime/controller-runner.ts";
import type { InformerEvent } from "../runtime/informer.ts";
import type { Informers } from "../runtime/informers.ts";
import type { Work } from "../runtime/work.ts";
import { type ObservedReplicaSet, planReplicaSet } from "./plan.ts";
import { SetCounts } from "./set-counts.ts";

/** The ReplicaSet controller around {@link planReplicaSet}. */
export class ReplicaSetController implements Controller<ObservedReplicaSet> {
  readonly name = "replicaset";
  readonly workers = 5;
  readonly onStaleCache = "wait" as const;
  readonly #work: Work;
  readonly #informers: Informers;
  readonly #counts: SetCounts;

  constructor(work: Work, informers: Informers) {
    this.#work = work;
    this.#informers = informers;
    this.#counts = new SetCounts(informers.pods);
  }

  start(runner: ControllerRunner<ObservedReplicaSet>): void {
    const { replicaSets, pods } = this.#informers;
    replicaSets.onEvent(({ type, key, object }) => {
      if (type === "DELETED") this.#counts.forget(object);
      else runner.add(key);
    });
    pods.onEvent((event) => {
      this.#counts.see(event);
      for (const key of this.#ownersOf(event)) runner.add(key);
    });
  }

  positions(): ReadonlyMap<string, number> {
    const { replicaSets, pods } = this.#informers;
    return new Map([
      ["Pod", pods.position],
      ["ReplicaSet", replicaSets.position],
    ]);
  }

  observe(key: string): ObservedReplicaSet | undefined {
    const { replicaSets, pods } = this.#informers;
    const replicaSet = replicaSets.get(key);
    if (replicaSet === undefined) return undefined;
    const { namespace = "" } = replicaSet.metadata;
    const owner = controllerOf(replicaSet);
    const siblings =
      owner === undefined ? [replicaSet] : replicaSets.byIndex("controller", owner.uid);
    return {
      replicaSet,
      count: this.#counts.of(replicaSet),
      orphans: pods.byIndex("orphan", namespace),
      related: siblings.map((one) => this.#counts.of(one)),
      nowNs: this.#work.now,
    };
  }

  plan(observed: ObservedReplicaSet): Plan {
    return planReplicaSet(observed);
  }

  /** The ReplicaSet that controls the pod; for a pod without a controller, all that select it. */
  #ownersOf({ object, old }: InformerEvent<Pod>): readonly string[] {
    const namespace = object.metadata.namespace ?? "";
    const owner = controllerOf(object) ?? (old && controllerOf(old));
    if (owner !== undefined) {
      return owner.kind === "ReplicaSet"
        ? [namespace === "" ? owner.name : `${namespace}/${owner.name}`]
        : [];
    }
    return this.#informers.replicaSets
      .byIndex("namespace", namespace)
      .filter(({ spec }) =>
        selectorMatches(selectorFromObject(spec.selector), object.metadata.labels),
      )
      .map(objectKey);
  }
}
