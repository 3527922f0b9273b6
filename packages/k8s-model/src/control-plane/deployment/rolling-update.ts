import type { Deployment, ReplicaSet } from "../../api/index.ts";
import { fencepostsOf } from "./fenceposts.ts";
import { availableOf, byCreation, replicasOf, type Scales, sum } from "./scaling.ts";

/** Replicas that the new ReplicaSet may have now: as many as the surge leaves room for. */
export function newSetReplicas(
  deployment: Deployment,
  newSet: { readonly replicas: number },
  allReplicas: number,
): number {
  const wanted = replicasOf(deployment);
  if ((deployment.spec.strategy?.type ?? "RollingUpdate") !== "RollingUpdate") return wanted;
  const room = wanted + fencepostsOf(deployment).maxSurge - allReplicas;
  if (room <= 0) return newSet.replicas;
  return newSet.replicas + Math.min(room, wanted - newSet.replicas);
}

/** The next action of a rolling update: scale the new ReplicaSet, or else the old ones. */
export function rollingUpdate(
  deployment: Deployment,
  newSet: ReplicaSet,
  oldSets: readonly ReplicaSet[],
): { readonly action: "new" | "old" | "none"; readonly scales: Scales } {
  const wanted = replicasOf(deployment);
  const current = replicasOf(newSet);
  if (current !== wanted) {
    const all = current + sum(oldSets.map(replicasOf));
    const next = current > wanted ? wanted : newSetReplicas(deployment, { replicas: current }, all);
    if (next !== current) return { action: "new", scales: new Map([[newSet.metadata.name, next]]) };
  }
  const scales = scaleOldSets(deployment, newSet, oldSets);
  return { action: scales.size > 0 ? "old" : "none", scales };
}

function scaleOldSets(
  deployment: Deployment,
  newSet: ReplicaSet,
  oldSets: readonly ReplicaSet[],
): Scales {
  const scales: Scales = new Map();
  const old = oldSets.filter((replicaSet) => replicasOf(replicaSet) > 0).sort(byCreation);
  if (old.length === 0) return scales;
  const minAvailable = replicasOf(deployment) - fencepostsOf(deployment).maxUnavailable;
  const all = replicasOf(newSet) + sum(old.map(replicasOf));
  const newUnavailable = replicasOf(newSet) - availableOf(newSet);
  const budget = all - minAvailable - newUnavailable;
  if (budget <= 0) return scales;
  const left = (replicaSet: ReplicaSet): number =>
    scales.get(replicaSet.metadata.name) ?? replicasOf(replicaSet);
  takeDown(old, budget, scales, (one) => left(one) - availableOf(one), left);
  const available = availableOf(newSet) + sum(oldSets.map(availableOf));
  takeDown(old, available - minAvailable, scales, left, left);
  return scales;
}

/** Takes replicas away, oldest ReplicaSet first, up to a budget. */
function takeDown(
  old: readonly ReplicaSet[],
  budget: number,
  scales: Scales,
  removable: (replicaSet: ReplicaSet) => number,
  left: (replicaSet: ReplicaSet) => number,
): void {
  let rest = budget;
  for (const replicaSet of old) {
    if (rest <= 0) return;
    const count = Math.min(rest, removable(replicaSet), left(replicaSet));
    if (count <= 0) continue;
    scales.set(replicaSet.metadata.name, left(replicaSet) - count);
    rest -= count;
  }
}
