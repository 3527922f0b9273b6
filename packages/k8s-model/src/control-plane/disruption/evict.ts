import {
  objectKey,
  type Pod,
  type PodDisruptionBudget,
  type PodDisruptionBudgetStatus,
} from "../../api/index.ts";
import { type Store, timestampAt } from "../../store/index.ts";
import { isPodReady, isPodTerminal, isPodTerminating } from "../endpoint-slice/endpoint-of-pod.ts";
import { executeChange } from "../runtime/change.ts";
import { isBudgetOf } from "./controller.ts";

/** What the API server answers to an eviction. */
export type EvictionAnswer =
  | { readonly verdict: "evicted" }
  /** Not now: the budget does not allow it, or its controller has not seen it yet (429). */
  | { readonly verdict: "wait"; readonly budget: string; readonly reason: string }
  /** Never: two budgets select the pod (500). */
  | { readonly verdict: "refused"; readonly budget: string; readonly reason: string }
  | { readonly verdict: "not-found" };

/** Pods whose eviction a budget remembers at most. */
const MOST_DISRUPTED = 2000;

/**
 * Asks the eviction subresource to take a pod down, now: deletes it with its grace where its budget
 * allows, and writes the eviction into the budget's status. Pods that do not run yet or any more, or
 * that end already, need no budget.
 */
export function evict(store: Store, nowNs: number, podKey: string): EvictionAnswer {
  const pod = store.get<Pod>("Pod", podKey);
  if (pod === undefined) return { verdict: "not-found" };
  const isFree = isPodTerminal(pod) || isPodTerminating(pod) || pod.status?.phase === "Pending";
  if (!isFree) {
    const answer = askBudget(store, nowNs, pod);
    if (answer.verdict !== "evicted") return answer;
  }
  executeChange(store, nowNs, { verb: "delete", kind: "Pod", key: podKey });
  return { verdict: "evicted" };
}

function askBudget(store: Store, nowNs: number, pod: Pod): EvictionAnswer {
  const hasLabels = Object.keys(pod.metadata.labels ?? {}).length > 0;
  const budgets = hasLabels
    ? store
        .list<PodDisruptionBudget>("PodDisruptionBudget")
        .filter((budget) => isBudgetOf(budget, pod))
    : [];
  const [budget, second] = budgets;
  if (budget === undefined) return { verdict: "evicted" };
  const name = objectKey(budget);
  if (second !== undefined) {
    const reason = `the pod has more than one budget (${budgets.map(objectKey).join(", ")})`;
    return { verdict: "refused", budget: name, reason };
  }
  const status = budget.status ?? NOT_SEEN;
  if (!isPodReady(pod) && mayGoUnready(budget, status)) return { verdict: "evicted" };
  const seen = status.observedGeneration ?? 0;
  const disrupted = status.disruptedPods ?? {};
  const evicted = Object.keys(disrupted).length;
  const reason =
    seen < (budget.metadata.generation ?? 1)
      ? "the disruption controller has not looked at it yet"
      : status.disruptionsAllowed <= 0
        ? `it needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy - evicted}`
        : evicted > MOST_DISRUPTED
          ? "it has too many evicted pods that did not go"
          : undefined;
  if (reason !== undefined) return { verdict: "wait", budget: name, reason };
  store.replace({
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: status.disruptionsAllowed - 1,
      disruptedPods: { ...disrupted, [pod.metadata.name]: timestampAt(nowNs) },
    },
  });
  return { verdict: "evicted" };
}

const NOT_SEEN: PodDisruptionBudgetStatus = {
  disruptionsAllowed: 0,
  currentHealthy: 0,
  desiredHealthy: 0,
  expectedPods: 0,
};

/** A pod that is not ready takes nothing from a budget that is met, or whose policy lets it go. */
function mayGoUnready(
  { spec }: PodDisruptionBudget,
  { currentHealthy, desiredHealthy }: PodDisruptionBudgetStatus,
): boolean {
  if (spec?.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}
