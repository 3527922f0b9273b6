import type { ScalingRules } from "../../api/index.ts";
import { type AutoscalerMemory, remember, type ScaleEvent } from "./memory.ts";

const NS_PER_SECOND = 1_000_000_000;

/** The most replicas that the policies for scaling up allow now. */
export function scaleUpLimit(
  current: number,
  memory: AutoscalerMemory,
  { selectPolicy, policies = [] }: ScalingRules,
  nowNs: number,
): number {
  if (selectPolicy === "Disabled") return current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = periodStart(current, memory, periodSeconds, nowNs);
    return type === "Pods" ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return selectPolicy === "Min" ? Math.min(...proposals) : Math.max(...proposals);
}

/** The fewest replicas that the policies for scaling down allow now. */
export function scaleDownLimit(
  current: number,
  memory: AutoscalerMemory,
  { selectPolicy, policies = [] }: ScalingRules,
  nowNs: number,
): number {
  if (selectPolicy === "Disabled") return current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = periodStart(current, memory, periodSeconds, nowNs);
    return type === "Pods" ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return selectPolicy === "Min" ? Math.max(...proposals) : Math.min(...proposals);
}

/** Replicas at the start of the period, by the changes that were made since. */
function periodStart(
  current: number,
  { scaleUpEvents, scaleDownEvents }: AutoscalerMemory,
  periodSeconds: number,
  nowNs: number,
): number {
  const cutoffNs = nowNs - periodSeconds * NS_PER_SECOND;
  return current - changeSince(scaleUpEvents, cutoffNs) + changeSince(scaleDownEvents, cutoffNs);
}

function changeSince(events: readonly ScaleEvent[], cutoffNs: number): number {
  let sum = 0;
  for (const { atNs, change } of events) if (atNs > cutoffNs) sum += change;
  return sum;
}

/** Remembers a change that was made, for the policies of its direction. */
export function rememberChange(
  memory: AutoscalerMemory,
  rules: { readonly scaleUp: ScalingRules; readonly scaleDown: ScalingRules },
  from: number,
  to: number,
  nowNs: number,
): AutoscalerMemory {
  const up = to > from;
  const event = { atNs: nowNs, change: Math.abs(to - from) };
  const { policies = [] } = up ? rules.scaleUp : rules.scaleDown;
  const longest = Math.max(0, ...policies.map(({ periodSeconds }) => periodSeconds));
  const cutoffNs = nowNs - longest * NS_PER_SECOND;
  const isTooOld = ({ atNs }: ScaleEvent): boolean => atNs < cutoffNs;
  return up
    ? { ...memory, scaleUpEvents: remember(memory.scaleUpEvents, event, isTooOld) }
    : { ...memory, scaleDownEvents: remember(memory.scaleDownEvents, event, isTooOld) };
}
