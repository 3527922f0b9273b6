export { ControlPlane, type ControlPlaneOptions } from "./control-plane.ts";
export type { DaemonSync } from "./daemon-set/index.ts";
export * as daemonSets from "./daemon-set/index.ts";
export { fencepostsOf, resolveFenceposts } from "./deployment/fenceposts.ts";
export { rollingUpdate } from "./deployment/rolling-update.ts";
export { scaleDeployment } from "./deployment/scaling.ts";
export * from "./disruption/index.ts";
export * from "./endpoint-slice/index.ts";
export * from "./endpoint-slice-mirroring/index.ts";
export * from "./endpoints/index.ts";
export { GarbageCollector } from "./garbage-collection/garbage-collector.ts";
export * as autoscaling from "./horizontal-pod-autoscaler/index.ts";
export * as nodeLifeCycle from "./node-life-cycle/index.ts";
export * from "./placement/index.ts";
export { deletionOrder, type RankedPod } from "./replica-set/deletion-order.ts";
export type { Change } from "./runtime/change.ts";
export {
  type Controller,
  ControllerRunner,
  type Plan,
  type RunnerOptions,
  type SyncCounts,
} from "./runtime/controller-runner.ts";
export { Informer, type InformerEvent } from "./runtime/informer.ts";
export { type Informers, watchAll } from "./runtime/informers.ts";
export {
  type BackoffOptions,
  BackoffRateLimiter,
  DEFAULT_BACKOFF,
  ENDPOINT_SLICE_BACKOFF,
} from "./runtime/rate-limiter.ts";
export type { RunnerTimes } from "./runtime/runner-times.ts";
export { Work } from "./runtime/work.ts";
export { WorkQueue } from "./runtime/work-queue.ts";
export * from "./scheduler/index.ts";
export {
  type Rollout,
  type RolloutAction,
  type RolloutInput,
  rollOut,
} from "./stateful-set/rollout.ts";
export {
  defaultTimings,
  minorVersion,
  TIMING_SOURCES,
  type TimingSource,
  type Timings,
} from "./timings.ts";
