export { Cluster, type ClusterOptions, type Settled } from "./cluster.ts";
export {
  explainRoute,
  type RouteAnswer,
  type RouteExplanation,
  type RouteQuestion,
  type RouteRefusal,
  type ViewVersion,
} from "./explain.ts";
export type { ClusterListener } from "./inventory.ts";
export { type NodeEntry, NodeTable } from "./node-table.ts";
export { type PodEntry, type PodState, PodTable } from "./pod-table.ts";
export { type PortEntry, type ServiceEntry, ServiceTable } from "./service-table.ts";
