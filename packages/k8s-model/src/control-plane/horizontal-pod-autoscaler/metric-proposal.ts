import {
  type IntOrString,
  type MetricSpec,
  objectKey,
  type Pod,
  parseQuantity,
  quantityMilliValue,
  quantityText,
} from "../../api/index.ts";
import { MetricError } from "./metric-error.ts";
import type { CalculatorTimes } from "./pod-groups.ts";
import type { PodMetrics } from "./pod-metrics.ts";
import type { PodSample } from "./pod-sample.ts";
import { averageReplicas, type Proposal, utilizationReplicas } from "./replica-calculator.ts";
import { podRequestMilli } from "./requests.ts";
import type { Tolerances } from "./tolerances.ts";

/** What all metrics of one autoscaler are judged by. */
export interface MetricSituation {
  /** Pods that the scale's selector matches. */
  readonly pods: readonly Pod[];
  readonly metrics: PodMetrics | undefined;
  readonly currentReplicas: number;
  readonly tolerances: Tolerances;
  readonly times: CalculatorTimes;
}

/** Replicas that one metric asks for. Only CPU is measured; every other metric fails. */
export function metricProposal(metric: MetricSpec, situation: MetricSituation): Proposal {
  const source = metric.resource ?? metric.containerResource;
  const isResource = metric.type === "Resource" || metric.type === "ContainerResource";
  if (!isResource || source === undefined || source.name !== "cpu") {
    const what = source?.name ?? metric.type;
    throw new MetricError("unsupported-metric", `no metrics API serves ${what} here`);
  }
  const question = { ...situation, isCpu: true, samples: samplesOf(situation) };
  const { averageUtilization, averageValue } = source.target;
  if (averageValue !== undefined) return averageReplicas(question, milliOf(averageValue));
  const container = metric.containerResource?.container;
  return utilizationReplicas(question, averageUtilization ?? 0, (pod) =>
    podRequestMilli(pod, "cpu", container),
  );
}

function samplesOf({ pods, metrics }: MetricSituation): ReadonlyMap<string, PodSample> {
  if (metrics === undefined) {
    throw new MetricError(
      "no-metrics-api",
      "unable to get metrics for resource cpu: no load is simulated",
    );
  }
  const samples = new Map<string, PodSample>();
  for (const pod of pods) {
    const sample = metrics.cpu(objectKey(pod));
    if (sample !== undefined) samples.set(pod.metadata.name, sample);
  }
  return samples;
}

const milliOf = (value: IntOrString): number =>
  Number(quantityMilliValue(parseQuantity(quantityText(value))));

/** The reason of a condition that says that this kind of metric could not be read. */
export const failureReason = ({ type }: MetricSpec): string => `FailedGet${type}Metric`;
