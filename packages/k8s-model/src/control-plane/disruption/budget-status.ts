import type {
  IntOrString,
  Pod,
  PodDisruptionBudget,
  PodDisruptionBudgetStatus,
} from "../../api/index.ts";
import { timeOfTimestamp, timestampAt } from "../../store/index.ts";
import { isPodReady, isPodTerminating } from "../endpoint-slice/endpoint-of-pod.ts";

/** An evicted pod that is still there after so long was not deleted after all (ns). */
const DELETION_TIMEOUT_NS = 120_000_000_000;
const CONDITION = "DisruptionAllowed";

/** What the disruption controller knows of one budget. */
export interface ObservedBudget {
  readonly budget: PodDisruptionBudget;
  /** How many it selects, and how many of these are ready and not ending. */
  readonly pods: number;
  readonly healthy: number;
  /** Those of them whose eviction its status remembers. */
  readonly disrupted: readonly Pod[];
  /**
   * Replicas that the controllers of these pods want in all; pods without one count nothing. Absent: a
   * pod's controller has no scale, as a DaemonSet.
   */
  readonly scale: number | undefined;
  readonly nowNs: number;
}

/**
 * The status that the disruption controller gives a budget. Percentages are of the wanted replicas and
 * round up, in both fields. Pure.
 */
export function budgetStatus(observed: ObservedBudget): PodDisruptionBudgetStatus {
  const { budget, disrupted, healthy, nowNs } = observed;
  const wanted = wantedHealthy(observed);
  if (wanted === undefined) return withoutScale(observed);
  const disruptedPods = stillDisrupted(observed);
  const leaving = disrupted.filter(
    (pod) => disruptedPods[pod.metadata.name] !== undefined && isPodReady(pod),
  );
  const currentHealthy = healthy - leaving.length;
  const { expectedPods, desiredHealthy } = wanted;
  const spare = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
  const status = {
    observedGeneration: budget.metadata.generation ?? 1,
    ...(Object.keys(disruptedPods).length === 0 ? {} : { disruptedPods }),
    disruptionsAllowed: spare,
    currentHealthy,
    desiredHealthy,
    expectedPods,
  };
  const reason = spare > 0 ? "SufficientPods" : "InsufficientPods";
  return { ...status, conditions: [condition(budget, spare > 0, reason, nowNs)] };
}

interface Wanted {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
}

/** Absent where a percentage, or a number that may be missing, has nothing to be taken of. */
function wantedHealthy({ budget, pods, scale }: ObservedBudget): Wanted | undefined {
  const { minAvailable, maxUnavailable } = budget.spec ?? {};
  if (maxUnavailable !== undefined) {
    const most = scale === undefined ? undefined : scaled(maxUnavailable, scale);
    if (scale === undefined || most === undefined) return undefined;
    return { expectedPods: scale, desiredHealthy: Math.max(0, scale - most) };
  }
  if (typeof minAvailable === "number") {
    return { expectedPods: pods, desiredHealthy: minAvailable };
  }
  if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0 };
  const least = scale === undefined ? undefined : scaled(minAvailable, scale);
  if (scale === undefined || least === undefined) return undefined;
  return { expectedPods: scale, desiredHealthy: least };
}

function scaled(value: IntOrString, total: number): number | undefined {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? undefined : Math.ceil((Number(percent) * total) / 100);
}

/** Pods that were evicted, are not being deleted yet, and may still be. */
function stillDisrupted({
  budget,
  disrupted,
  nowNs,
}: ObservedBudget): Readonly<Record<string, string>> {
  const known = new Map(Object.entries(budget.status?.disruptedPods ?? {}));
  const kept = disrupted.flatMap((pod): [string, string][] => {
    const since = known.get(pod.metadata.name);
    if (since === undefined || isPodTerminating(pod)) return [];
    const sinceNs = timeOfTimestamp(since);
    const isOver = sinceNs === undefined || sinceNs + DELETION_TIMEOUT_NS <= nowNs;
    return isOver ? [] : [[pod.metadata.name, since]];
  });
  return Object.assign(Object.create(null), Object.fromEntries(kept));
}

/** When the first of the evicted pods is given up (ns from now), where one is waited for. */
export function untilGivenUpNs(
  status: PodDisruptionBudgetStatus,
  nowNs: number,
): number | undefined {
  const times = Object.values(status.disruptedPods ?? {}).map(
    (since) => (timeOfTimestamp(since) ?? nowNs) + DELETION_TIMEOUT_NS - nowNs,
  );
  return times.length === 0 ? undefined : Math.max(1, Math.min(...times));
}

/** Nothing is known for certain: no eviction is allowed, and the rest stays as it was. */
function withoutScale({ budget, nowNs }: ObservedBudget): PodDisruptionBudgetStatus {
  const nothing = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  return {
    ...nothing,
    ...budget.status,
    disruptionsAllowed: 0,
    conditions: [condition(budget, false, "SyncFailed", nowNs)],
  };
}

function condition(
  { status, metadata }: PodDisruptionBudget,
  isAllowed: boolean,
  reason: string,
  nowNs: number,
): NonNullable<PodDisruptionBudgetStatus["conditions"]>[number] {
  const before = status?.conditions?.find(({ type }) => type === CONDITION);
  const value = isAllowed ? ("True" as const) : ("False" as const);
  return {
    type: CONDITION,
    status: value,
    reason,
    message: "",
    lastTransitionTime: before?.status === value ? before.lastTransitionTime : timestampAt(nowNs),
    observedGeneration: metadata.generation ?? 1,
  };
}
