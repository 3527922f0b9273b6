export {
  isNftServiceChain,
  type NftPortChains,
  nftEndpointNames,
  nftPortChains,
} from "./chain-names.ts";
export { type NftablesConfiguration, nftablesDefaults } from "./configuration.ts";
export { NftablesProxy, type NftablesSync } from "./nftables-proxy.ts";
export { type NftEndpoint, type NftRule, type NftStatement, nftRuleText } from "./rule.ts";
export { type NftObject, type NftOperation, NftTable } from "./transaction.ts";
