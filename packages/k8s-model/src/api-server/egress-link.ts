const NS_PER_SECOND = 1_000_000_000;

/** What one API server has sent, by second of the simulated time. */
export class EgressLink {
  readonly bytesPerSecond: number;
  /** When the last byte leaves of what has been given to it (ns). */
  freeNs = 0;
  sentBytes = 0;
  /** The longest that something waited for the link (ns). */
  longestWaitNs = 0;
  #sent: Float64Array<ArrayBuffer> = new Float64Array(64);
  #offered: Float64Array<ArrayBuffer> = new Float64Array(64);

  constructor(bytesPerSecond: number) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** How long a byte takes (ns). */
  get nsPerByte(): number {
    return NS_PER_SECOND / this.bytesPerSecond;
  }

  /** Sends bytes that are ready at a time; they leave from the returned time on until `freeNs`. */
  send(readyNs: number, bytes: number): number {
    const startNs = Math.max(this.freeNs, readyNs);
    const endNs = startNs + bytes * this.nsPerByte;
    this.freeNs = endNs;
    this.sentBytes += bytes;
    this.longestWaitNs = Math.max(this.longestWaitNs, startNs - readyNs);
    this.#offered = added(this.#offered, secondOf(readyNs), bytes);
    this.#spread(startNs, endNs, bytes);
    return startNs;
  }

  /** Bytes that leave in the second that begins at `second`. */
  sentIn(second: number): number {
    return this.#sent[second] ?? 0;
  }

  /** Bytes that became ready to leave in that second, whether or not the link had room. */
  offeredIn(second: number): number {
    return this.#offered[second] ?? 0;
  }

  /** Seconds for which something is recorded. */
  get seconds(): number {
    return Math.max(this.#sent.length, this.#offered.length);
  }

  #spread(startNs: number, endNs: number, bytes: number): void {
    const first = secondOf(startNs);
    const last = secondOf(endNs);
    if (first === last || bytes === 0) {
      this.#sent = added(this.#sent, first, bytes);
      return;
    }
    const perNs = bytes / (endNs - startNs);
    for (let second = first; second <= last; second++) {
      const fromNs = Math.max(startNs, second * NS_PER_SECOND);
      const untilNs = Math.min(endNs, (second + 1) * NS_PER_SECOND);
      this.#sent = added(this.#sent, second, (untilNs - fromNs) * perNs);
    }
  }
}

const secondOf = (timeNs: number): number => Math.max(0, Math.floor(timeNs / NS_PER_SECOND));

function added(bins: Float64Array<ArrayBuffer>, bin: number, amount: number): typeof bins {
  let grown = bins;
  if (bin >= bins.length) {
    grown = new Float64Array(Math.max(bin + 1, bins.length * 2));
    grown.set(bins);
  }
  grown[bin] = (grown[bin] as number) + amount;
  return grown;
}
