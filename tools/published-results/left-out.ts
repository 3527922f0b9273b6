/** Published results about something else than the chain from a pod to the rules of the nodes. */
export interface LeftOut {
  readonly what: string;
  /** What their ids begin with. */
  readonly prefixes: readonly string[];
  readonly count: number;
  /** Where the model says something about it, if it does. */
  readonly page?: string;
}

export const LEFT_OUT: readonly LeftOut[] = [
  {
    what: "what a packet costs on a node by proxy mode (first packets, CPU, crossovers)",
    prefixes: ["firstpacket-", "nft-blog-", "tigera-", "tke-"],
    count: 34,
    page: "proxy-costs.md",
  },
  {
    what: "how evenly a hash table spreads connections",
    prefixes: ["maglev-"],
    count: 1,
    page: "service-proxies.md",
  },
  {
    what: "DNS: searches, servers, caches, and how many replicas they get",
    prefixes: ["dns-", "coredns-", "cpa-", "nodelocal-"],
    count: 18,
    page: "dns.md",
  },
  {
    what: "how addresses and ports are given out",
    prefixes: ["clusterip-", "nodeport-", "gke-pod-cidr-", "eni-", "vpccni-"],
    count: 41,
  },
  { what: "packet sizes under encapsulation", prefixes: ["mtu-"], count: 4, page: "packets.md" },
  {
    what: "distances between zones, which are inputs of the model",
    prefixes: ["az-rtt-"],
    count: 2,
    page: "network-and-price.md",
  },
];
