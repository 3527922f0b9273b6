import type { IntOrString, KubeObject, LabelSelector } from "./meta.ts";

/** Limits how many pods of a selection evictions may take down at a time (`policy/v1`). */
export interface PodDisruptionBudget extends KubeObject {
  readonly apiVersion: "policy/v1";
  readonly kind: "PodDisruptionBudget";
  readonly spec?: {
    /** Pods that must stay healthy: a number, or a percentage of what their controllers want. */
    readonly minAvailable?: IntOrString;
    /** Pods that may be unhealthy; excludes `minAvailable`. */
    readonly maxUnavailable?: IntOrString;
    /** An empty one selects all pods of the namespace, an absent one none. */
    readonly selector?: LabelSelector;
    /** Whether pods that are not ready may go while the budget is not met; `IfHealthyBudget` unless told. */
    readonly unhealthyPodEvictionPolicy?: "IfHealthyBudget" | "AlwaysAllow";
  };
  readonly status?: PodDisruptionBudgetStatus;
}

export interface PodDisruptionBudgetStatus {
  readonly observedGeneration?: number;
  /** Pods evicted and not seen to go yet: name to the time of the eviction. */
  readonly disruptedPods?: Readonly<Record<string, string>>;
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  readonly conditions?: readonly PodDisruptionBudgetCondition[];
}

export interface PodDisruptionBudgetCondition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}
