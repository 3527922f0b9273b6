export {
  type Categorized,
  categorize,
  isAvailable,
  type TopologyMode,
  topologyModeOf,
} from "./categorize.ts";
export {
  type EndpointInfo,
  type EndpointSet,
  endpointSet,
} from "./endpoint-info.ts";
export { type EndpointVerdict, explainRouting, type RoutingExplanation } from "./explain.ts";
export { ExactNs, ProgrammingLatency } from "./network-programming.ts";
export {
  type PodIndexOf,
  PortView,
  type Routing,
  type RoutingRule,
  type TrafficOrigin,
} from "./port-view.ts";
export { ProxyConnections, type WatchAccount } from "./proxy-connections.ts";
export {
  type FleetTotals,
  type ProgrammedView,
  ProxyFleet,
  type ProxyOptions,
} from "./proxy-fleet.ts";
export type { ProxySync } from "./run-totals.ts";
export {
  type RunnerLife,
  type RunnerPeriods,
  runnerPeriods,
  runStartsNs,
} from "./runner.ts";
export { loadBalancerVIPs, type ServicePortInfo, servicePortInfo } from "./service-port.ts";
export { ServiceView, ServiceViews } from "./service-views.ts";
export { constantCost, type RuleLoad, type SyncCost } from "./sync-cost.ts";
