export { Cluster, type Settled } from "./cluster.ts";
export type { ClusterOptions } from "./cluster-options.ts";
export { Drain, type DrainedPod, type DrainOptions } from "./drain.ts";
export {
  explainRoute,
  type RouteAnswer,
  type RouteExplanation,
  type RouteQuestion,
  type RouteRefusal,
  type ViewVersion,
} from "./explain.ts";
export { ClusterFaults, type PartitionedFrom } from "./faults.ts";
export { Invariants, InvariantViolation } from "./invariants.ts";
export type { ClusterListener } from "./inventory.ts";
export { NodeMaintenance } from "./node-maintenance.ts";
export { type NodeEntry, NodeTable } from "./node-table.ts";
export { type PodEntry, type PodState, PodTable } from "./pod-table.ts";
export { type PortEntry, type ServiceEntry, ServiceTable } from "./service-table.ts";
