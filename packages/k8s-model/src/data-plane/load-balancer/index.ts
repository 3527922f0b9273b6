export {
  type AnnouncerView,
  announcingNodes,
  isExcludedFromLoadBalancers,
} from "./announcing-nodes.ts";
export {
  type HealthAnswer,
  healthCheckNodePortAnswer,
  type LocalEndpoints,
  proxyHealthz,
} from "./health-answers.ts";
export { type Layer2Election, layer2Announcer, layer2Order } from "./layer2.ts";
export {
  type Announcer,
  bgpBalancer,
  type CloudBalancer,
  checkLoadBalancer,
  cloudBalancer,
  type IdealBalancer,
  LOAD_BALANCER_SOURCES,
  type LoadBalancer,
  LoadBalancerError,
  type LoadBalancerErrorCode,
  type LoadBalancerSource,
  layer2Balancer,
} from "./load-balancer.ts";
export { type Provisioning, provisioning, type ServedClasses } from "./provisioning.ts";
export { type SourceSeen, sourceSeen } from "./source-address.ts";
export {
  type HealthCheck,
  longestUnnoticedNs,
  TargetHealth,
  type TargetState,
} from "./target-health.ts";
export {
  drawsByShare,
  type FrontEndPair,
  frontEndPairs,
  type Spread,
  targetShares,
} from "./target-shares.ts";
export { admitsSource, type WayIn, type WaysIn, waysIn } from "./ways-in.ts";
