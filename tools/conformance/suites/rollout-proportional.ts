import type { IntOrString } from "@k8s-netsim/k8s-model/api";
import { scaleDeployment } from "@k8s-netsim/k8s-model/control-plane";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";
import { deploymentOf, replicaSetOf, type VectorReplicaSet } from "./replica-set-vectors.ts";

interface Input {
  readonly replicas: number;
  readonly maxSurge: IntOrString;
  readonly maxUnavailable: IntOrString;
  readonly statusReplicas: number;
  readonly new: VectorReplicaSet | null;
  readonly old: readonly VectorReplicaSet[] | null;
}

interface Output {
  readonly replicas: Readonly<Record<string, number>>;
}

export const rolloutProportional: Suite<Input, Output> = {
  name: "rollout_proportional",
  about: "a Deployment resized during a rollout: the replicas of each ReplicaSet",
  fields: ["input.old", "input.replicasBefore", "output.replicas"],
  run(input, output) {
    const { replicas, maxSurge, maxUnavailable, statusReplicas } = input;
    const deployment = deploymentOf(replicas, maxSurge, maxUnavailable, statusReplicas);
    const newSet = input.new === null ? undefined : replicaSetOf(input.new);
    const oldSets = (input.old ?? []).map(replicaSetOf);
    const scales = scaleDeployment(deployment, newSet, oldSets);
    const all = newSet === undefined ? oldSets : [...oldSets, newSet];
    const ours = Object.fromEntries(
      all.map(({ metadata, spec }) => [metadata.name, scales.get(metadata.name) ?? spec.replicas]),
    );
    return judge(differences(output.replicas, ours, "replicas"));
  },
};
