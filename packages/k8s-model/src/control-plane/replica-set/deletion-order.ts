import type { Pod } from "../../api/index.ts";
import { timeOfTimestamp } from "../../store/index.ts";
import { isPodReady } from "../endpoint-slice/endpoint-of-pod.ts";
import { readySinceNs } from "../ownership/pod-availability.ts";

/** A pod with the number of its ReplicaSet's (and related) pods on the same node. */
export interface RankedPod {
  readonly pod: Pod;
  readonly rank: number;
}

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";

/** Sorts pods so that the first are deleted first. The order is Kubernetes', and not transitive everywhere. */
export function deletionOrder(pods: readonly RankedPod[], nowNs: number): RankedPod[] {
  return [...pods].sort((a, b) => {
    if (goesBefore(a, b, nowNs)) return -1;
    return goesBefore(b, a, nowNs) ? 1 : 0;
  });
}

/** Ranks of the candidates for deletion among all related pods. */
export function rankByNode(candidates: readonly Pod[], related: readonly Pod[]): RankedPod[] {
  const counts = new Map<string, number>();
  for (const { spec } of related) {
    const node = spec.nodeName ?? "";
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  return candidates.map((pod) => ({ pod, rank: counts.get(pod.spec.nodeName ?? "") ?? 0 }));
}

/** `ActivePodsWithRanks.Less` of Kubernetes 1.36, with logarithmic ages. */
function goesBefore(a: RankedPod, b: RankedPod, nowNs: number): boolean {
  const [left, right] = [a.pod, b.pod];
  if (unassigned(left) !== unassigned(right)) return unassigned(left);
  if (phase(left) !== phase(right)) return phase(left) < phase(right);
  if (isPodReady(left) !== isPodReady(right)) return !isPodReady(left);
  if (deletionCost(left) !== deletionCost(right)) return deletionCost(left) < deletionCost(right);
  if (a.rank !== b.rank) return a.rank > b.rank;
  if (isPodReady(left)) {
    const verdict = youngerFirst(readySinceNs(left), readySinceNs(right), a, b, nowNs);
    if (verdict !== undefined) return verdict;
  }
  const restarts = maxRestarts(left) - maxRestarts(right);
  if (restarts !== 0) return restarts > 0;
  return youngerFirst(created(left), created(right), a, b, nowNs) ?? false;
}

function unassigned({ spec }: Pod): boolean {
  return (spec.nodeName ?? "") === "";
}

function phase({ status }: Pod): number {
  return PHASE_ORDER[status?.phase ?? ""] ?? 0;
}

function created({ metadata }: Pod): number | undefined {
  return timeOfTimestamp(metadata.creationTimestamp);
}

/** By age in powers of two; equal powers by uid; a missing time goes first. */
function youngerFirst(
  left: number | undefined,
  right: number | undefined,
  a: RankedPod,
  b: RankedPod,
  nowNs: number,
): boolean | undefined {
  if (left === right) return undefined;
  if (left === undefined) return true;
  if (right === undefined) return false;
  const difference = logarithmicAge(nowNs - left) - logarithmicAge(nowNs - right);
  if (difference !== 0) return difference < 0;
  return (a.pod.metadata.uid ?? "") < (b.pod.metadata.uid ?? "");
}

const TWO_TO_32 = 4_294_967_296;

/** The power of two at or below an age, -1 for none. */
function logarithmicAge(ageNs: number): number {
  if (ageNs <= 0) return -1;
  const high = Math.floor(ageNs / TWO_TO_32);
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(ageNs);
}

function deletionCost({ metadata }: Pod): number {
  const text = metadata.annotations?.[DELETION_COST];
  if (text === undefined || !/^(0|-?[1-9]\d*)$/.test(text)) return 0;
  return Number(text);
}

function maxRestarts({ status }: Pod): number {
  const containers = (status?.containerStatuses ?? []) as readonly {
    readonly restartCount?: number;
  }[];
  let most = 0;
  for (const { restartCount = 0 } of containers) most = Math.max(most, restartCount);
  return most;
}
