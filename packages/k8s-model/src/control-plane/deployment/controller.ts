import { type Deployment, objectKey, type ReplicaSet } from "../../api/index.ts";
import { controllerOf } from "../ownership/ownership.ts";
import type { Controller, ControllerRunner, Plan } from "../runtime/controller-runner.ts";
import type { Informers } from "../runtime/informers.ts";
import { type ObservedDeployment, planDeployment } from "./plan.ts";

/** The Deployment controller around {@link planDeployment}. */
export class DeploymentController implements Controller<ObservedDeployment> {
  readonly name = "deployment";
  readonly workers = 5;
  readonly maxRetries = 15;
  readonly onStaleCache = "wait" as const;
  readonly #informers: Informers;

  constructor(informers: Informers) {
    this.#informers = informers;
  }

  start(runner: ControllerRunner<ObservedDeployment>): void {
    const { deployments, replicaSets, pods } = this.#informers;
    deployments.onEvent(({ type, key }) => {
      if (type !== "DELETED") runner.add(key);
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
