import type { Pod, PodCondition, PodStatus } from "../../api/index.ts";
import { timestampAt } from "../../store/index.ts";

/** The status with one condition set; its transition time moves only when the status changes. */
export function withCondition(
  status: PodStatus | undefined,
  type: string,
  value: PodCondition["status"],
  nowNs: number,
): PodStatus {
  const conditions = status?.conditions ?? [];
  const before = conditions.find((condition) => condition.type === type);
  if (before?.status === value) return status as PodStatus;
  const after: PodCondition = { type, status: value, lastTransitionTime: timestampAt(nowNs) };
  const at = before === undefined ? conditions.length : conditions.indexOf(before);
  return { ...status, conditions: conditions.toSpliced(at, 1, after) };
}

/** What a kubelet reports of a pod whose containers run. */
export function runningStatus(
  pod: Pod,
  addresses: readonly string[],
  ready: boolean,
  nowNs: number,
): PodStatus {
  const [podIP] = addresses;
  const running: PodStatus = {
    ...pod.status,
    phase: "Running",
    startTime: pod.status?.startTime ?? timestampAt(nowNs),
    ...(podIP === undefined ? {} : { podIP, podIPs: addresses.map((ip) => ({ ip })) }),
  };
  const value = ready ? "True" : "False";
  const withContainers = withCondition(running, "ContainersReady", value, nowNs);
  return withCondition(withContainers, "Ready", value, nowNs);
}
