export {
  isNftServiceChain,
  type NftPortChains,
  nftEndpointNames,
  nftPortChains,
} from "./chain-names.ts";
export { type NftablesConfiguration, nftablesDefaults } from "./configuration.ts";
export { NftablesProxy, type NftablesSync } from "./nftables-proxy.ts";
export {
  type NftAction,
  type NftEndpoint,
  type NftMatch,
  type NftRule,
  type NftStatement,
  nftRuleText,
} from "./rule.ts";
export { type NftObject, type NftOperation, NftTable } from "./transaction.ts";
export { type SecondsOfSet, walkNftables } from "./walk.ts";
