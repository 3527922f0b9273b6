import type { Node, Pod, Taint, Toleration } from "../../api/index.ts";
import { NOT_READY_TAINT, UNREACHABLE_TAINT } from "../admission.ts";
import { tolerates } from "../scheduler/tolerations.ts";

export type ReadyStatus = "True" | "False" | "Unknown";

export function readyStatusOf({ status }: Node): ReadyStatus {
  return status?.conditions?.find(({ type }) => type === "Ready")?.status ?? "Unknown";
}

/** The key of the taint that stands for a node's Ready status. */
export function taintKeyOf(status: ReadyStatus): string | undefined {
  if (status === "True") return undefined;
  return status === "False" ? NOT_READY_TAINT : UNREACHABLE_TAINT;
}

/** Taints with those of the life-cycle controller for one effect replaced by at most one key. */
export function withTaint(
  taints: readonly Taint[],
  effect: "NoSchedule" | "NoExecute",
  key: string | undefined,
  timeAdded: string,
): readonly Taint[] {
  const isOurs = (taint: Taint): boolean =>
    taint.effect === effect && (taint.key === NOT_READY_TAINT || taint.key === UNREACHABLE_TAINT);
  if (key !== undefined && taints.some((taint) => isOurs(taint) && taint.key === key)) {
    return taints;
  }
  const others = taints.filter((taint) => !isOurs(taint));
  if (key === undefined) return others.length === taints.length ? taints : others;
  return [...others, { key, effect, ...(effect === "NoExecute" ? { timeAdded } : {}) }];
}

/**
 * How long a pod may stay on a node with these NoExecute taints (s): 0 where one is not tolerated,
 * the shortest `tolerationSeconds` otherwise, `undefined` for ever.
 */
export function stayingSeconds({ spec }: Pod, taints: readonly Taint[]): number | undefined {
  let shortest: number | undefined;
  for (const taint of taints) {
    if (taint.effect !== "NoExecute") continue;
    const matching = (spec.tolerations ?? []).filter((one) => tolerates(one, taint));
    if (matching.length === 0) return 0;
    const seconds = shortestSeconds(matching);
    if (seconds !== undefined && (shortest === undefined || seconds < shortest)) shortest = seconds;
  }
  return shortest;
}

function shortestSeconds(tolerations: readonly Toleration[]): number | undefined {
  let shortest: number | undefined;
  for (const { tolerationSeconds } of tolerations) {
    if (tolerationSeconds === undefined) continue;
    const seconds = Math.max(0, tolerationSeconds);
    if (shortest === undefined || seconds < shortest) shortest = seconds;
  }
  return shortest;
}
