import type { Pod, StatefulSet } from "../../api/index.ts";

/** A place of the StatefulSet with the pod that fills it, if one does. */
export interface Replica {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

/** The pods of a StatefulSet by what is to become of them. */
export interface Replicas {
  /** One for each wanted ordinal, upward. */
  readonly wanted: readonly Replica[];
  /** Pods outside of the wanted ordinals, from the highest ordinal down. */
  readonly condemned: readonly Pod[];
}

/** Sorts pods into the places from `ordinals.start` on and what is beyond these. */
export function replicasOf(statefulSet: StatefulSet, pods: readonly Pod[]): Replicas {
  const first = startOrdinal(statefulSet);
  const count = statefulSet.spec.replicas ?? 1;
  const places: (Pod | undefined)[] = Array.from({ length: count }, () => undefined);
  const condemned: { readonly ordinal: number; readonly pod: Pod }[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(pod, statefulSet);
    if (ordinal === undefined) continue;
    if (ordinal >= first && ordinal < first + count) places[ordinal - first] = pod;
    else condemned.push({ ordinal, pod });
  }
  condemned.sort((a, b) => b.ordinal - a.ordinal);
  return {
    wanted: places.map((pod, index) => ({ ordinal: first + index, pod })),
    condemned: condemned.map(({ pod }) => pod),
  };
}

export function startOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0;
}

/** 3 of `db-3`, if the pod's name is that of a replica. */
export function ordinalOf({ metadata }: Pod, statefulSet: StatefulSet): number | undefined {
  const prefix = `${statefulSet.metadata.name}-`;
  const text = metadata.name.startsWith(prefix) ? metadata.name.slice(prefix.length) : "";
  return /^(0|[1-9]\d*)$/.test(text) ? Number(text) : undefined;
}
