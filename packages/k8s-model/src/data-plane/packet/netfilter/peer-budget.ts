const NS_PER_SECOND = 1_000_000_000;
/** How many intervals' worth of errors a destination may get at once. */
const BURST = 6;
const REDIRECT_LOAD_NS = 20_000_000;
const MAX_REDIRECTS = 9;
const REDIRECT_SILENCE_NS = REDIRECT_LOAD_NS * 1024;

interface Peer {
  tokensNs: number;
  lastNs: number;
  redirects: number;
}

/**
 * How many ICMP errors and redirects a host sends to one destination (Linux: `icmp_ratelimit`, 1000 ms
 * an error, six at once). Errors and redirects share their book-keeping, as in the kernel: the first
 * redirect after 20 s of silence uses up the budget of errors. The host's limit over all destinations
 * (1000 a second) is left out.
 */
export class PeerBudget {
  readonly #rateLimitNs: number;
  readonly #peers = new Map<string, Peer>();

  constructor(rateLimitMs = 1000) {
    this.#rateLimitNs = rateLimitMs * 1_000_000;
  }

  /** What is left after errors sent before the start, in tokens; at most six. */
  start(destination: string, tokens: number, nowNs: number): void {
    const tokensNs = tokens * this.#rateLimitNs;
    this.#peers.set(destination, { tokensNs, lastNs: nowNs, redirects: 0 });
  }

  /**
   * Takes one error from the destination's budget; false: it is not sent. `share`: of the usual time
   * between two errors.
   */
  takeError(destination: string, nowNs: number, share = 1): boolean {
    const costNs = this.#rateLimitNs * share;
    if (costNs === 0) return true;
    const peer = this.#peer(destination, nowNs);
    const earnedNs = peer.tokensNs + (nowNs - peer.lastNs);
    peer.tokensNs = Math.min(earnedNs, BURST * costNs);
    peer.lastNs = nowNs;
    if (peer.tokensNs < costNs) return false;
    peer.tokensNs -= costNs;
    return true;
  }

  /** Whether a redirect is due: ever fewer, and none after nine until 20 s of silence. */
  takeRedirect(destination: string, nowNs: number): boolean {
    const peer = this.#peer(destination, nowNs);
    if (nowNs > peer.lastNs + REDIRECT_SILENCE_NS) {
      peer.tokensNs = 0;
      peer.redirects = 0;
    }
    if (peer.redirects >= MAX_REDIRECTS) {
      peer.lastNs = nowNs;
      return false;
    }
    const waitNs = REDIRECT_LOAD_NS * (1 << peer.redirects);
    if (peer.redirects > 0 && nowNs <= peer.lastNs + waitNs) return false;
    peer.lastNs = nowNs;
    peer.redirects += 1;
    return true;
  }

  #peer(destination: string, nowNs: number): Peer {
    const found = this.#peers.get(destination);
    if (found !== undefined) return found;
    const peer = { tokensNs: 0, lastNs: nowNs - 60 * NS_PER_SECOND, redirects: 0 };
    this.#peers.set(destination, peer);
    return peer;
  }
}
