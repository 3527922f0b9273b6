import { TokenBucket } from "./token-bucket.ts";

/** How long a key waits before it is queued again: what client-go calls a TypedRateLimiter. */
export interface RateLimiter {
  /** The wait of one more failure of the key (ns); counts the failure. */
  when(key: string, nowNs: number): number;
  /** Ends the row of failures of a key. */
  forget(key: string): void;
  /** Failures of the key in a row. */
  numRequeues(key: string): number;
}

export interface BackoffOptions {
  /** Wait after the first failure of a row (ns); each further one doubles it. */
  readonly baseNs: number;
  readonly maxNs: number;
  /** Requeues of all keys together: this many a second, `bucketBurst` at once. */
  readonly bucketRateHz: number;
  readonly bucketBurst: number;
}

const MS = 1_000_000;
const S = 1_000_000_000;

/** client-go's DefaultTypedControllerRateLimiter. */
export const DEFAULT_BACKOFF: BackoffOptions = {
  baseNs: 5 * MS,
  maxNs: 1000 * S,
  bucketRateHz: 10,
  bucketBurst: 100,
};

/** The Service queue of the EndpointSlice controller starts at a second. */
export const ENDPOINT_SLICE_BACKOFF: BackoffOptions = { ...DEFAULT_BACKOFF, baseNs: 1 * S };

/** The queue of the EndpointSliceMirroring controller. */
export const MIRRORING_BACKOFF: BackoffOptions = {
  ...ENDPOINT_SLICE_BACKOFF,
  maxNs: 100 * S,
};

/**
 * The longer of two waits: the key's own, doubling with every failure in a row, and that of a token
 * bucket shared by all keys. Every call takes a token; forgetting a key gives none back.
 */
export class BackoffRateLimiter implements RateLimiter {
  readonly #options: BackoffOptions;
  readonly #bucket: TokenBucket;
  readonly #failures = new Map<string, number>();

  constructor(options: BackoffOptions) {
    this.#options = options;
    this.#bucket = new TokenBucket(options.bucketRateHz, options.bucketBurst);
  }

  when(key: string, nowNs: number): number {
    const { baseNs, maxNs } = this.#options;
    const failures = this.numRequeues(key);
    this.#failures.set(key, failures + 1);
    let ownNs = baseNs;
    for (let count = 0; count < failures && ownNs < maxNs; count++) ownNs *= 2;
    const bucketNs = this.#bucket.take(nowNs) - nowNs;
    return Math.max(Math.min(ownNs, maxNs), bucketNs);
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  numRequeues(key: string): number {
    return this.#failures.get(key) ?? 0;
  }
}
