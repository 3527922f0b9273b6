/** What {@link QueryLine.take} says of a query for which there is no room. */
export const QUERY_DROPPED = -1;

/**
 * One DNS server's line of queries: first come, first served by its processors, each query alike. All that
 * will happen to a query is known when it comes. Times must be given in order.
 */
export class QueryLine {
  readonly #freeAt: Float64Array;
  readonly #queryNs: number;
  /** When those that wait begin, ascending: a ring as long as the backlog. */
  readonly #starts: Float64Array;
  #head = 0;
  #waiting = 0;
  received = 0;
  dropped = 0;

  constructor(processors: number, queryProcessorNs: number, backlog: number) {
    this.#freeAt = new Float64Array(Math.max(1, Math.floor(processors)));
    this.#queryNs = queryProcessorNs / Math.min(processors, 1);
    this.#starts = new Float64Array(backlog);
  }

  /** When a query that comes now is answered, ns; datagrams beyond the backlog are lost, TCP waits. */
  take(nowNs: number, isDatagram: boolean): number {
    this.received += 1;
    const worker = this.#earliest();
    const startNs = Math.max(nowNs, this.#freeAt[worker] as number);
    if (startNs > nowNs && isDatagram) {
      if (this.#waitingAt(nowNs) >= this.#starts.length) {
        this.dropped += 1;
        return QUERY_DROPPED;
      }
      this.#starts[(this.#head + this.#waiting) % this.#starts.length] = startNs;
      this.#waiting += 1;
    }
    const doneNs = startNs + this.#queryNs;
    this.#freeAt[worker] = doneNs;
    return doneNs;
  }

  #waitingAt(nowNs: number): number {
    while (this.#waiting > 0 && (this.#starts[this.#head] as number) <= nowNs) {
      this.#head = (this.#head + 1) % this.#starts.length;
      this.#waiting -= 1;
    }
    return this.#waiting;
  }

  #earliest(): number {
    const times = this.#freeAt;
    let index = 0;
    for (let i = 1; i < times.length; i++) {
      if ((times[i] as number) < (times[index] as number)) index = i;
    }
    return index;
  }
}
