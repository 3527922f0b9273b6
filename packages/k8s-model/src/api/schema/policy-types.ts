import type { StructTable } from "./type.ts";

/** Budgets of evictions (`policy/v1`). */
export const policyTypes: StructTable = {
  PodDisruptionBudget: {
    metadata: "ObjectMeta",
    spec: "PodDisruptionBudgetSpec",
    status: "PodDisruptionBudgetStatus",
  },
  PodDisruptionBudgetSpec: {
    minAvailable: "*intOrString",
    selector: "*LabelSelector",
    maxUnavailable: "*intOrString",
    unhealthyPodEvictionPolicy: "*string",
  },
  PodDisruptionBudgetStatus: {
    observedGeneration: "int64",
    disruptedPods: "{}time",
    disruptionsAllowed: "int32!",
    currentHealthy: "int32!",
    desiredHealthy: "int32!",
    expectedPods: "int32!",
    conditions: "[]Condition",
  },
};
