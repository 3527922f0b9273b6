import type { IntOrString } from "@k8s-netsim/k8s-model/api";
import {
  fencepostsOf,
  resolveFenceposts,
  rollingUpdate,
} from "@k8s-netsim/k8s-model/control-plane";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";
import { deploymentOf, replicaSetOf } from "./replica-set-vectors.ts";

interface Input {
  readonly replicas: number;
  readonly maxSurge: IntOrString;
  readonly maxUnavailable: IntOrString;
  readonly old: readonly { readonly name: string; readonly created: number }[];
}

type Counts = readonly [replicas: number, available: number];

interface Step {
  readonly action: string;
  readonly in: { readonly new: Counts; readonly old: readonly Counts[] };
  readonly newReplicas: number;
  readonly oldReplicas: readonly number[];
}

interface Output {
  readonly fenceposts: object;
  readonly steps: readonly Step[];
}

export const rollout: Suite<Input, Output> = {
  name: "rollout",
  about: "a Deployment's rolling update: fenceposts, and each action from the state before it",
  fields: ["input.old", "output.steps"],
  run: (input, output) =>
    judge([
      ...differences(output.fenceposts, fenceposts(input), "fenceposts"),
      ...output.steps.flatMap((step, index) =>
        differences(step, answer(input, step), `steps[${index}]`),
      ),
    ]),
};

function fenceposts({ replicas, maxSurge, maxUnavailable }: Input): object {
  const resolved = resolveFenceposts(maxSurge, maxUnavailable, replicas);
  const used = fencepostsOf(deploymentOf(replicas, maxSurge, maxUnavailable));
  return {
    ...used,
    minAvailable: replicas - used.maxUnavailable,
    resolveFencepostsSurge: resolved.maxSurge,
    resolveFencepostsUnavailable: resolved.maxUnavailable,
  };
}

function answer({ replicas, maxSurge, maxUnavailable, old }: Input, step: Step): Step {
  const deployment = deploymentOf(replicas, maxSurge, maxUnavailable);
  const newSet = replicaSetOf(named("new", 1_000_000, step.in.new));
  const oldSets = old.map(({ name, created }, index) =>
    replicaSetOf(named(name, created, step.in.old[index] ?? [0, 0])),
  );
  const { action, scales } = rollingUpdate(deployment, newSet, oldSets);
  return {
    in: step.in,
    action,
    newReplicas: scales.get("new") ?? step.in.new[0],
    oldReplicas: old.map(({ name }, index) => scales.get(name) ?? step.in.old[index]?.[0] ?? 0),
  };
}

function named(
  name: string,
  created: number,
  [replicas, available]: Counts,
): Parameters<typeof replicaSetOf>[0] {
  return { name, created, replicas, available };
}
