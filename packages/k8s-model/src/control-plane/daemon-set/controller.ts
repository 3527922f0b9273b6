import type { Node } from "../../api/index.ts";
import { controllerOf } from "../ownership/ownership.ts";
import { Revisions } from "../ownership/revisions.ts";
import type { Controller, ControllerRunner, Plan } from "../runtime/controller-runner.ts";
import type { InformerEvent } from "../runtime/informer.ts";
import type { Informers } from "../runtime/informers.ts";
import type { Work } from "../runtime/work.ts";
import { planDaemonSet } from "./plan.ts";
import type { ObservedDaemonSet } from "./sync.ts";

/** The DaemonSet controller around {@link planDaemonSet}. */
export class DaemonSetController implements Controller<ObservedDaemonSet> {
  readonly name = "daemonset";
  readonly workers = 2;
  readonly onStaleCache = "wait" as const;
  readonly #work: Work;
  readonly #informers: Informers;
  readonly #revisions = new Revisions();

  constructor(work: Work, informers: Informers) {
    this.#work = work;
    this.#informers = informers;
  }

  start(runner: ControllerRunner<ObservedDaemonSet>): void {
    const { daemonSets, pods, nodes } = this.#informers;
    daemonSets.onEvent(({ type, key }) => {
      if (type !== "DELETED") runner.add(key);
    });
    pods.onEvent(({ object }) => {
      const owner = controllerOf(object);
      const { namespace } = object.metadata;
      if (owner?.kind !== "DaemonSet") return;
      runner.add(namespace === undefined ? owner.name : `${namespace}/${owner.name}`);
    });
    nodes.onEvent((event) => {
      if (!placementChanged(event)) return;
      for (const key of daemonSets.cache.keys()) runner.add(key);
    });
  }

  positions(): ReadonlyMap<string, number> {
    const { daemonSets, pods } = this.#informers;
    return new Map([
      ["DaemonSet", daemonSets.position],
      ["Pod", pods.position],
    ]);
  }

  observe(key: string): ObservedDaemonSet | undefined {
    const { daemonSets, pods, nodes } = this.#informers;
    const daemonSet = daemonSets.get(key);
    if (daemonSet === undefined) return undefined;
    const own = pods.byIndex("controller", daemonSet.metadata.uid ?? "");
    return {
      daemonSet,
      pods: own,
      nodes: [...nodes.cache.values()],
      updateRevision: this.#revisions.update(daemonSet, own),
      nowNs: this.#work.now,
    };
  }

  plan(observed: ObservedDaemonSet): Plan {
    return planDaemonSet(observed);
  }
}

function placementChanged({ type, object, old }: InformerEvent<Node>): boolean {
  if (type !== "MODIFIED" || old === undefined) return true;
  const read = ({ metadata, spec }: Node): string =>
    JSON.stringify([metadata.labels, spec?.taints]);
  return read(object) !== read(old);
}
