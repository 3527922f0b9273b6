import type { HorizontalPodAutoscalerBehavior, ScalingRules } from "../../api/index.ts";
import { type AutoscalerMemory, remember } from "./memory.ts";
import { rememberChange, scaleDownLimit, scaleUpLimit } from "./scaling-limits.ts";

const NS_PER_SECOND = 1_000_000_000;

export interface NormaliseInput {
  readonly currentReplicas: number;
  /** What the metrics ask for. */
  readonly desiredReplicas: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** As the API server stores it; absent where the autoscaler has none. */
  readonly behavior: HorizontalPodAutoscalerBehavior | undefined;
  /** `--horizontal-pod-autoscaler-downscale-stabilization`. */
  readonly downscaleStabilizationSeconds: number;
  readonly memory: AutoscalerMemory;
  readonly nowNs: number;
}

/** Status and reason of a condition. */
export type ConditionValue = readonly [status: "True" | "False", reason: string];

export interface Normalised {
  readonly replicas: number;
  readonly ableToScale: ConditionValue;
  readonly scalingLimited: ConditionValue;
  /** The memory, with this recommendation and, where replicas change under a behavior, the change. */
  readonly memory: AutoscalerMemory;
}

/** Brings what metrics ask for within what recent recommendations, policies and limits allow. */
export function normaliseReplicas(input: NormaliseInput): Normalised {
  const { behavior } = input;
  if (behavior === undefined) return withoutBehavior(input);
  const { scaleUp = {}, scaleDown = {} } = behavior;
  const windowSeconds = scaleDown.stabilizationWindowSeconds ?? input.downscaleStabilizationSeconds;
  return withBehavior(input, {
    scaleUp,
    scaleDown: { ...scaleDown, stabilizationWindowSeconds: windowSeconds },
  });
}

interface Limited {
  readonly replicas: number;
  readonly reason: string;
}

function withoutBehavior(input: NormaliseInput): Normalised {
  const { desiredReplicas, currentReplicas, memory, nowNs } = input;
  const cutoffNs = nowNs - input.downscaleStabilizationSeconds * NS_PER_SECOND;
  const recent = memory.recommendations.filter(({ atNs }) => atNs >= cutoffNs);
  const stable = Math.max(desiredReplicas, ...recent.map(({ replicas }) => replicas));
  const recommendations = remember(
    memory.recommendations,
    { atNs: nowNs, replicas: desiredReplicas },
    ({ atNs }) => atNs < cutoffNs,
  );
  const limited = withinRange(input, stable, Math.max(2 * currentReplicas, 4));
  const ableToScale: ConditionValue = [
    "True",
    stable === desiredReplicas ? "ReadyForNewScale" : "ScaleDownStabilized",
  ];
  return { ...result(stable, limited), ableToScale, memory: { ...memory, recommendations } };
}

/** The limits of the spec and, upward, of the fastest growth. */
function withinRange(
  { minReplicas, maxReplicas }: NormaliseInput,
  wanted: number,
  upLimit: number,
): Limited {
  if (wanted < minReplicas) return { replicas: minReplicas, reason: "TooFewReplicas" };
  if (wanted > Math.min(maxReplicas, upLimit)) {
    return maxReplicas > upLimit
      ? { replicas: upLimit, reason: "ScaleUpLimit" }
      : { replicas: maxReplicas, reason: "TooManyReplicas" };
  }
  return { replicas: wanted, reason: "DesiredWithinRange" };
}

interface Rules {
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
}

function withBehavior(input: NormaliseInput, rules: Rules): Normalised {
  const { currentReplicas, desiredReplicas, nowNs } = input;
  const { stable, memory } = stabilise(input, rules);
  const limited = withinPolicies({ ...input, desiredReplicas: stable }, rules);
  const direction = desiredReplicas >= currentReplicas ? "ScaleUp" : "ScaleDown";
  const ableToScale: ConditionValue = [
    "True",
    stable === desiredReplicas ? "ReadyForNewScale" : `${direction}Stabilized`,
  ];
  const remembered =
    limited.replicas === currentReplicas
      ? memory
      : rememberChange(memory, rules, currentReplicas, limited.replicas, nowNs);
  return { ...result(stable, limited), ableToScale, memory: remembered };
}

/** Between the lowest recommendation of the window upward and the highest of that downward. */
function stabilise(
  { currentReplicas, desiredReplicas, memory, nowNs }: NormaliseInput,
  { scaleUp, scaleDown }: Rules,
): { readonly stable: number; readonly memory: AutoscalerMemory } {
  const cutoffNs = ({ stabilizationWindowSeconds = 0 }: ScalingRules): number =>
    nowNs - stabilizationWindowSeconds * NS_PER_SECOND;
  const [upNs, downNs] = [cutoffNs(scaleUp), cutoffNs(scaleDown)];
  let [lowest, highest] = [desiredReplicas, desiredReplicas];
  for (const { atNs, replicas } of memory.recommendations) {
    if (atNs > upNs) lowest = Math.min(lowest, replicas);
    if (atNs > downNs) highest = Math.max(highest, replicas);
  }
  const recommendations = remember(
    memory.recommendations,
    { atNs: nowNs, replicas: desiredReplicas },
    ({ atNs }) => atNs < upNs && atNs < downNs,
  );
  const stable = Math.min(Math.max(currentReplicas, lowest), highest);
  return { stable, memory: { ...memory, recommendations } };
}

function withinPolicies(input: NormaliseInput, { scaleUp, scaleDown }: Rules): Limited {
  const { currentReplicas, desiredReplicas, minReplicas, maxReplicas, memory, nowNs } = input;
  if (desiredReplicas > currentReplicas) {
    const byPolicy = scaleUpLimit(currentReplicas, memory, scaleUp, nowNs);
    const limit = Math.max(byPolicy, currentReplicas);
    const most = Math.min(maxReplicas, limit);
    if (desiredReplicas > most) {
      return { replicas: most, reason: maxReplicas > limit ? "ScaleUpLimit" : "TooManyReplicas" };
    }
  } else if (desiredReplicas < currentReplicas) {
    const byPolicy = scaleDownLimit(currentReplicas, memory, scaleDown, nowNs);
    const limit = Math.min(byPolicy, currentReplicas);
    const fewest = Math.max(minReplicas, limit);
    if (desiredReplicas < fewest) {
      return {
        replicas: fewest,
        reason: minReplicas < limit ? "ScaleDownLimit" : "TooFewReplicas",
      };
    }
  }
  return { replicas: desiredReplicas, reason: "DesiredWithinRange" };
}

function result(
  stable: number,
  { replicas, reason }: Limited,
): { readonly replicas: number; readonly scalingLimited: ConditionValue } {
  return { replicas, scalingLimited: [replicas === stable ? "False" : "True", reason] };
}
