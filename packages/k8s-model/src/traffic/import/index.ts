export { type AddressBook, addressBook } from "./address-book.ts";
export { awsFlowLog } from "./aws-flow-log.ts";
export { isEdgeTable, readEdgeTable, renderEdgeTable } from "./edge-table.ts";
export { type Egress, egressOf } from "./egress.ts";
export { FlowLogImport } from "./flow-log.ts";
export { gcpFlowLog } from "./gcp-flow-log.ts";
export { HubbleImport } from "./hubble.ts";
export type { ImportedMeasure, ImportedTraffic } from "./imported-traffic.ts";
export { renderMeasureTable } from "./measure-table.ts";
export { isOutside, type ObservedEdge } from "./observed-edge.ts";
export { trafficOfEdges } from "./observed-traffic.ts";
export {
  importPrometheus,
  PROMETHEUS_QUANTITIES,
  type PrometheusQuantity,
  type PrometheusSource,
} from "./prometheus.ts";
