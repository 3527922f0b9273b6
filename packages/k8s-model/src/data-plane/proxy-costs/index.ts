export {
  ASSUMED_CONNECTIONS,
  type ConnectionTarget,
  connectionFit,
  connectNs,
  type MeasuredConnection,
  measuredConnections,
  ruleCostNs,
} from "./connection-cost.ts";
export type { Fit } from "./least-squares.ts";
export type { ProxyKind, ProxyProgram } from "./proxy-program.ts";
export { proxySyncCost } from "./proxy-sync-cost.ts";
export {
  PUBLISHED_EBPF_CROSSOVER_SERVICES,
  PUBLISHED_FIRST_PACKETS,
  PUBLISHED_IPVS_THRESHOLD_SERVICES,
  PUBLISHED_READING_ERROR_MS,
  type PublishedFirstPacket,
} from "./published-curves.ts";
export {
  ASSUMED_SYNCS,
  type MeasuredSync,
  measuredSyncs,
  type SyncKind,
  syncFit,
  syncNs,
} from "./sync-cost.ts";
export type { SyncSize } from "./sync-size.ts";
