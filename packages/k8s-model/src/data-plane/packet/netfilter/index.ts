export { addressMatches } from "../../rule-walk/index.ts";
export { ConnectionTracking } from "./connection-tracking.ts";
export { IptablesRules } from "./iptables-rules.ts";
export { type HookVerdict, Netfilter } from "./netfilter.ts";
export { NftablesRules } from "./nftables-rules.ts";
export { PeerBudget } from "./peer-budget.ts";
export type { RuleSet, RuleStep, RuleSurroundings, Transit } from "./rule-set.ts";
export type { TrackedConnection, TrackingEvent } from "./tracked-connection.ts";
export { tupleOf } from "./tuple.ts";
