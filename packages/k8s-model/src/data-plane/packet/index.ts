export {
  LINUX_6_18,
  LINUX_BEFORE_6_5,
  listenSctp,
  SctpAssociation,
  type TcpConnection,
  type TcpProfile,
} from "./host/index.ts";
export * from "./lab/index.ts";
export type { RuleStep, TrackingEvent } from "./netfilter/index.ts";
export { PeerBudget } from "./netfilter/peer-budget.ts";
export * from "./wire/index.ts";
