import type { ReResolve } from "../headless/index.ts";
import type { AddressFamily, ResolverLibrary } from "../resolver/index.ts";

/**
 * How clients write a Service's name: `web`, `web.shop`, `web.shop.svc`, `web.shop.svc.cluster.local`, or
 * that with a final dot. `shortest`: the first where both are in one namespace, else the second.
 */
export type NameSpelling = "shortest" | "namespaced" | "service" | "full" | "absolute";

/** Name resolution of a whole cluster as its connections need it; all fields have defaults. */
export interface DnsOptions {
  /** CoreDNS replicas; 2, as kubeadm deploys. */
  readonly replicas?: number;
  /** Processors that each replica may use; 1. */
  readonly processors?: number;
  /** Processor time of a query, ns; 59 µs, from CoreDNS' published throughput. */
  readonly queryProcessorNs?: number;
  /** `ttl` of the kubernetes plugin, how long answers may be kept; 30 s, as in kubeadm's Corefile. */
  readonly ttlSeconds?: number;
  /** NodeLocal DNSCache on every node; off. */
  readonly nodeLocalCache?: boolean;
  /** Resolver library of all clients; glibc. */
  readonly library?: ResolverLibrary;
  /** Option `ndots` of pods; 5, as ClusterFirst sets. */
  readonly ndots?: number;
  /** Address types asked for; any, which is A and AAAA. */
  readonly family?: AddressFamily;
  readonly spelling?: NameSpelling;
  /** Search domains of the nodes, behind the cluster's three; none. */
  readonly nodeDomains?: number;
  /** When clients of headless Services ask again; for each connection. */
  readonly reResolve?: ReResolve;
  /** Which address of an answer they take; any at random, as CoreDNS shuffles. */
  readonly choose?: "first" | "random" | "in-turn";
}

export const dnsDefaults: Required<Omit<DnsOptions, "queryProcessorNs">> = {
  replicas: 2,
  processors: 1,
  ttlSeconds: 30,
  nodeLocalCache: false,
  library: "glibc",
  ndots: 5,
  family: "any",
  spelling: "shortest",
  nodeDomains: 0,
  reResolve: { when: "each-connection" },
  choose: "random",
};
