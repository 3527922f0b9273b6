import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerStatus,
  MetricSpec,
  Pod,
} from "../../api/index.ts";
import { timestampAt } from "../../store/index.ts";
import { defaultedBehavior } from "./behavior.ts";
import { type AutoscalerMemory, NO_MEMORY } from "./memory.ts";
import { MetricError } from "./metric-error.ts";
import { failureReason, type MetricSituation, metricProposal } from "./metric-proposal.ts";
import { normaliseReplicas } from "./normalise.ts";
import type { AutoscalerOptions } from "./options.ts";
import type { PodMetrics } from "./pod-metrics.ts";
import type { Proposal } from "./replica-calculator.ts";
import { tolerancesOf } from "./tolerances.ts";

/** The scale of what an autoscaler targets. */
export interface TargetScale {
  readonly specReplicas: number;
  readonly statusReplicas: number;
  /** Pods that its selector matches. */
  readonly pods: readonly Pod[];
}

export interface ObservedAutoscaler {
  readonly autoscaler: HorizontalPodAutoscaler;
  readonly scale: TargetScale | undefined;
  readonly metrics: PodMetrics | undefined;
  /** From the last pass; undefined at the first. */
  readonly memory: AutoscalerMemory | undefined;
  readonly options: AutoscalerOptions;
  readonly nowNs: number;
}

export interface AutoscalerPlan {
  /** The replicas that the target is to have, where they change. */
  readonly rescaleTo?: number;
  readonly status: HorizontalPodAutoscalerStatus;
  readonly memory: AutoscalerMemory;
}

/** What is stored when nothing is said: one replica at least, 80 % of the CPU requests. */
const DEFAULT_METRICS: readonly MetricSpec[] = [
  {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
  },
];

type ConditionType = HorizontalPodAutoscalerCondition["type"];
type Conditions = Map<ConditionType, readonly ["True" | "False", string, string?]>;

/** One pass over one autoscaler (`reconcileAutoscaler`). */
export function planAutoscaler(observed: ObservedAutoscaler): AutoscalerPlan {
  const { autoscaler, scale, nowNs } = observed;
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  const conditions: Conditions = new Map();
  if (scale === undefined) {
    const { kind, name } = autoscaler.spec.scaleTargetRef;
    conditions.set("AbleToScale", ["False", "FailedGetScale", `no ${kind} "${name}"`]);
    return finished(observed, conditions, 0, 0, observed.memory ?? NO_MEMORY);
  }
  const current = scale.specReplicas;
  const memory = observed.memory ?? {
    ...NO_MEMORY,
    recommendations: [{ atNs: nowNs, replicas: current }],
  };
  conditions.set("AbleToScale", ["True", "SucceededGetScale"]);
  if (current === 0 && minReplicas !== 0) {
    conditions.set("ScalingActive", ["False", "ScalingDisabled"]);
    return finished(observed, conditions, current, current, memory);
  }
  if (current > maxReplicas) return finished(observed, conditions, current, maxReplicas, memory);
  if (current < minReplicas) return finished(observed, conditions, current, minReplicas, memory);
  return byMetrics(observed, scale, conditions, memory);
}

function byMetrics(
  observed: ObservedAutoscaler,
  scale: TargetScale,
  conditions: Conditions,
  memory: AutoscalerMemory,
): AutoscalerPlan {
  const { autoscaler, options, nowNs } = observed;
  const { minReplicas = 1, maxReplicas } = autoscaler.spec;
  const currentReplicas = scale.specReplicas;
  const { wanted, currentMetrics } = largestProposal(observed, scale, conditions);
  if (wanted === undefined) {
    return finished(observed, conditions, currentReplicas, currentReplicas, memory, currentMetrics);
  }
  const behavior = autoscaler.spec.behavior;
  const normalised = normaliseReplicas({
    currentReplicas,
    desiredReplicas: wanted,
    minReplicas,
    maxReplicas,
    behavior: behavior === undefined ? undefined : defaultedBehavior(behavior),
    downscaleStabilizationSeconds: options.downscaleStabilizationSeconds,
    memory,
    nowNs,
  });
  conditions.set("AbleToScale", normalised.ableToScale);
  conditions.set("ScalingLimited", normalised.scalingLimited);
  return finished(
    observed,
    conditions,
    currentReplicas,
    normalised.replicas,
    normalised.memory,
    currentMetrics,
  );
}

interface Proposals {
  /** Undefined where metrics fail, and those that do not would only make fewer pods. */
  readonly wanted: number | undefined;
  readonly currentMetrics: readonly unknown[];
}

function largestProposal(
  { autoscaler, metrics, options, nowNs }: ObservedAutoscaler,
  { specReplicas, pods }: TargetScale,
  conditions: Conditions,
): Proposals {
  const situation: MetricSituation = {
    pods,
    metrics,
    currentReplicas: specReplicas,
    tolerances: tolerancesOf(autoscaler.spec.behavior, options.tolerance),
    times: { nowNs, ...options },
  };
  let wanted = 0;
  let failure: readonly ["False", string, string] | undefined;
  let failed = 0;
  const currentMetrics: unknown[] = [];
  const specs = autoscaler.spec.metrics ?? [];
  const all = specs.length === 0 ? DEFAULT_METRICS : specs;
  for (const spec of all) {
    try {
      const proposal = metricProposal(spec, situation);
      wanted = Math.max(wanted, proposal.replicas);
      currentMetrics.push(metricStatus(spec, proposal));
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      failure ??= ["False", failureReason(spec), error.message];
      failed++;
    }
  }
  if (failure !== undefined && (failed === all.length || wanted < specReplicas)) {
    conditions.set("ScalingActive", failure);
    return { wanted: undefined, currentMetrics };
  }
  conditions.set("ScalingActive", ["True", "ValidMetricFound"]);
  return { wanted, currentMetrics };
}

function metricStatus({ type, containerResource }: MetricSpec, proposal: Proposal): object {
  const { usage, rawAverageMilli } = proposal;
  const current = {
    averageValue: `${rawAverageMilli ?? usage}m`,
    ...(rawAverageMilli === undefined ? {} : { averageUtilization: usage }),
  };
  if (containerResource === undefined) return { type, resource: { name: "cpu", current } };
  const { container } = containerResource;
  return { type, containerResource: { name: "cpu", container, current } };
}

function finished(
  { autoscaler, nowNs }: ObservedAutoscaler,
  conditions: Conditions,
  currentReplicas: number,
  desiredReplicas: number,
  memory: AutoscalerMemory,
  currentMetrics: readonly unknown[] = [],
): AutoscalerPlan {
  const rescales = desiredReplicas !== currentReplicas;
  if (rescales) conditions.set("AbleToScale", ["True", "SucceededRescale"]);
  const status: HorizontalPodAutoscalerStatus = {
    ...autoscaler.status,
    currentReplicas,
    desiredReplicas,
    conditions: mergedConditions(autoscaler.status?.conditions ?? [], conditions, nowNs),
    currentMetrics,
    ...(rescales ? { lastScaleTime: timestampAt(nowNs) } : {}),
  };
  return { status, memory, ...(rescales ? { rescaleTo: desiredReplicas } : {}) };
}

function mergedConditions(
  before: readonly HorizontalPodAutoscalerCondition[],
  changed: Conditions,
  nowNs: number,
): readonly HorizontalPodAutoscalerCondition[] {
  const types: readonly ConditionType[] = ["AbleToScale", "ScalingActive", "ScalingLimited"];
  return types.flatMap((type) => {
    const old = before.find((condition) => condition.type === type);
    const [status, reason, message] = changed.get(type) ?? [];
    if (status === undefined || reason === undefined) return old ?? [];
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : timestampAt(nowNs);
    return {
      type,
      status,
      reason,
      ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }),
      ...(message === undefined ? {} : { message }),
    };
  });
}
