const NS_PER_SECOND = 1_000_000_000;

/**
 * A client's rate limit: `burst` requests at once, then `rateHz` a second. A request takes its token
 * in advance and waits for it, as client-go's limiter does.
 */
export class TokenBucket {
  readonly #rateHz: number;
  readonly #burst: number;
  #tokens: number;
  #lastNs = 0;

  constructor(rateHz: number, burst: number) {
    this.#rateHz = rateHz;
    this.#burst = burst;
    this.#tokens = burst;
  }

  /** Takes one token and says from when on it may be used (ns). */
  take(nowNs: number): number {
    const earned = ((nowNs - this.#lastNs) * this.#rateHz) / NS_PER_SECOND;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned) - 1;
    this.#lastNs = nowNs;
    if (this.#tokens >= 0) return nowNs;
    return nowNs + Math.ceil((-this.#tokens * NS_PER_SECOND) / this.#rateHz);
  }
}
