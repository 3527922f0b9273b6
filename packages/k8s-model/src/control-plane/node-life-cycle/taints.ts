import type { Node, Pod, Taint, Toleration } from "../../api/index.ts";
import { NOT_READY_TAINT, UNREACHABLE_TAINT } from "../admission.ts";
import { tolerates } from "../scheduler/tolerations.ts";

export type ReadyStatus = "True" | "False" | "Unknown";

export function readyStatusOf({ status }: Node): ReadyStatus {
  return status?.conditions?.find(({ type }) => type === "Ready")?.status ?? "Unknown";
}

/** The key of the taint that stands for a node's Ready status. */
function taintKeyOf(status: ReadyStatus): string | undefined {
  if (status === "True") return undefined;
  return status === "False" ? NOT_READY_TAINT : UNREACHABLE_TAINT;
}

const isNoExecute = (taint: Taint, key: string): boolean =>
  taint.effect === "NoExecute" && taint.key === key;

/** A node's taints with the NoExecute taint of its Ready status, and without that of the other. */
export function withNoExecuteTaint(
  taints: readonly Taint[],
  status: ReadyStatus,
  timeAdded: string,
): readonly Taint[] {
  const key = taintKeyOf(status);
  if (key === undefined) return taints;
  if (taints.some((taint) => isNoExecute(taint, key))) return withoutNoExecuteTaints(taints, key);
  const others = withoutNoExecuteTaints(taints);
  return [...others, { key, effect: "NoExecute", timeAdded }];
}

/** The taints without the life cycle's NoExecute taints, but one; the same array where there are none. */
function withoutNoExecuteTaints(taints: readonly Taint[], but?: string): readonly Taint[] {
  const goes = (taint: Taint): boolean =>
    [NOT_READY_TAINT, UNREACHABLE_TAINT].some((key) => key !== but && isNoExecute(taint, key));
  return taints.some(goes) ? taints.filter((taint) => !goes(taint)) : taints;
}

/**
 * What a look at a node's health changes at once (`processTaintBaseEviction`): a ready node loses
 * its NoExecute taints, one that is tainted for the other status changes over. A first NoExecute
 * taint comes from the zone's queue alone.
 */
export function afterHealthCheck(
  taints: readonly Taint[],
  status: ReadyStatus,
  timeAdded: string,
): readonly Taint[] {
  if (status === "True") return withoutNoExecuteTaints(taints);
  const other = status === "False" ? UNREACHABLE_TAINT : NOT_READY_TAINT;
  const changesOver = taints.some((taint) => isNoExecute(taint, other));
  return changesOver ? withNoExecuteTaint(taints, status, timeAdded) : taints;
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
