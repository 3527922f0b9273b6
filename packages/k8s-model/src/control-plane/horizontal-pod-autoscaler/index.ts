export { defaultedBehavior } from "./behavior.ts";
export { MetricError } from "./metric-error.ts";
export { normaliseReplicas } from "./normalise.ts";
export type { PodCpuCounters, PodMetrics } from "./pod-metrics.ts";
export {
  averageReplicas,
  type PodMetricQuestion,
  type Proposal,
  utilizationReplicas,
} from "./replica-calculator.ts";
export { podRequestMilli } from "./requests.ts";
export { tolerancesOf } from "./tolerances.ts";
export { valuePerPodReplicas, valueReplicas } from "./value-calculator.ts";
