import type { IntOrString, StatefulSet } from "../../api/index.ts";

/** How a StatefulSet's pods come to a new template. */
export interface UpdateStrategy {
  readonly type: "RollingUpdate" | "OnDelete";
  readonly rollingUpdate?: {
    /** Replicas below this place keep the current revision; 0 where it is not given. */
    readonly partition?: number;
    readonly maxUnavailable?: IntOrString;
  };
}

export function updateStrategyOf({ spec }: StatefulSet): UpdateStrategy {
  const strategy = (spec.updateStrategy ?? {}) as Partial<UpdateStrategy>;
  const { type = "RollingUpdate", rollingUpdate } = strategy;
  if (rollingUpdate === undefined) return { type };
  return { type, rollingUpdate: { ...rollingUpdate, partition: rollingUpdate.partition ?? 0 } };
}

/** `maxUnavailable` as a number of pods: percentages round down, and one at least may go. */
export function resolveMaxUnavailable(value: IntOrString | undefined, replicas: number): number {
  if (value === undefined) return 1;
  if (typeof value === "number") return Math.max(1, value);
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return Math.max(1, Math.floor((Number(percent ?? 0) * replicas) / 100));
}
