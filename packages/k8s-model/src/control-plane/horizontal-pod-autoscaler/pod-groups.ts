import type { Pod } from "../../api/index.ts";
import { timeOfTimestamp } from "../../store/index.ts";
import { isPodTerminating } from "../endpoint-slice/endpoint-of-pod.ts";
import type { PodSample, PodSamples } from "./pod-sample.ts";

/** When a sample of a starting pod counts. */
export interface CalculatorTimes {
  readonly nowNs: number;
  /** `--horizontal-pod-autoscaler-cpu-initialization-period`. */
  readonly cpuInitializationPeriodNs: number;
  /** `--horizontal-pod-autoscaler-initial-readiness-delay`. */
  readonly initialReadinessDelayNs: number;
}

/** The pods of a scale target by what their samples are worth. */
export interface PodGroups {
  /** Samples that count, by pod. */
  readonly ready: PodSamples;
  /** How many pods have a sample that counts. */
  readonly readyCount: number;
  readonly unready: readonly string[];
  readonly missing: readonly string[];
}

/**
 * Sorts the pods: those that end or have failed are left out, pending ones are unready, the rest
 * is missing without a sample, and for CPU unready while the sample is that of a start.
 */
export function groupPods(
  pods: readonly Pod[],
  samples: PodSamples,
  isCpu: boolean,
  times: CalculatorTimes,
): PodGroups {
  const ready = new Map(samples);
  const unready: string[] = [];
  const missing: string[] = [];
  let readyCount = 0;
  for (const pod of pods) {
    const { name } = pod.metadata;
    const sample = samples.get(name);
    if (isPodTerminating(pod) || pod.status?.phase === "Failed") ready.delete(name);
    else if (pod.status?.phase === "Pending") unready.push(name);
    else if (sample === undefined) missing.push(name);
    else if (isCpu && isStarting(pod, sample, times)) unready.push(name);
    else readyCount++;
  }
  for (const name of unready) ready.delete(name);
  return { ready, readyCount, unready, missing };
}

/** Whether a CPU sample may be that of a start and not of work. */
function isStarting({ status }: Pod, sample: PodSample, times: CalculatorTimes): boolean {
  const condition = status?.conditions?.find(({ type }) => type === "Ready");
  const startNs = timeOfTimestamp(status?.startTime as string | undefined);
  if (condition === undefined || startNs === undefined) return true;
  const changedNs = timeOfTimestamp(condition.lastTransitionTime) ?? Number.NEGATIVE_INFINITY;
  const isFalse = condition.status === "False";
  if (startNs + times.cpuInitializationPeriodNs > times.nowNs) {
    return isFalse || sample.atNs < changedNs + sample.windowNs;
  }
  return isFalse && startNs + times.initialReadinessDelayNs > changedNs;
}
