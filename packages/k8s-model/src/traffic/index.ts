export { checkDistribution } from "./check-traffic.ts";
export { callOrder, compileTraffic, distributionOf } from "./compile.ts";
export * from "./file/index.ts";
export { type EdgeFlow, expectedFlows, type Flows, sourceRateHz } from "./flows.ts";
export * from "./import/index.ts";
export * from "./inference/index.ts";
export {
  DROPPED,
  type FailedAttempt,
  type Network,
  type Origin,
  PodState,
  type Protocol,
  REFUSED,
} from "./network.ts";
export type * from "./plan.ts";
export { OUTSIDE_CONNECTIONS } from "./requests/connection-pools.ts";
export {
  EdgeLedger,
  FAILURES,
  type Failure,
  LATENCY_RELATIVE_ERROR,
  TimeBin,
  TrafficLedger,
} from "./requests/ledger.ts";
export {
  LOOK_UP_PENDING,
  type LookUpEnded,
  type NameResolver,
} from "./requests/name-resolver.ts";
export type { NodeTracking } from "./requests/node-tracking.ts";
export { RequestTraffic } from "./requests/request-traffic.ts";
export type { RequestTrafficOptions } from "./requests/traffic-state.ts";
export * from "./spec.ts";
export { type StaticNetworkOptions, type StaticPod, staticNetwork } from "./static-network.ts";
export { TrafficInputError } from "./traffic-input-error.ts";
