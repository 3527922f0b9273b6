// The front door: what most programs need. Every room has an entry of its own beside it, such as
// `@k8s-netsim/k8s-model/traffic`, for the rest.
export type {
  Deployment,
  EndpointSlice,
  KubeObject,
  Namespace,
  Node,
  ObjectMeta,
  Pod,
  Service,
  StatefulSet,
} from "./api/index.ts";
export { applyDefaults, objectKey, validateObject } from "./api/index.ts";
export { Cluster, type ClusterListener, type ClusterOptions } from "./cluster/index.ts";
export { syntheticNodes } from "./control-plane/index.ts";
export {
  type Diagnostic,
  formatDiagnostic,
  type ManifestObject,
  readManifests,
} from "./manifests/index.ts";
export {
  autoscaler,
  type Claim,
  type ClusterDefinition,
  closedLoop,
  cluster,
  deployment,
  type Finding,
  type InputRequest,
  type MeasureComparison,
  nodeFailure,
  openLoop,
  type PreparedInput,
  parseExpectation,
  prepareInput,
  type RunSettings,
  type RunView,
  runScenario,
  type Scenario,
  type ScenarioAnswer,
  scenario,
  service,
  type WhatIfAnswer,
  type WhatIfQuestion,
  whatIf,
  zoneOutage,
} from "./scenario/index.ts";
export { DEFAULT_ROUND_TRIP_TIMES, PRICE_TABLES } from "./topology/index.ts";
export { expectedFlows, type Network, RequestTraffic, staticNetwork } from "./traffic/index.ts";
