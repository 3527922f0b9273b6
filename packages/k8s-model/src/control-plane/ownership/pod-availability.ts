import type { Pod } from "../../api/index.ts";
import { timeOfTimestamp } from "../../store/index.ts";
import { isPodReady, isPodTerminal, isPodTerminating } from "../endpoint-slice/endpoint-of-pod.ts";

const NS_PER_SECOND = 1_000_000_000;

/** Neither ended nor being deleted: what counts against the replicas that are wanted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && !isPodTerminating(pod);
}

/** Since when the pod is ready (ns); `undefined` where it is not, or does not say since when. */
export function readySinceNs(pod: Pod): number | undefined {
  const condition = pod.status?.conditions?.find(({ type }) => type === "Ready");
  if (condition?.status !== "True") return undefined;
  return timeOfTimestamp(condition.lastTransitionTime);
}

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowNs: number): boolean {
  if (!isPodReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const since = readySinceNs(pod);
  return since !== undefined && since + minReadySeconds * NS_PER_SECOND <= nowNs;
}

/** How long until the next ready pod becomes available (ns), if one is on its way. */
export function untilAvailableNs(
  pods: readonly Pod[],
  minReadySeconds: number,
  nowNs: number,
): number | undefined {
  if (minReadySeconds === 0) return undefined;
  let soonest: number | undefined;
  for (const pod of pods) {
    const since = readySinceNs(pod);
    if (since === undefined) continue;
    const left = since + minReadySeconds * NS_PER_SECOND - nowNs;
    if (left > 0 && (soonest === undefined || left < soonest)) soonest = left;
  }
  return soonest;
}
