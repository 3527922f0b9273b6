export { ClusterZone, type ClusterZoneOptions, type ZoneResponse } from "./cluster-zone.ts";
export {
  CACHE_PLUGIN,
  type CacheLimits,
  COREFILE_CACHE,
  DnsCache,
  type DnsCacheOptions,
  NODE_LOCAL_CACHE,
} from "./dns-cache.ts";
export { DnsClient, type DnsClientOptions, type FinishedLookup } from "./dns-client.ts";
export {
  corednsMemoryMB,
  corednsObjectMemoryMB,
  corednsReplicas,
  DNS_COSTS,
  type DnsCost,
  PUBLISHED_COREDNS_QUERIES_HZ,
} from "./dns-costs.ts";
export { DnsLink, DnsPath, type DnsPathOptions } from "./dns-path.ts";
export {
  addressesOf,
  type DnsQuestion,
  type DnsRecord,
  type DnsResponse,
  type RecordType,
} from "./dns-record.ts";
export {
  type DnsHop,
  type DnsReply,
  DnsServer,
  type DnsServerBlock,
  type DnsServerOptions,
} from "./dns-server.ts";
export { type NodeLocalAgentOptions, nodeLocalAgent } from "./node-local-agent.ts";
export { type OutsideName, OutsideNames } from "./outside-names.ts";
export { type KnownService, ZoneView } from "./zone-view.ts";
