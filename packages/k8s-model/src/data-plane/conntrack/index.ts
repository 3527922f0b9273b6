export {
  type CleanedService,
  ConntrackCleaner,
  changeNeedsCleaning,
  type TrackedFlow,
} from "./cleaner.ts";
export { ConnectionCounts } from "./connection-counts.ts";
export {
  type ConntrackEntry,
  type ConntrackOptions,
  ConntrackTable,
  type FlowTuple,
  type PacketKind,
} from "./table.ts";
export {
  type ConntrackTimeouts,
  conntrackLimit,
  KUBE_PROXY_TIMEOUTS,
  type SCTPState,
  type TCPState,
} from "./timeouts.ts";
