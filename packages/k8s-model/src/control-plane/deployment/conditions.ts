import type { Deployment } from "../../api/index.ts";
import { timeOfTimestamp, timestampAt } from "../../store/index.ts";

/** One entry of a Deployment's `status.conditions`. */
export interface DeploymentCondition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly lastUpdateTime?: string;
  readonly lastTransitionTime?: string;
}

export const COMPLETE = "NewReplicaSetAvailable";
export const TIMED_OUT = "ProgressDeadlineExceeded";
const PAUSED = "DeploymentPaused";

const NS_PER_SECOND = 1_000_000_000;
/** The API's word for a deadline that never comes. */
const NO_DEADLINE_SECONDS = 2_147_483_647;

export function conditionsOf({ status }: Deployment): readonly DeploymentCondition[] {
  const { conditions } = (status ?? {}) as { readonly conditions?: readonly DeploymentCondition[] };
  return conditions ?? [];
}

export function conditionOf(
  conditions: readonly DeploymentCondition[],
  type: string,
): DeploymentCondition | undefined {
  return conditions.find((condition) => condition.type === type);
}

/** The conditions with one set: nothing changes while its status and reason are the same. */
export function withCondition(
  conditions: readonly DeploymentCondition[],
  type: string,
  status: DeploymentCondition["status"],
  reason: string,
  nowNs: number,
): readonly DeploymentCondition[] {
  const before = conditionOf(conditions, type);
  if (before?.status === status && before.reason === reason) return conditions;
  return renewedCondition(conditions, type, status, reason, nowNs);
}

/** The conditions with one set and its time of update renewed, whatever it was before. */
export function renewedCondition(
  conditions: readonly DeploymentCondition[],
  type: string,
  status: DeploymentCondition["status"],
  reason: string,
  nowNs: number,
): readonly DeploymentCondition[] {
  const before = conditionOf(conditions, type);
  const now = timestampAt(nowNs);
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
  const others = conditions.filter((condition) => condition.type !== type);
  return [...others, { type, status, reason, lastUpdateTime: now, lastTransitionTime }];
}

export function hasProgressDeadline({ spec }: Deployment): boolean {
  const { progressDeadlineSeconds: seconds } = spec;
  return seconds !== undefined && seconds !== NO_DEADLINE_SECONDS;
}

/** When the rollout, as its condition tells it, has made no progress for too long (ns). */
export function progressDeadlineNs(
  deployment: Deployment,
  conditions: readonly DeploymentCondition[] = conditionsOf(deployment),
): number | undefined {
  const condition = conditionOf(conditions, "Progressing");
  if (!hasProgressDeadline(deployment) || condition === undefined) return undefined;
  if (condition.reason === COMPLETE || condition.reason === TIMED_OUT) return undefined;
  if (deployment.spec.paused === true) return undefined;
  const fromNs = timeOfTimestamp(condition.lastUpdateTime) ?? 0;
  return fromNs + (deployment.spec.progressDeadlineSeconds ?? 0) * NS_PER_SECOND;
}

/** The conditions with the progress told as paused, or as resumed after a pause. */
export function pauseTold(
  deployment: Deployment,
  conditions: readonly DeploymentCondition[],
  nowNs: number,
): readonly DeploymentCondition[] {
  const condition = conditionOf(conditions, "Progressing");
  if (!hasProgressDeadline(deployment) || condition?.reason === TIMED_OUT) return conditions;
  const paused = deployment.spec.paused === true;
  const told = condition?.reason === PAUSED;
  if (paused === told) return conditions;
  const reason = paused ? PAUSED : "DeploymentResumed";
  return withCondition(conditions, "Progressing", "Unknown", reason, nowNs);
}
