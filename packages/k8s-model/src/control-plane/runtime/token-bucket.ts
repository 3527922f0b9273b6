const NS_PER_SECOND = 1_000_000_000;

/**
 * A client's rate limit: `burst` requests at once, then `rateHz` a second. A request takes its token
 * in advance and waits for it, as client-go's limiter does; the arithmetic, down to the rounding of
 * the wait, is that of golang.org/x/time/rate.
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
    const elapsedNs = nowNs - this.#lastNs;
    const wholeSeconds = Math.floor(elapsedNs / NS_PER_SECOND);
    const seconds = wholeSeconds + (elapsedNs - wholeSeconds * NS_PER_SECOND) / NS_PER_SECOND;
    this.#tokens = Math.min(this.#burst, this.#tokens + seconds * this.#rateHz) - 1;
    this.#lastNs = nowNs;
    if (this.#tokens >= 0) return nowNs;
    return nowNs + Math.trunc((-this.#tokens / this.#rateHz) * NS_PER_SECOND);
  }
}
