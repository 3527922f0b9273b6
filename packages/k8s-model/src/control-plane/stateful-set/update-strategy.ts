import type { IntOrString, StatefulSet } from "../../api/index.ts";

/** How a StatefulSet's pods come to a new template. */
export interface UpdateStrategy {
  readonly type: "RollingUpdate" | "OnDelete";
  /** Replicas below this place keep the current revision. */
  readonly partition: number;
  readonly maxUnavailable: IntOrString | undefined;
}

export function updateStrategyOf({ spec }: StatefulSet): UpdateStrategy {
  const { type, rollingUpdate } = (spec.updateStrategy ?? {}) as {
    readonly type?: string;
    readonly rollingUpdate?: {
      readonly partition?: number;
      readonly maxUnavailable?: IntOrString;
    };
  };
  return {
    type: type === "OnDelete" ? "OnDelete" : "RollingUpdate",
    partition: rollingUpdate?.partition ?? 0,
    maxUnavailable: rollingUpdate?.maxUnavailable,
  };
}

/** `maxUnavailable` as a number of pods: percentages round down, and one at least may go. */
export function resolveMaxUnavailable(value: IntOrString | undefined, replicas: number): number {
  if (value === undefined) return 1;
  if (typeof value === "number") return Math.max(1, value);
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return Math.max(1, Math.floor((Number(percent ?? 0) * replicas) / 100));
}
