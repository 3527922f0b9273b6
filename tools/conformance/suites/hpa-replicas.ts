import type { HorizontalPodAutoscalerBehavior, Pod } from "@k8s-netsim/k8s-model/api";
import { autoscaling } from "@k8s-netsim/k8s-model/control-plane";
import { timestampAt } from "@k8s-netsim/k8s-model/store";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";

interface VectorPod {
  readonly name: string;
  readonly requestMilli: number;
  readonly phase: "Pending" | "Running" | "Succeeded" | "Failed";
  readonly deleted?: boolean;
  readonly startAgeSeconds: number;
  readonly readyStatus: "" | "True" | "False" | "Unknown";
  readonly readyTransitionAgeSeconds: number;
  readonly metric: {
    readonly value: number;
    readonly ageSeconds: number;
    readonly windowSeconds: number;
  } | null;
}

interface CalculatorInput {
  readonly part: "calculator";
  readonly metric: string;
  readonly pods: readonly VectorPod[];
  readonly currentReplicas: number;
  readonly statusReplicas?: number;
  readonly cpuInitializationPeriodSeconds: number;
  readonly initialReadinessDelaySeconds: number;
  readonly targetUtilization?: number;
  readonly targetMilli?: number;
  readonly targetAverageMilli?: number;
  readonly valueMilli?: number;
  readonly valuesMilli?: readonly number[];
  readonly toleranceDown: number;
  readonly toleranceUp: number;
}

/** Age in ms and value, oldest first. */
type Entries = readonly (readonly [ageMs: number, value: number])[];

interface NormalisationInput {
  readonly part: "noBehavior" | "behavior";
  readonly currentReplicas: number;
  readonly desiredReplicas: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly downscaleStabilizationWindowSeconds: number;
  readonly recommendations: Entries;
  readonly scaleUpEvents?: Entries;
  readonly scaleDownEvents?: Entries;
  readonly behavior?: HorizontalPodAutoscalerBehavior;
  readonly behaviorDefaulted?: object;
}

type Input = CalculatorInput | NormalisationInput;

const NS_PER_SECOND = 1e9;
const NS_PER_MS = 1e6;
/** Half a second off a whole one: pods' times are whole seconds and half a second older than told. */
const NOW_NS = 100_000.5 * NS_PER_SECOND;

/** `--horizontal-pod-autoscaler-tolerance`. */
const TOLERANCE = 0.1;

export const hpaReplicas: Suite<Input, Record<string, unknown>> = {
  name: "hpa_replicas",
  about:
    "a HorizontalPodAutoscaler: replicas, usage and error by metric; what stabilisation, policies and limits make of them, conditions, memory afterwards",
  fields: ["input.part", "output.replicas"],
  run: (input, output) =>
    judge(
      input.part === "calculator"
        ? differences(output, withClass(calculated(input), output.error))
        : [
            ...differences(output, normalised(input)),
            ...differences(input.behaviorDefaulted, defaulted(input), "behaviorDefaulted"),
          ],
    ),
};

const ERROR_CLASSES: Readonly<Record<string, string>> = {
  "no-usable-metrics": "no usable metrics",
  "missing-request": "missing request",
};

/** Errors of other classes than these are compared as errors: their words are only loosely told. */
function withClass(ours: Record<string, unknown>, theirs: unknown): Record<string, unknown> {
  const isKnown = Object.values(ERROR_CLASSES).includes(String(ours.error));
  const bothFail = ours.error !== null && typeof theirs === "string";
  return bothFail && !isKnown ? { ...ours, error: theirs } : ours;
}

function calculated(input: CalculatorInput): Record<string, unknown> {
  const utilization = input.targetUtilization !== undefined;
  try {
    const { replicas, usage, rawAverageMilli } = proposal(input);
    return utilization
      ? { error: null, replicas, utilization: usage, rawAverageMilli }
      : { error: null, replicas, usageMilli: usage };
  } catch (error) {
    if (!(error instanceof autoscaling.MetricError)) throw error;
    const kind = ERROR_CLASSES[error.code] ?? error.code;
    return utilization
      ? { error: kind, replicas: 0, utilization: 0, rawAverageMilli: 0 }
      : { error: kind, replicas: 0, usageMilli: 0 };
  }
}

function proposal(input: CalculatorInput): autoscaling.Proposal {
  const { metric, currentReplicas, targetUtilization = 0, targetMilli = 0 } = input;
  const { statusReplicas = 0, targetAverageMilli = 0 } = input;
  const resource = metric === "memoryUtilization" ? "memory" : "cpu";
  const pods = input.pods.map((pod) => podOf(pod, resource));
  const tolerances = { scaleDown: input.toleranceDown, scaleUp: input.toleranceUp };
  const perPod = questionOf(input, pods, tolerances);
  const valueMilli = input.valueMilli ?? (input.valuesMilli ?? []).reduce((a, b) => a + b, 0);
  const value = { valueMilli, currentReplicas, tolerances };
  switch (metric) {
    case "cpuUtilization":
    case "memoryUtilization":
      return autoscaling.utilizationReplicas(perPod, targetUtilization, (pod) =>
        autoscaling.podRequestMilli(pod, resource),
      );
    case "podsMetric":
    case "rawCpu":
      return autoscaling.averageReplicas(perPod, targetAverageMilli);
    case "objectValue":
    case "externalValue":
      return autoscaling.valueReplicas(value, targetMilli, pods);
    default:
      return autoscaling.valuePerPodReplicas(
        { ...value, currentReplicas: statusReplicas },
        targetAverageMilli,
      );
  }
}

function questionOf(
  input: CalculatorInput,
  pods: readonly Pod[],
  tolerances: autoscaling.PodMetricQuestion["tolerances"],
): autoscaling.PodMetricQuestion {
  const samples = new Map<string, { valueMilli: number; atNs: number; windowNs: number }>();
  for (const { name, metric } of input.pods) {
    if (metric === null) continue;
    samples.set(name, {
      valueMilli: metric.value,
      atNs: NOW_NS - (metric.ageSeconds + 0.25) * NS_PER_SECOND,
      windowNs: metric.windowSeconds * NS_PER_SECOND,
    });
  }
  return {
    pods,
    samples,
    currentReplicas: input.currentReplicas,
    tolerances,
    isCpu: input.metric === "cpuUtilization" || input.metric === "rawCpu",
    times: {
      nowNs: NOW_NS,
      cpuInitializationPeriodNs: input.cpuInitializationPeriodSeconds * NS_PER_SECOND,
      initialReadinessDelayNs: input.initialReadinessDelaySeconds * NS_PER_SECOND,
    },
  };
}

/** Requests are told in thousandths of a CPU, or in bytes. */
function podOf(given: VectorPod, resource: "cpu" | "memory"): Pod {
  const { name, requestMilli, phase, startAgeSeconds, readyStatus } = given;
  const ago = (seconds: number): string => timestampAt(NOW_NS - (seconds + 0.5) * NS_PER_SECOND);
  const request = resource === "cpu" ? `${requestMilli}m` : `${requestMilli}`;
  const ready = {
    type: "Ready",
    status: readyStatus as "True" | "False" | "Unknown",
    lastTransitionTime: ago(given.readyTransitionAgeSeconds),
  };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...(given.deleted === true ? { deletionTimestamp: ago(0) } : {}) },
    spec: {
      containers: [
        {
          name: "main",
          resources: requestMilli < 0 ? {} : { requests: { [resource]: request } },
        },
      ],
    },
    status: {
      phase,
      ...(startAgeSeconds < 0 ? {} : { startTime: ago(startAgeSeconds) }),
      conditions: readyStatus === "" ? [] : [ready],
    },
  };
}

function defaulted({ behavior }: NormalisationInput): object | undefined {
  if (behavior === undefined) return undefined;
  return withoutNulls(autoscaling.defaultedBehavior(behavior));
}

const withoutNulls = (value: object): object => JSON.parse(JSON.stringify(value)) as object;

function normalised(input: NormalisationInput): Record<string, unknown> {
  const { behavior } = input;
  const stored = behavior === undefined ? undefined : autoscaling.defaultedBehavior(behavior);
  const { replicas, ableToScale, scalingLimited, memory } = autoscaling.normaliseReplicas({
    ...input,
    behavior: stored,
    downscaleStabilizationSeconds: input.downscaleStabilizationWindowSeconds,
    memory: {
      recommendations: input.recommendations.map(([ageMs, value]) => ({
        atNs: NOW_NS - ageMs * NS_PER_MS,
        replicas: value,
      })),
      scaleUpEvents: eventsOf(input.scaleUpEvents),
      scaleDownEvents: eventsOf(input.scaleDownEvents),
    },
    nowNs: NOW_NS,
  });
  const tolerances = autoscaling.tolerancesOf(stored, TOLERANCE);
  return {
    replicas,
    conditions: { AbleToScale: ableToScale, ScalingLimited: scalingLimited },
    stateAfter: {
      recommendations: memory.recommendations.map(({ atNs, replicas: value }) => [
        ageMs(atNs),
        value,
      ]),
      scaleUpEvents: memory.scaleUpEvents.map(({ atNs, change }) => [ageMs(atNs), change]),
      scaleDownEvents: memory.scaleDownEvents.map(({ atNs, change }) => [ageMs(atNs), change]),
    },
    ...(input.part === "behavior"
      ? { toleranceDown: tolerances.scaleDown, toleranceUp: tolerances.scaleUp }
      : {}),
  };
}

function eventsOf(entries: Entries = []): { readonly atNs: number; readonly change: number }[] {
  return entries.map(([age, value]) => ({ atNs: NOW_NS - age * NS_PER_MS, change: value }));
}

const ageMs = (atNs: number): number => Math.round((NOW_NS - atNs) / NS_PER_MS / 100) * 100;
