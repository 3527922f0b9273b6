import type { SourcePosition } from "../manifests/diagnostic.ts";

/**
 * Who calls whom, how often, over which connections, and how fast servers answer: what the traffic
 * engine runs. Everything optional here is *assumed* when absent, from `TrafficDefaults`; nothing
 * that was assumed is ever written as if it had been given.
 */
export interface TrafficSpec {
  readonly clients: readonly ClientSpec[];
  readonly calls: readonly CallSpec[];
  readonly servers: readonly ServerSpec[];
  /** What holds where a client, call or server is silent; absent fields fall to `trafficDefaults`. */
  readonly defaults: Partial<TrafficDefaults>;
}

/** `NAMESPACE/KIND/NAME` of what makes pods: `default/Deployment/web`. */
export type WorkloadKey = string;

/** `NAMESPACE/NAME` of a Service: `default/web`. */
export type ServiceKey = string;

/** A port of a Service, as a caller names it. */
export interface ServicePortRef {
  readonly service: ServiceKey;
  readonly port: number;
}

/** A distribution as it is written down; times in nanoseconds. */
export type DistributionSpec =
  | { readonly distribution: "constant"; readonly valueNs: number }
  | { readonly distribution: "uniform"; readonly lowNs: number; readonly highNs: number }
  | { readonly distribution: "exponential"; readonly meanNs: number }
  | {
      readonly distribution: "normal" | "logNormal";
      readonly meanNs: number;
      readonly standardDeviationNs: number;
    }
  | { readonly distribution: "pareto"; readonly scaleNs: number; readonly shape: number }
  | { readonly distribution: "weibull"; readonly scaleNs: number; readonly shape: number }
  | { readonly distribution: "gamma"; readonly shape: number; readonly scaleNs: number };

/**
 * How requests share connections. The endpoint is chosen once per connection, so this decides
 * how evenly load spreads and how fast a routing change is felt.
 */
export interface ConnectionSpec {
  /**
   * `per-request`: a new connection each time. `keep-alive`: reused for `requestsPerConnection`.
   * `long-lived`: kept until a peer goes away (gRPC, database pools).
   */
  readonly kind: "per-request" | "keep-alive" | "long-lived";
  /** Requests on one `keep-alive` connection before it is closed; absent: the default. */
  readonly requestsPerConnection?: number;
  /**
   * `keep-alive`, `per-request`: the most that one caller has open; calls beyond wait. `long-lived`: how
   * many one caller keeps. Absent: no limit, and one.
   */
  readonly connections?: number;
  /** A connection older than this is replaced before its next request. */
  readonly maxAgeNs?: number;
  /** Why this kind: `port name "grpc"`, `given`, `default`. */
  readonly reason?: string;
}

/** What one request carries and how its caller behaves; absent fields are assumed. */
export interface RequestSpec {
  readonly requestBytes?: number;
  readonly responseBytes?: number;
  readonly connection?: ConnectionSpec;
  /** The caller gives up after this long. */
  readonly timeoutNs?: number;
  /** Further attempts after a failure or a timeout. */
  readonly retries?: number;
  /** Pause before a retry, uniform in 0 … min(max, base × 2^retries so far); absent: none. */
  readonly backoff?: BackoffSpec;
  /** Bucket of tokens that retries spend; absent: without limit. */
  readonly retryBudget?: RetryBudgetSpec;
  /** Whether an answer "overloaded" is retried as well; absent: no. */
  readonly retriesOverloaded?: boolean;
  /** A second copy of the request where there is no answer after this long; absent: none. */
  readonly hedgeAfterNs?: number;
}

export interface BackoffSpec {
  readonly baseNs: number;
  readonly maxNs: number;
}

/** What service meshes call a retry budget; Linkerd's default is 0.2 and 10 a second. */
export interface RetryBudgetSpec {
  /** Retries for each request, in the long run. */
  readonly ratio: number;
  /** Retries that are possible at once; absent: 10. */
  readonly burst?: number;
  /** Retries allowed besides the ratio; absent: none. */
  readonly perSecond?: number;
}

/** Requests that arrive regardless of answers (`open`), or users who wait for them (`closed`). */
export type LoadSpec =
  | { readonly mode: "open"; readonly rateHz?: number }
  | { readonly mode: "closed"; readonly users: number; readonly thinkTime?: DistributionSpec };

/** A source of requests: a workload of the input, or users outside of the cluster. */
export interface ClientSpec extends RequestSpec {
  readonly name: string;
  /** The pods that send. Absent: users outside, entering at every node alike. */
  readonly workload?: WorkloadKey;
  /** Where users outside enter: a zone's nodes only. */
  readonly zone?: string;
  readonly to: ServicePortRef;
  /** For all pods of the workload together. */
  readonly load: LoadSpec;
  readonly evidence?: Evidence;
}

/** Each request that `from` serves makes `callsPerRequest` requests to `to`, and waits for them. */
export interface CallSpec extends RequestSpec {
  readonly from: WorkloadKey;
  readonly to: ServicePortRef;
  /** Mean number; a fraction is a probability. Absent: 1, assumed. */
  readonly callsPerRequest?: number;
  readonly evidence?: Evidence;
}

/** How a workload's pods serve: each pod is `workers` servers behind one queue. */
export interface ServerSpec {
  readonly workload: WorkloadKey;
  readonly workers?: number;
  /** Time a worker is busy with one request, calls to others not counted. */
  readonly serviceTime?: DistributionSpec;
  /** Requests waiting beyond this are refused. */
  readonly queueLimit?: number;
  /**
   * Cores of one pod, shared alike by the requests in service: more of them than cores slow each other
   * down. Absent: workers do not.
   */
  readonly cores?: number;
}

/** What is assumed where nothing is given. Each of these is listed in a report when used. */
export interface TrafficDefaults {
  /** Of each client. */
  readonly rateHz: number;
  readonly thinkTime: DistributionSpec;
  readonly callsPerRequest: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly requestsPerConnection: number;
  readonly timeoutNs: number;
  readonly retries: number;
  readonly workers: number;
  readonly serviceTime: DistributionSpec;
  readonly queueLimit: number;
}

/** Where in the input a call was read. Never holds the value, only the part that named a Service. */
export interface Evidence {
  readonly at: SourcePosition;
  /** `CART_ADDR`, `args[2]`, `ConfigMap default/settings key "upstreams"`. */
  readonly variable: string;
  /** The matched `host:port`. */
  readonly matched: string;
}

const MILLISECOND_NS = 1_000_000;

/** Assumptions used where neither the traffic file nor the manifests say. */
export const trafficDefaults: TrafficDefaults = {
  rateHz: 100,
  thinkTime: { distribution: "exponential", meanNs: 1_000 * MILLISECOND_NS },
  callsPerRequest: 1,
  requestBytes: 1_000,
  responseBytes: 10_000,
  requestsPerConnection: 100,
  timeoutNs: 10_000 * MILLISECOND_NS,
  retries: 0,
  workers: 8,
  serviceTime: { distribution: "exponential", meanNs: 5 * MILLISECOND_NS },
  queueLimit: 1_000,
};
