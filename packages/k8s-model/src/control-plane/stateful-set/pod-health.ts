import type { Pod } from "../../api/index.ts";
import { isPodReady, isPodTerminating } from "../endpoint-slice/endpoint-of-pod.ts";
import { isPodAvailable } from "../ownership/pod-availability.ts";

/** The StatefulSet controller's questions about a pod, at one time. */
export interface PodHealth {
  readonly isRunningAndReady: (pod: Pod) => boolean;
  readonly isRunningAndAvailable: (pod: Pod) => boolean;
  /** Being deleted, missing, or not available for `minReadySeconds` yet. */
  readonly isUnavailable: (pod: Pod | undefined) => boolean;
}

export function podHealth(minReadySeconds: number, nowNs: number): PodHealth {
  const isRunningAndReady = (pod: Pod): boolean =>
    pod.status?.phase === "Running" && isPodReady(pod);
  const isRunningAndAvailable = (pod: Pod): boolean =>
    pod.status?.phase === "Running" && isPodAvailable(pod, minReadySeconds, nowNs);
  return {
    isRunningAndReady,
    isRunningAndAvailable,
    isUnavailable: (pod) =>
      pod === undefined || !isRunningAndAvailable(pod) || isPodTerminating(pod),
  };
}
