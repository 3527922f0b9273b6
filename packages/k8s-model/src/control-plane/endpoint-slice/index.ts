export { EndpointSliceController } from "./controller.ts";
export * from "./endpoint-of-pod.ts";
export * from "./labels.ts";
export {
  addressFamilies,
  type ReconcileInput,
  type ReconcileOptions,
  type ReconcileOutput,
  reconcileSlices,
  topologyModeIsAuto,
} from "./reconcile.ts";
export type { SliceChanges, SliceEvent } from "./slice-changes.ts";
export {
  type Allocations,
  allocate,
  type CpuRatios,
  cpuRatiosOf,
  isOverloaded,
  type TopologyNode,
  type ZoneAllocation,
} from "./topology-allocation.ts";
export {
  addTopologyHints,
  type HintMemory,
  type HintOutcome,
  NO_HINT_MEMORY,
} from "./topology-hints.ts";
export { applyHintRule, type HintRule, hintRule } from "./traffic-distribution.ts";
export { TriggerTimeTracker } from "./trigger-time.ts";
