import type { EventId } from "@k8s-netsim/sim-core";
import { type Deployment, objectKey, type ReplicaSet } from "../../api/index.ts";
import { controllerOf } from "../ownership/ownership.ts";
import type { Controller, ControllerRunner, Plan } from "../runtime/controller-runner.ts";
import type { Informers } from "../runtime/informers.ts";
import type { Work } from "../runtime/work.ts";
import { progressDeadlineNs } from "./conditions.ts";
import { type ObservedDeployment, planDeployment } from "./plan.ts";

const NS_PER_SECOND = 1_000_000_000;

/** The Deployment controller around {@link planDeployment}. */
export class DeploymentController implements Controller<ObservedDeployment> {
  readonly name = "deployment";
  readonly workers = 5;
  readonly maxRetries = 15;
  readonly onStaleCache = "wait" as const;
  readonly #work: Work;
  readonly #informers: Informers;
  readonly #deadlines = new Map<string, EventId>();

  constructor(work: Work, informers: Informers) {
    this.#work = work;
    this.#informers = informers;
  }

  start(runner: ControllerRunner<ObservedDeployment>): void {
    const { deployments, replicaSets, pods } = this.#informers;
    deployments.onEvent(({ type, key, object }) => {
      if (type !== "DELETED") runner.add(key);
      const dueNs = type === "DELETED" ? undefined : progressDeadlineNs(object);
      this.#awaitDeadline(key, dueNs, () => runner.add(key));
    });
    replicaSets.onEvent(({ object }) => {
      const deployment = this.#deploymentOf(object);
      if (deployment !== undefined) runner.add(objectKey(deployment));
    });
    // Only Recreate waits for pods to be gone; all else is told by the ReplicaSets' status.
    pods.onEvent(({ type, object }) => {
      if (type !== "DELETED") return;
      const owner = controllerOf(object);
      if (owner?.kind !== "ReplicaSet") return;
      const replicaSet = replicaSets.get(`${object.metadata.namespace ?? ""}/${owner.name}`);
      const deployment = replicaSet && this.#deploymentOf(replicaSet);
      if (deployment?.spec.strategy?.type === "Recreate") runner.add(objectKey(deployment));
    });
  }

  /** A deadline to come is no work: the cluster may rest before it, as a stuck rollout does. */
  #awaitDeadline(key: string, dueNs: number | undefined, look: () => void): void {
    const { sim, now } = this.#work;
    const waiting = this.#deadlines.get(key);
    if (waiting !== undefined) sim.cancel(waiting);
    this.#deadlines.delete(key);
    if (dueNs === undefined || dueNs + NS_PER_SECOND <= now) return;
    this.#deadlines.set(key, sim.at(dueNs + NS_PER_SECOND, look));
  }

  positions(): ReadonlyMap<string, number> {
    const { deployments, replicaSets } = this.#informers;
    return new Map([
      ["Deployment", deployments.position],
      ["ReplicaSet", replicaSets.position],
    ]);
  }

  observe(key: string): ObservedDeployment | undefined {
    const { deployments, replicaSets, pods } = this.#informers;
    const deployment = deployments.get(key);
    if (deployment === undefined) return undefined;
    const owned = replicaSets.byIndex("controller", deployment.metadata.uid ?? "");
    const recreates = deployment.spec.strategy?.type === "Recreate";
    return {
      deployment,
      replicaSets: owned,
      pods: recreates
        ? owned.flatMap(({ metadata }) => pods.byIndex("controller", metadata.uid ?? ""))
        : [],
      nowNs: this.#work.now,
    };
  }

  plan(observed: ObservedDeployment): Plan {
    return planDeployment(observed);
  }

  #deploymentOf(replicaSet: ReplicaSet): Deployment | undefined {
    const owner = controllerOf(replicaSet);
    if (owner?.kind !== "Deployment") return undefined;
    const { namespace } = replicaSet.metadata;
    return this.#informers.deployments.get(
      namespace === undefined ? owner.name : `${namespace}/${owner.name}`,
    );
  }
}
