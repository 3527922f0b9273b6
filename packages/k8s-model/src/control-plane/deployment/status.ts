import { type Deployment, objectKey, type ReplicaSet } from "../../api/index.ts";
import { replicaSetStatus } from "../replica-set/plan.ts";
import { type Change, edit } from "../runtime/change.ts";
import {
  COMPLETE,
  conditionOf,
  conditionsOf,
  type DeploymentCondition,
  hasProgressDeadline,
  pauseTold,
  progressDeadlineNs,
  renewedCondition,
  TIMED_OUT,
  withCondition,
} from "./conditions.ts";
import { fencepostsOf } from "./fenceposts.ts";
import { availableOf, replicasOf, sum } from "./scaling.ts";

interface Counts {
  readonly observedGeneration: number;
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
}

/** What a sync knows when it writes the status. */
export interface StatusInput {
  readonly deployment: Deployment;
  readonly replicaSets: readonly ReplicaSet[];
  readonly newSet: ReplicaSet | undefined;
  /** This sync makes the new ReplicaSet. */
  readonly creates: boolean;
  /** This sync rolls out, and so judges the progress; one that only scales does not. */
  readonly judgesProgress: boolean;
  readonly nowNs: number;
}

/** The write of the status, where it changes: counts, availability and the rollout's progress. */
export function statusChange(input: StatusInput): readonly Change[] {
  const { deployment } = input;
  const counts = countReplicas(input);
  const conditions = conditionsAfter(input, counts);
  const before = countsOf(deployment);
  const fields = Object.keys(counts) as (keyof Counts)[];
  const same = fields.every((field) => (before[field] ?? 0) === counts[field]);
  if (same && conditions === conditionsOf(deployment)) return [];
  return [
    edit<Deployment>("Deployment", objectKey(deployment), (draft) => {
      draft.status = { ...(draft.status as object | undefined), ...counts, conditions };
    }),
  ];
}

const countsOf = ({ status }: Deployment): Partial<Counts> => (status ?? {}) as Partial<Counts>;

function countReplicas({ deployment, replicaSets, newSet }: StatusInput): Counts {
  const count = (field: "replicas" | "readyReplicas"): number =>
    sum(replicaSets.map((replicaSet) => replicaSetStatus(replicaSet)[field] ?? 0));
  const replicas = count("replicas");
  const availableReplicas = sum(replicaSets.map(availableOf));
  return {
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas,
    updatedReplicas: newSet === undefined ? 0 : (replicaSetStatus(newSet).replicas ?? 0),
    readyReplicas: count("readyReplicas"),
    availableReplicas,
    unavailableReplicas: Math.max(0, replicas - availableReplicas),
  };
}

function conditionsAfter(input: StatusInput, counts: Counts): readonly DeploymentCondition[] {
  const { deployment, creates, newSet, nowNs } = input;
  let conditions = pauseTold(deployment, conditionsOf(deployment), nowNs);
  const least = replicasOf(deployment) - fencepostsOf(deployment).maxUnavailable;
  const isAvailable = counts.availableReplicas >= least;
  conditions = withCondition(
    conditions,
    "Available",
    isAvailable ? "True" : "False",
    isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
    nowNs,
  );
  if (!hasProgressDeadline(deployment)) {
    const others = conditions.filter(({ type }) => type !== "Progressing");
    return others.length === conditions.length ? conditions : others;
  }
  if (!input.judgesProgress) return conditions;
  if (creates) {
    return withCondition(conditions, "Progressing", "True", "NewReplicaSetCreated", nowNs);
  }
  if (newSet !== undefined && conditionOf(conditions, "Progressing") === undefined) {
    conditions = withCondition(conditions, "Progressing", "True", "FoundNewReplicaSet", nowNs);
  }
  return progressTold(input, counts, conditions);
}

/** Complete, getting on, or stuck for longer than `progressDeadlineSeconds`. */
function progressTold(
  { deployment, nowNs }: StatusInput,
  counts: Counts,
  conditions: readonly DeploymentCondition[],
): readonly DeploymentCondition[] {
  const { reason } = conditionOf(conditions, "Progressing") ?? {};
  if (counts.replicas === counts.updatedReplicas && reason === COMPLETE) return conditions;
  if (isComplete(deployment, counts)) {
    return withCondition(conditions, "Progressing", "True", COMPLETE, nowNs);
  }
  if (isProgress(countsOf(deployment), counts)) {
    return renewedCondition(conditions, "Progressing", "True", "ReplicaSetUpdated", nowNs);
  }
  const deadlineNs = progressDeadlineNs(deployment, conditions);
  return deadlineNs !== undefined && deadlineNs < nowNs
    ? withCondition(conditions, "Progressing", "False", TIMED_OUT, nowNs)
    : conditions;
}

function isComplete(deployment: Deployment, counts: Partial<Counts>): boolean {
  const wanted = replicasOf(deployment);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = counts;
  return (
    updatedReplicas === wanted &&
    replicas === wanted &&
    availableReplicas === wanted &&
    (counts.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 1)
  );
}

/** Whether the status that was last written says that the rollout is complete. */
export function wasComplete(deployment: Deployment): boolean {
  return isComplete(deployment, countsOf(deployment));
}

function isProgress(before: Partial<Counts>, after: Counts): boolean {
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = before;
  return (
    after.updatedReplicas > updatedReplicas ||
    after.replicas - after.updatedReplicas < replicas - updatedReplicas ||
    after.readyReplicas > readyReplicas ||
    after.availableReplicas > availableReplicas
  );
}
