import type { Cluster, Drain } from "../../cluster/index.ts";

/** How evictions of one drain waited for one budget. */
export interface BudgetWait {
  /** `namespace/name`. */
  readonly budget: string;
  readonly pods: number;
  /** The longest, from the drain's begin to the eviction, or to the end of what was observed. */
  readonly longestNs: number;
  /** Pods that it still held up at the end. */
  readonly stillWaiting: number;
  /** Its last refusal, in words. */
  readonly reason: string;
}

/** What a drain came to by the end of a run. Times in ns after warm-up. */
export interface DrainReport {
  readonly node: string;
  readonly beganNs: number;
  /** Absent where it had not ended. */
  readonly endedNs?: number;
  /** False where it was given up, or had not ended. */
  readonly isDone: boolean;
  readonly pods: number;
  readonly waits: readonly BudgetWait[];
  /** Pods that were still there. */
  readonly left: readonly string[];
}

/** All drains of a run that has ended. */
export function drainReports(cluster: Cluster, originNs: number): readonly DrainReport[] {
  return cluster.maintenance.drains.map((drain) => reportOf(drain, originNs, cluster.sim.now));
}

function reportOf(drain: Drain, originNs: number, nowNs: number): DrainReport {
  const { node, startedNs, endedNs, isDone, pods } = drain;
  return {
    node,
    beganNs: startedNs - originNs,
    ...(endedNs === undefined ? {} : { endedNs: endedNs - originNs }),
    isDone,
    pods: pods.length,
    waits: waitsOf(drain, endedNs ?? nowNs),
    left: pods.filter(({ goneNs }) => goneNs === undefined).map(({ pod }) => pod),
  };
}

function waitsOf({ pods, startedNs }: Drain, endNs: number): readonly BudgetWait[] {
  const budgets = [...new Set(pods.flatMap(({ budget }) => budget ?? []))].sort();
  return budgets.map((budget) => {
    const held = pods.filter((pod) => pod.budget === budget);
    const untilNs = held.map(({ evictedNs, goneNs }) => evictedNs ?? goneNs ?? endNs);
    return {
      budget,
      pods: held.length,
      longestNs: Math.max(...untilNs) - startedNs,
      stillWaiting: held.filter((pod) => (pod.evictedNs ?? pod.goneNs) === undefined).length,
      reason: held.at(-1)?.reason ?? "",
    };
  });
}

/** The drain in a sentence. */
export function drainInWords(report: DrainReport): string {
  const { node, pods, beganNs, endedNs, isDone, left, waits } = report;
  const took =
    endedNs === undefined
      ? "had not ended when the run did"
      : isDone
        ? `took ${seconds(endedNs - beganNs)}`
        : `was given up after ${seconds(endedNs - beganNs)}`;
  const what = `The drain of ${node} (${pods} ${pods === 1 ? "pod" : "pods"}) ${took}`;
  const stays = left.length === 0 ? "" : `, with ${left.length} still there`;
  const waited = waits.map(waitInWords);
  return `${what}${stays}${waited.length === 0 ? "" : `: ${waited.join("; ")}`}.`;
}

function waitInWords({ budget, pods, longestNs, stillWaiting, reason }: BudgetWait): string {
  const who = pods === 1 ? "1 eviction waited" : `${pods} evictions waited`;
  const still = stillWaiting === 0 ? "" : `, ${stillWaiting} of them in vain`;
  return `${who} up to ${seconds(longestNs)} for budget ${budget}${still} (${reason})`;
}

function seconds(ns: number): string {
  return `${(ns / 1e9).toFixed(1)} s`;
}
