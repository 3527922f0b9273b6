import type { Deployment, ReplicaSet } from "../../api/index.ts";
import { replicaSetStatus } from "../replica-set/plan.ts";
import { fencepostsOf } from "./fenceposts.ts";

export const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
export const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";

/** ReplicaSet name to the replicas it is to have. */
export type Scales = Map<string, number>;

export const replicasOf = ({ spec }: ReplicaSet | Deployment): number => spec.replicas ?? 1;

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

export const availableOf = (replicaSet: ReplicaSet): number =>
  replicaSetStatus(replicaSet).availableReplicas ?? 0;

/** Oldest first; equal ages by name. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [left, right] = [a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""];
  if (left !== right) return left < right ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

function annotationNumber({ metadata }: ReplicaSet, key: string): number | undefined {
  const text = metadata.annotations?.[key];
  return text === undefined || !/^-?\d+$/.test(text) ? undefined : Number(text);
}

/** Whether the Deployment was resized since its ReplicaSets were last scaled. */
export function isScalingEvent(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
): boolean {
  return replicaSets.some((replicaSet) => {
    const desired = annotationNumber(replicaSet, DESIRED_REPLICAS);
    return (
      replicasOf(replicaSet) > 0 && desired !== undefined && desired !== replicasOf(deployment)
    );
  });
}

/**
 * Replicas after a Deployment was resized: the only active ReplicaSet takes all; during a rollout
 * what is added or removed is shared in proportion to the sizes, the largest taking the rest.
 */
export function scaleDeployment(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): Scales {
  const wanted = replicasOf(deployment);
  const all = newSet === undefined ? [...oldSets] : [...oldSets, newSet];
  const active = all.filter((replicaSet) => replicasOf(replicaSet) > 0);
  const only =
    active.length > 1 ? undefined : (active[0] ?? newSet ?? [...oldSets].sort(byCreation).at(-1));
  if (only !== undefined) return new Map([[only.metadata.name, wanted]]);
  if (newSet !== undefined && isSaturated(deployment, newSet)) {
    return new Map(
      active.filter((one) => one !== newSet).map(({ metadata }) => [metadata.name, 0]),
    );
  }
  if ((deployment.spec.strategy?.type ?? "RollingUpdate") !== "RollingUpdate") return new Map();
  return proportional(deployment, active);
}

function isSaturated(deployment: Deployment, newSet: ReplicaSet): boolean {
  const wanted = replicasOf(deployment);
  return (
    replicasOf(newSet) === wanted &&
    annotationNumber(newSet, DESIRED_REPLICAS) === wanted &&
    availableOf(newSet) === wanted
  );
}

function proportional(deployment: Deployment, active: readonly ReplicaSet[]): Scales {
  const wanted = replicasOf(deployment);
  const { maxSurge } = fencepostsOf(deployment);
  const allowed = wanted > 0 ? wanted + maxSurge : 0;
  const toAdd = allowed - sum(active.map(replicasOf));
  const newerFirst = toAdd > 0 ? -1 : 1;
  const ordered = [...active].sort(
    (a, b) => replicasOf(b) - replicasOf(a) || newerFirst * byCreation(a, b),
  );
  const scales: Scales = new Map();
  let added = 0;
  for (const replicaSet of ordered) {
    const share = toAdd === 0 ? 0 : shareOf(deployment, replicaSet, maxSurge, toAdd, added);
    scales.set(replicaSet.metadata.name, replicasOf(replicaSet) + share);
    added += share;
  }
  const first = ordered[0]?.metadata.name;
  if (first !== undefined && toAdd !== 0) {
    scales.set(first, Math.max(0, (scales.get(first) ?? 0) + toAdd - added));
  }
  return scales;
}

function shareOf(
  deployment: Deployment,
  replicaSet: ReplicaSet,
  maxSurge: number,
  toAdd: number,
  added: number,
): number {
  const current = replicasOf(replicaSet);
  if (current === 0 || toAdd === added) return 0;
  const fraction = fractionOf(deployment, replicaSet, maxSurge);
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
}

function fractionOf(deployment: Deployment, replicaSet: ReplicaSet, maxSurge: number): number {
  const current = replicasOf(replicaSet);
  if (replicasOf(deployment) === 0) return -current;
  const before =
    annotationNumber(replicaSet, MAX_REPLICAS) ||
    ((deployment.status as { readonly replicas?: number } | undefined)?.replicas ?? 0);
  if (before === 0) return 0;
  const scaled = (current * (replicasOf(deployment) + maxSurge)) / before;
  return roundHalfAway(scaled) - current;
}

function roundHalfAway(value: number): number {
  return value < 0 ? Math.ceil(value - 0.5) : Math.floor(value + 0.5);
}
