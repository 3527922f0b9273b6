import type { Deployment, IntOrString } from "../../api/index.ts";

/** How far a rolling update may exceed and undercut the wanted replicas. */
export interface Fenceposts {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** Percentages of the replicas: surge rounds up, unavailable rounds down; both zero becomes 0 and 1. */
export function resolveFenceposts(
  maxSurge: IntOrString | undefined,
  maxUnavailable: IntOrString | undefined,
  replicas: number,
): Fenceposts {
  const surge = scaled(maxSurge ?? 0, replicas, Math.ceil);
  const unavailable = scaled(maxUnavailable ?? 0, replicas, Math.floor);
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** The fenceposts of a Deployment; none unless it rolls. */
export function fencepostsOf({ spec }: Deployment): Fenceposts {
  const replicas = spec.replicas ?? 1;
  const strategy = spec.strategy;
  if ((strategy?.type ?? "RollingUpdate") !== "RollingUpdate") {
    return { maxSurge: 0, maxUnavailable: 0 };
  }
  const { maxSurge = "25%", maxUnavailable = "25%" } = strategy?.rollingUpdate ?? {};
  const resolved = resolveFenceposts(maxSurge, maxUnavailable, replicas);
  return {
    maxSurge: resolved.maxSurge,
    maxUnavailable: replicas === 0 ? 0 : Math.min(resolved.maxUnavailable, replicas),
  };
}

function scaled(value: IntOrString, total: number, round: (value: number) => number): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? 0 : round((Number(percent) * total) / 100);
}
