import type { Pod, StatefulSet } from "../../api/index.ts";
import { isPodTerminal, isPodTerminating } from "../endpoint-slice/endpoint-of-pod.ts";
import { revisionOf } from "../ownership/revisions.ts";
import { slowStart } from "../runtime/batches.ts";
import { type PodHealth, podHealth } from "./pod-health.ts";
import { type Replicas, replicasOf, startOrdinal } from "./replicas.ts";
import {
  completeRollingUpdate,
  countPods,
  type RevisionNames,
  type StatefulSetStatus,
} from "./status.ts";
import { resolveMaxUnavailable, updateStrategyOf } from "./update-strategy.ts";

/** What one sync of the StatefulSet controller looks at. */
export interface RolloutInput {
  readonly statefulSet: StatefulSet;
  /** Pods that it controls, terminating ones included. */
  readonly pods: readonly Pod[];
  readonly revisions: RevisionNames;
  /** Feature gate MaxUnavailableStatefulSet. */
  readonly maxUnavailableGate: boolean;
  readonly nowNs: number;
}

/** One call of the controller, in the order in which it makes them. */
export type RolloutAction =
  | { readonly verb: "create"; readonly ordinal: number; readonly revision: string }
  | { readonly verb: "delete"; readonly pod: Pod };

export interface Rollout {
  readonly actions: readonly RolloutAction[];
  /** Sizes of the groups of leading calls that Parallel makes at the same time. */
  readonly batches: readonly number[];
  readonly status: StatefulSetStatus;
}

interface Sync extends RolloutInput {
  readonly replicas: Replicas;
  readonly health: PodHealth;
  /** OrderedReady: one at a time, waiting for what is not ready. */
  readonly ordered: boolean;
}

/**
 * One sync of the StatefulSet controller, as `defaultStatefulSetControl.UpdateStatefulSet` of 1.36:
 * missing replicas are made upward, superfluous ones deleted downward, then pods of another
 * revision deleted downward. OrderedReady stops at whatever is not ready; Parallel does not.
 */
export function rollOut(input: RolloutInput): Rollout {
  const { statefulSet, pods, revisions, nowNs } = input;
  const health = podHealth(statefulSet.spec.minReadySeconds ?? 0, nowNs);
  const ordered = statefulSet.spec.podManagementPolicy !== "Parallel";
  const sync = { ...input, replicas: replicasOf(statefulSet, pods), health, ordered };
  const { actions, batches, updated } = actionsOf(sync);
  const { wanted, condemned } = sync.replicas;
  const counted = countPods(
    [...wanted.flatMap(({ pod }) => pod ?? []), ...condemned],
    revisions,
    health,
  );
  const status = { ...counted, currentReplicas: counted.currentReplicas - updated };
  return { actions, batches, status: completeRollingUpdate(statefulSet, status) };
}

interface Calls {
  readonly actions: readonly RolloutAction[];
  readonly batches: readonly number[];
  /** How many of the calls delete pods for the update. */
  readonly updated: number;
}

const NO_CALLS: Calls = { actions: [], batches: [], updated: 0 };

function actionsOf(sync: Sync): Calls {
  if (sync.statefulSet.metadata.deletionTimestamp !== undefined) return NO_CALLS;
  const filled = fillPlaces(sync);
  if (filled.waits) return { ...NO_CALLS, actions: filled.actions };
  const trimmed = trimCondemned(sync);
  const actions = [...filled.actions, ...trimmed.actions];
  const groups = [...slowStart(filled.actions.length), ...slowStart(trimmed.actions.length)];
  const batches = sync.ordered ? [] : groups;
  if (trimmed.waits) return { ...NO_CALLS, actions };
  const outdated = podsToUpdate(sync);
  return {
    actions: [...actions, ...outdated.map(deletion)],
    batches,
    updated: outdated.length,
  };
}

interface Step {
  readonly actions: readonly RolloutAction[];
  /** Nothing further may be done in this sync. */
  readonly waits: boolean;
}

function fillPlaces({ statefulSet, revisions, replicas, health, ordered }: Sync): Step {
  const actions: RolloutAction[] = [];
  for (const { ordinal, pod } of replicas.wanted) {
    if (pod === undefined) {
      const revision = revisionOfNewPod(statefulSet, revisions, ordinal);
      actions.push({ verb: "create", ordinal, revision });
    } else if (isPodTerminal(pod) && !isPodTerminating(pod)) actions.push(deletion(pod));
    const goesOn =
      pod !== undefined &&
      !isPodTerminal(pod) &&
      !isPodTerminating(pod) &&
      health.isRunningAndAvailable(pod);
    if (ordered && !goesOn) return { actions, waits: true };
  }
  return { actions, waits: false };
}

function trimCondemned({ replicas, health, ordered }: Sync): Step {
  const actions: RolloutAction[] = [];
  const firstUnavailable = firstUnavailablePod(replicas, health);
  for (const pod of replicas.condemned) {
    const stuck = !health.isRunningAndAvailable(pod) && pod !== firstUnavailable;
    if (!(isPodTerminating(pod) || (ordered && stuck))) actions.push(deletion(pod));
    if (ordered) return { actions, waits: true };
  }
  return { actions, waits: false };
}

/** The unavailable pod of the lowest ordinal; places come before condemned pods. */
function firstUnavailablePod({ wanted, condemned }: Replicas, health: PodHealth): Pod | undefined {
  const place = wanted.find(({ pod }) => health.isUnavailable(pod));
  return place === undefined ? condemned.findLast((pod) => health.isUnavailable(pod)) : place.pod;
}

/** Pods of another revision that may be deleted now, from the highest ordinal down. */
function podsToUpdate(sync: Sync): readonly Pod[] {
  const { statefulSet, revisions, replicas, health } = sync;
  const { type, rollingUpdate } = updateStrategyOf(statefulSet);
  if (type === "OnDelete") return [];
  const { partition = 0, maxUnavailable } = rollingUpdate ?? {};
  const pods = replicas.wanted.map(({ pod }) => pod);
  const movable = pods.slice(partition).reverse();
  const isOutdated = (pod: Pod | undefined): pod is Pod =>
    pod !== undefined && revisionOf(pod) !== revisions.update && !isPodTerminating(pod);
  if (!sync.maxUnavailableGate) {
    const next = movable.find((pod) => isOutdated(pod) || health.isUnavailable(pod));
    return isOutdated(next) ? [next] : [];
  }
  const unavailable = pods.filter(health.isUnavailable).length;
  const budget = resolveMaxUnavailable(maxUnavailable, pods.length) - unavailable;
  return budget > 0 ? movable.filter(isOutdated).slice(0, budget) : [];
}

/**
 * New pods below the partition are made from the current revision, all others from the new one; a
 * rolling update that names no partition keeps as many as are of the current revision.
 */
function revisionOfNewPod(
  statefulSet: StatefulSet,
  { current, update }: RevisionNames,
  ordinal: number,
): string {
  const { type, rollingUpdate } = updateStrategyOf(statefulSet);
  const { currentReplicas = 0 } = (statefulSet.status ?? {}) as Partial<StatefulSetStatus>;
  const kept = rollingUpdate?.partition ?? (type === "RollingUpdate" ? currentReplicas : 0);
  return ordinal < startOrdinal(statefulSet) + kept ? current : update;
}

const deletion = (pod: Pod): RolloutAction => ({ verb: "delete", pod });
