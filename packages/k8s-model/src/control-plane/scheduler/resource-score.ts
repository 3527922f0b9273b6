import type { NodeState } from "./node-state.ts";
import type { ResourceVector } from "./resources.ts";

/** A point of RequestedToCapacityRatio's curve: utilization in percent, score from 0 to 10. */
export interface UtilizationShapePoint {
  readonly utilization: number;
  readonly score: number;
}

/** How NodeResourcesFit ranks nodes; CPU and memory weigh the same. */
export type ScoringStrategy =
  | { readonly type: "LeastAllocated" | "MostAllocated" }
  | {
      readonly type: "RequestedToCapacityRatio";
      /** By rising utilization. */
      readonly shape: readonly UtilizationShapePoint[];
    };

const MAX_SCORE = 100;

/** NodeResourcesFit's score from 0 to 100, by requests with the floor of 100m and 200 Mi. */
export function fitScore(node: NodeState, pod: ResourceVector, strategy: ScoringStrategy): number {
  const { milliCpu, memory } = node.allocatable;
  const scores: number[] = [];
  const requestedCpu = node.scoringMilliCpu + pod.milliCpu;
  if (milliCpu !== 0) scores.push(resourceScore(requestedCpu, milliCpu, strategy));
  const requestedMemory = node.scoringMemory + pod.memory;
  if (memory !== 0) scores.push(resourceScore(requestedMemory, memory, strategy));
  const ratio = strategy.type === "RequestedToCapacityRatio";
  const counted = ratio ? scores.filter((score) => score > 0) : scores;
  if (counted.length === 0) return 0;
  const mean = counted.reduce((sum, score) => sum + score, 0) / counted.length;
  return ratio ? Math.round(mean) : Math.trunc(mean);
}

/**
 * NodeResourcesBalancedAllocation's score: how much evener the node's CPU and memory are used with
 * the pod than without, by real requests; 75 when nothing changes (release 1.36).
 */
export function balanceScore(node: NodeState, pod: ResourceVector): number {
  const { requestedMilliCpu: cpu, requestedMemory: memory } = node;
  const after = balance(node.allocatable, cpu + pod.milliCpu, memory + pod.memory);
  const before = balance(node.allocatable, cpu, memory);
  const half = MAX_SCORE / 2;
  return half + Math.trunc((half + after - before) / 2);
}

function resourceScore(requested: number, has: number, strategy: ScoringStrategy): number {
  switch (strategy.type) {
    case "LeastAllocated":
      return requested > has ? 0 : Math.trunc(((has - requested) * MAX_SCORE) / has);
    case "MostAllocated":
      return Math.trunc((Math.min(requested, has) * MAX_SCORE) / has);
    case "RequestedToCapacityRatio": {
      const used = requested > has ? 100 : Math.trunc((requested * 100) / has);
      return onCurve(strategy.shape, used);
    }
  }
}

function balance(allocatable: ResourceVector, milliCpu: number, memory: number): number {
  // With one resource or none there is nothing to balance.
  if (allocatable.milliCpu === 0 || allocatable.memory === 0) return MAX_SCORE;
  const cpuShare = Math.min(milliCpu / allocatable.milliCpu, 1);
  const memoryShare = Math.min(memory / allocatable.memory, 1);
  return Math.trunc((1 - Math.abs((cpuShare - memoryShare) / 2)) * MAX_SCORE);
}

/** The broken line through the points, in whole numbers; scores of 0 to 10 become 0 to 100. */
function onCurve(shape: readonly UtilizationShapePoint[], used: number): number {
  for (const [index, point] of shape.entries()) {
    if (used > point.utilization) continue;
    const before = shape[index - 1];
    if (before === undefined) return point.score * 10;
    const rise = (point.score - before.score) * 10 * (used - before.utilization);
    return before.score * 10 + Math.trunc(rise / (point.utilization - before.utilization));
  }
  return (shape.at(-1)?.score ?? 0) * 10;
}
