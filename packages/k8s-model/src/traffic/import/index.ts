export { isEdgeTable, readEdgeTable, renderEdgeTable } from "./edge-table.ts";
export type { ObservedEdge } from "./observed-edge.ts";
export { trafficOfEdges } from "./observed-traffic.ts";
