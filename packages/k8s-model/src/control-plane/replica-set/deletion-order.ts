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
  return pods
    .map((ranked) => keyOf(ranked, nowNs))
    .sort(compare)
    .map(({ ranked }) => ranked);
}

/** Fewer pods than this are sorted as a whole. */
const FEW_PODS = 1000;

/**
 * The first of {@link deletionOrder}. Of many pods few are picked without sorting the rest; where the
 * order is not transitive that may be other ones, as with another way of sorting.
 */
export function firstToDelete(
  pods: readonly RankedPod[],
  count: number,
  nowNs: number,
): readonly RankedPod[] {
  if (pods.length < FEW_PODS || count > pods.length / 4) {
    return deletionOrder(pods, nowNs).slice(0, count);
  }
  let kept: SortKey[] = [];
  let last: SortKey | undefined;
  for (const ranked of pods) {
    const key = keyOf(ranked, nowNs);
    if (last !== undefined && compare(key, last) >= 0) continue;
    kept.push(key);
    if (kept.length < 2 * count) continue;
    kept = kept.sort(compare).slice(0, count);
    last = kept.at(-1);
  }
  return kept
    .sort(compare)
    .slice(0, count)
    .map(({ ranked }) => ranked);
}

/** Ranks of the candidates for deletion: the pods of all related ReplicaSets on the same node. */
export function rankByNode(
  candidates: readonly Pod[],
  related: readonly { readonly onNode: ReadonlyMap<string, number> }[],
): RankedPod[] {
  return candidates.map((pod) => {
    let rank = 0;
    for (const { onNode } of related) rank += onNode.get(pod.spec.nodeName ?? "") ?? 0;
    return { pod, rank };
  });
}

/** What two pods are compared by, read once for each. */
interface SortKey {
  readonly ranked: RankedPod;
  readonly assigned: boolean;
  readonly phase: number;
  readonly ready: boolean;
  readonly deletionCost: number;
  readonly readySinceNs: number | undefined;
  readonly readyAge: number;
  readonly restarts: number;
  readonly createdNs: number | undefined;
  readonly createdAge: number;
  readonly uid: string;
}

function keyOf(ranked: RankedPod, nowNs: number): SortKey {
  const { pod } = ranked;
  const ready = isPodReady(pod);
  const since = ready ? readySinceNs(pod) : undefined;
  const createdNs = timeOfTimestamp(pod.metadata.creationTimestamp);
  return {
    ranked,
    assigned: (pod.spec.nodeName ?? "") !== "",
    phase: PHASE_ORDER[pod.status?.phase ?? ""] ?? 0,
    ready,
    deletionCost: deletionCost(pod),
    readySinceNs: since,
    readyAge: since === undefined ? 0 : logarithmicAge(nowNs - since),
    restarts: maxRestarts(pod),
    createdNs,
    createdAge: createdNs === undefined ? 0 : logarithmicAge(nowNs - createdNs),
    uid: pod.metadata.uid ?? "",
  };
}

/** `ActivePodsWithRanks.Less` of Kubernetes 1.36, with logarithmic ages. */
function compare(a: SortKey, b: SortKey): number {
  if (a.assigned !== b.assigned) return a.assigned ? 1 : -1;
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.ready !== b.ready) return a.ready ? 1 : -1;
  if (a.deletionCost !== b.deletionCost) return a.deletionCost - b.deletionCost;
  if (a.ranked.rank !== b.ranked.rank) return b.ranked.rank - a.ranked.rank;
  if (a.readySinceNs !== b.readySinceNs) {
    return youngerFirst(a.readySinceNs, b.readySinceNs, a.readyAge - b.readyAge, a, b);
  }
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  if (a.createdNs === b.createdNs) return 0;
  return youngerFirst(a.createdNs, b.createdNs, a.createdAge - b.createdAge, a, b);
}

/** By age in powers of two; equal powers by uid; a missing time goes first. */
function youngerFirst(
  left: number | undefined,
  right: number | undefined,
  difference: number,
  a: SortKey,
  b: SortKey,
): number {
  if (left === undefined) return -1;
  if (right === undefined) return 1;
  if (difference !== 0) return difference;
  return a.uid < b.uid ? -1 : a.uid > b.uid ? 1 : 0;
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
