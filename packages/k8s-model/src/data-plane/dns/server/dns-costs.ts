/** A number of the model and where it is from. */
export interface DnsCost {
  readonly value: number;
  readonly source: string;
  readonly standing: "published" | "measured" | "assumed";
}

/** Queries a second that one CoreDNS with two processors was seen to answer. */
export const PUBLISHED_COREDNS_QUERIES_HZ = 33_669;
const PUBLISHED_PROCESSORS = 2;

export type DnsCostName =
  | "queryProcessorNs"
  | "serverRoundTripNs"
  | "agentRoundTripNs"
  | "upstreamNs"
  | "socketBacklog"
  | "pairLoss";

/** What DNS costs and how far its servers are, with the sources; times in ns. */
export const DNS_COSTS: Readonly<Record<DnsCostName, DnsCost>> = {
  /** Processor time of one query, whatever it asks for: 59 µs. */
  queryProcessorNs: {
    value: Math.round((PUBLISHED_PROCESSORS * 1e9) / PUBLISHED_COREDNS_QUERIES_HZ),
    source: "33,669 internal look-ups/s on 2 vCPU (coredns/deployment Scaling_CoreDNS.md)",
    standing: "published",
  },
  /** Round trip between a pod and a CoreDNS replica. */
  serverRoundTripNs: {
    value: 500_000,
    source: "another node of the same zone",
    standing: "assumed",
  },
  /** Round trip between a pod and the DNS agent of its own node. */
  agentRoundTripNs: { value: 50_000, source: "one veth pair", standing: "assumed" },
  /** From CoreDNS to a server outside that has the answer, and back. */
  upstreamNs: { value: 5_000_000, source: "a resolver in the same region", standing: "assumed" },
  /** Queries that wait at one replica before the socket drops more. */
  socketBacklog: {
    value: 256,
    source: "212,992 bytes of rmem_default at 832 bytes a small datagram",
    standing: "assumed",
  },
  /** Share of A/AAAA pairs from a new socket that lose one to the connection tracking race. */
  pairLoss: {
    value: 0,
    source: "0 of 240,000 pairs on kernel 6.18 (clash resolution); before 5.0 it was common",
    standing: "measured",
  },
};

/** Entries of the cache plugin that the published formula of memory counts: 30 MB. */
const CACHE_MB = 30;
const BUFFER_MB = 5;

/**
 * Memory that CoreDNS' authors advise for one replica (MB): (pods + Services) / 1000 + 54, or
 * / 250 + 56 with autopath. Cache (30 MB) and buffers (5 MB) are in the constant.
 */
export function corednsMemoryMB(podsAndServices: number, autopath: boolean = false): number {
  return autopath ? podsAndServices / 250 + 56 : podsAndServices / 1000 + 54;
}

/** The part of {@link corednsMemoryMB} that holds the cluster's objects and the process itself. */
export function corednsObjectMemoryMB(podsAndServices: number): number {
  return corednsMemoryMB(podsAndServices) - CACHE_MB - BUFFER_MB;
}

/**
 * Replicas that the cluster-proportional autoscaler keeps with the DNS defaults: one for 256 cores or
 * 16 nodes, whichever asks for more, and two against a single point of failure.
 */
export function corednsReplicas(nodes: number, cores: number, schedulable: number = nodes): number {
  const wanted = Math.max(Math.ceil(cores / 256), Math.ceil(nodes / 16), 1);
  return schedulable > 1 ? Math.max(wanted, 2) : wanted;
}
