import type { EndpointSlice, Pod } from "../../api/index.ts";
import { timeOfTimestamp } from "../../store/index.ts";

export const LAST_CHANGE_TRIGGER_TIME = "endpoints.kubernetes.io/last-change-trigger-time";

/** A slice about to be written with the time its changes go back to; without one it loses the old. */
export function withTriggerTime(slice: EndpointSlice, time: string | undefined): EndpointSlice {
  const { [LAST_CHANGE_TRIGGER_TIME]: before, ...others } = slice.metadata.annotations ?? {};
  if (before === time) return slice;
  const { annotations: _, ...metadata } = slice.metadata;
  const annotations = time === undefined ? others : { ...others, [LAST_CHANGE_TRIGGER_TIME]: time };
  if (Object.keys(annotations).length === 0) return { ...slice, metadata };
  return { ...slice, metadata: { ...metadata, annotations } };
}

/** When a pod last became ready or not ready (ns); `undefined` before it ever said so. */
export function readyTransitionNs(pod: Pod): number | undefined {
  for (const { type, lastTransitionTime } of pod.status?.conditions ?? []) {
    if (type === "Ready") return timeOfTimestamp(lastTransitionTime);
  }
  return undefined;
}
