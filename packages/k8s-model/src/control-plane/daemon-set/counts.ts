import type { DaemonSet, IntOrString } from "../../api/index.ts";
import type { DaemonSync } from "./sync.ts";

/** How many nodes are to run the daemon, and how far an update may go above and below. */
export interface DaemonCounts {
  readonly desiredNumberScheduled: number;
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

interface RollingUpdate {
  readonly maxUnavailable?: IntOrString;
  readonly maxSurge?: IntOrString;
}

interface UpdateStrategy {
  readonly type?: string;
  readonly rollingUpdate?: RollingUpdate;
}

const updateStrategyOf = ({ spec }: DaemonSet): UpdateStrategy =>
  (spec.updateStrategy ?? {}) as UpdateStrategy;

/** Whether pods are updated only where somebody deletes them. */
export function updatesOnDelete(daemonSet: DaemonSet): boolean {
  return updateStrategyOf(daemonSet).type === "OnDelete";
}

/** Whether an update makes the new pod of a node before it takes the old one away. */
export function allowsSurge(daemonSet: DaemonSet): boolean {
  return surgeOf(daemonSet, 1) > 0;
}

/** `maxSurge` and `maxUnavailable` as numbers of nodes: both round up, and one of them is not 0. */
export function resolveCounts({ daemonSet, nodes, fit }: DaemonSync): DaemonCounts {
  const desired = nodes.filter((node) => fit(node).shouldRun).length;
  const maxSurge = surgeOf(daemonSet, desired);
  const { maxUnavailable = 1 } = updateStrategyOf(daemonSet).rollingUpdate ?? {};
  const unavailable = updatesOnDelete(daemonSet) ? 0 : scaled(maxUnavailable, desired);
  const impossible = desired > 0 && maxSurge === 0 && unavailable === 0;
  return {
    desiredNumberScheduled: desired,
    maxSurge,
    maxUnavailable: impossible ? 1 : unavailable,
  };
}

function surgeOf(daemonSet: DaemonSet, desired: number): number {
  if (updatesOnDelete(daemonSet)) return 0;
  return scaled(updateStrategyOf(daemonSet).rollingUpdate?.maxSurge ?? 0, desired);
}

/** Percentages round up. */
function scaled(value: IntOrString, total: number): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value)?.[1];
  return percent === undefined ? 0 : Math.ceil((Number(percent) * total) / 100);
}
