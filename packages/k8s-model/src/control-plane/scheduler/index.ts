export type { ScorePlugin } from "./cycle.ts";
export { SCORE_WEIGHTS } from "./cycle.ts";
export type { Rejection } from "./rejection.ts";
export type { ScoringStrategy, UtilizationShapePoint } from "./resource-score.ts";
export { podRequests, type ResourceVector } from "./resources.ts";
export {
  type Assessment,
  type Placement,
  type SchedulerOptions,
  SchedulerState,
  type SchedulingContext,
} from "./scheduler-state.ts";
export { FILTER_PLUGINS, type FilterPlugin } from "./shape-view.ts";
export type { SpreadingService } from "./spread-constraint.ts";
