import type { Distribution, SimTime } from "@k8s-netsim/sim-core";

/**
 * Everything the traffic engine must know about who calls whom, with names resolved to indices:
 * `servicePorts`, `workloads` and `edges` are referred to by their position.
 */
export interface TrafficPlan {
  readonly servicePorts: readonly ServicePortPlan[];
  readonly workloads: readonly WorkloadPlan[];
  readonly edges: readonly CallEdgePlan[];
  readonly sources: readonly SourcePlan[];
}

/** One port of one Service: what a client connects to. */
export interface ServicePortPlan {
  /** `namespace/name` of the Service. */
  readonly service: string;
  readonly port: number;
}

/** The server side of a workload's pods: an M/G/c queue per pod, then the calls it makes in turn. */
export interface WorkloadPlan {
  /** `namespace/kind/name`. */
  readonly key: string;
  /** Requests one pod works on at once; a request that waits for its own calls holds none. */
  readonly workers: number;
  readonly serviceTimeNs: Distribution;
  /** Requests that may wait at one pod; one more is answered at once with an error. */
  readonly queueLimit: number;
  /** Indices of the edges this workload calls, one after another, for each request it serves. */
  readonly edges: readonly number[];
  /** Cores that the requests in service share, alike; absent: a worker never slows another down. */
  readonly cores?: number;
}

/** How a caller uses connections; the proxy chooses an endpoint once per connection. */
export interface ConnectionPlan {
  readonly kind: "per-request" | "keep-alive" | "long-lived";
  /** Requests after which a keep-alive connection is closed. */
  readonly requestsPerConnection: number;
  /**
   * Keep-alive and per-request: the most that one caller has open; calls beyond wait for one.
   * Long-lived: how many one caller keeps. Absent: no limit, and one (of users outside: 100).
   */
  readonly connections?: number;
  /** A connection older than this gets no further request and is replaced. */
  readonly maxAgeNs?: SimTime;
}

/** Pauses before retries: uniform in 0 … min(max, base × 2^retries so far) ("full jitter"). */
export interface BackoffPlan {
  readonly baseNs: SimTime;
  readonly maxNs: SimTime;
}

/** What keeps retries from multiplying load: a bucket of tokens a caller, one spent by each retry. */
export interface RetryBudgetPlan {
  /** Tokens that each first attempt puts in: retries per request in the long run. */
  readonly ratio: number;
  /** The bucket's size, full at the start. */
  readonly burst: number;
  /** Tokens that come by themselves each second. */
  readonly perSecond: number;
}

/** A second copy of a request for which the first has no answer yet; whichever answers first counts. */
export interface HedgePlan {
  readonly afterNs: SimTime;
}

/** Calls from one workload (or from a source of traffic) to one Service port. */
export interface CallEdgePlan {
  /** Unique; names the random streams of this edge. */
  readonly name: string;
  /** Index of the calling workload; -1: from outside the cluster. */
  readonly from: number;
  readonly servicePort: number;
  /** From outside: the zone whose nodes the connections enter at; absent: every node alike. */
  readonly entryZone?: string;
  /** Mean number of calls for each request served; a fraction is drawn. */
  readonly callsPerRequest: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly connection: ConnectionPlan;
  /** From the start of an attempt to its answer; beyond it the caller gives the attempt up. */
  readonly timeoutNs: SimTime;
  /** Further attempts after one that was refused, reset or timed out. */
  readonly retries: number;
  /** Absent: a retry starts at once. */
  readonly backoff?: BackoffPlan;
  /** Absent: every failed attempt is retried, up to `retries`. */
  readonly retryBudget?: RetryBudgetPlan;
  /** An answer "overloaded" is retried, too. */
  readonly retriesOverloaded?: boolean;
  readonly hedge?: HedgePlan;
}

/** Where requests begin: a client workload's pods, or outside the cluster (edge.from = -1). */
export type SourcePlan = OpenLoopSource | ClosedLoopSource;

/** Poisson arrivals that do not wait for answers. */
export interface OpenLoopSource {
  readonly kind: "open";
  readonly name: string;
  readonly edge: number;
  readonly rateHz: number;
}

/** `users` who each wait for the answer, think, and ask again. */
export interface ClosedLoopSource {
  readonly kind: "closed";
  readonly name: string;
  readonly edge: number;
  readonly users: number;
  readonly thinkTimeNs: Distribution;
}
