import type { Simulation } from "@k8s-netsim/sim-core";
import { COREFILE_CACHE, DnsCache, NODE_LOCAL_CACHE } from "./dns-cache.ts";
import { type DnsHop, DnsServer } from "./dns-server.ts";

export interface NodeLocalAgentOptions {
  /** CoreDNS, for the cluster's names: a `DnsLink`, as the agent asks by TCP. */
  readonly coredns: DnsHop;
  /** For all other names: the node's own resolver, or CoreDNS where it is told so. */
  readonly upstream: DnsHop;
  readonly clusterDomain?: string;
  readonly processors?: number;
}

/**
 * NodeLocal DNSCache of one node (KEP 1024): keeps the cluster's answers for 30 s and its denials for
 * 5 s, those of other names for 30 s each.
 */
export function nodeLocalAgent(sim: Simulation, options: NodeLocalAgentOptions): DnsServer {
  const { coredns, upstream, clusterDomain = "cluster.local", processors = 1 } = options;
  return new DnsServer(sim, {
    processors,
    cache: new DnsCache(COREFILE_CACHE),
    upstream,
    blocks: [{ domain: clusterDomain, cache: new DnsCache(NODE_LOCAL_CACHE), upstream: coredns }],
  });
}
