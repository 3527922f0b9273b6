export { endpointChain, isServiceChain, type PortChains, portChains } from "./chain-names.ts";
export { type IptablesConfiguration, iptablesDefaults } from "./configuration.ts";
export { IptablesProxy, type IptablesSync } from "./iptables-proxy.ts";
export { cascadeShares, matchingDraws, probabilityText } from "./probability.ts";
export {
  type IptablesMatch,
  type IptablesRule,
  type IptablesTarget,
  ruleText,
} from "./rule.ts";
export {
  IptablesTable,
  type RestoreInput,
  restoreBytes,
  type TableInput,
  tableLines,
} from "./tables.ts";
export { walkIptables } from "./walk.ts";
