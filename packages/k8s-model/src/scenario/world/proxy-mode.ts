import type { ClusterOptions } from "../../cluster/index.ts";
import { type ProxyKind, proxySyncCost, runnerPeriods } from "../../data-plane/index.ts";

/** Service proxies that a scenario can name; `iptables` is the one with the nf_tables back end. */
export type ServiceProxyMode = ProxyKind | "iptables";

/** All of them. */
export const SERVICE_PROXY_MODES: readonly ServiceProxyMode[] = [
  "iptables",
  "iptables-nft",
  "iptables-legacy",
  "nftables",
  "ipvs",
  "ebpf",
  "userspace",
];

/**
 * What a proxy mode changes for a cluster: how long a sync takes, by what it writes, and how soon the
 * next may follow (`minSyncPeriodNs` where given; only modes that pace theirs). Without a mode every sync takes `proxySyncNs`.
 */
export function proxiesOf(
  mode: ServiceProxyMode | undefined,
  minSyncPeriodNs?: number,
): Pick<ClusterOptions, "proxies"> {
  if (mode === undefined) return {};
  const kind = mode === "iptables" ? "iptables-nft" : mode;
  const paced = kind === "nftables" || kind.startsWith("iptables");
  const periods = paced ? runnerPeriods("iptables", minSyncPeriodNs) : runnerPeriods("ipvs", 0);
  return { proxies: { cost: proxySyncCost(kind), periods } };
}
