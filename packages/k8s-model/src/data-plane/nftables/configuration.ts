import type { IPFamily } from "../../api/index.ts";

/** How kube-proxy in nftables mode is set up on a node. */
export interface NftablesConfiguration {
  readonly family: IPFamily;
  /** Decides whether a source range lets the node itself in. */
  readonly nodeIP: string | undefined;
  /** `--masquerade-all` */
  readonly masqueradeAll: boolean;
  /** The pods' range (`--cluster-cidr`); undefined where pods cannot be told from the rest. */
  readonly localRange: string | undefined;
  /** Addresses that take node ports; undefined means all but localhost. */
  readonly nodePortAddresses: readonly string[] | undefined;
  /** From the ServiceCIDR objects: what is in them and belongs to no Service is dropped. */
  readonly serviceRanges: readonly string[];
}

/** Flags at their defaults: node ports on the node's own address only. */
export function nftablesDefaults(
  nodeIP: string | undefined,
  localRange: string | undefined,
  serviceRanges: readonly string[],
  family: IPFamily = "IPv4",
): NftablesConfiguration {
  return {
    family,
    nodeIP,
    masqueradeAll: false,
    localRange,
    nodePortAddresses: nodeIP === undefined ? [] : [nodeIP],
    serviceRanges,
  };
}
