import { KUBE_PROXY_TIMEOUTS } from "./timeouts.ts";

/** The kernel's collector looks through a table that is 95 % full at least once in this time. */
const COLLECTED_EVERY_NS = 60_000_000_000;
const NEARLY_FULL = 0.95;

/**
 * Connection tracking of many nodes as numbers: how many entries each holds, those of closed connections for
 * the 120 s of their time-wait. For traffic by the million; {@link ConntrackTable} has the entries.
 *
 * Full means that a new connection's first packet is dropped. Above 95 % the kernel's collector
 * (`gc_worker`, since 4.10) removes entries of connections that are closing, here all of them once in 60 s,
 * its longest interval. Times must be given in order.
 */
export class ConnectionCounts {
  readonly #max: number;
  readonly #nodes: (NodeCount | undefined)[] = [];
  /** First packets dropped for want of room. */
  dropped = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Enters a connection on a node; false: there is no room. */
  open(node: number, nowNs: number): boolean {
    const count = this.#of(node);
    count.expire(nowNs);
    if (count.size >= this.#max * NEARLY_FULL) count.collect(nowNs);
    if (count.size >= this.#max) {
      this.dropped += 1;
      return false;
    }
    count.standing += 1;
    return true;
  }

  /** Takes back an entry just made. */
  forget(node: number): void {
    this.#of(node).standing -= 1;
  }

  /** A connection has been closed: its entry stays until time-wait is over. */
  close(node: number, nowNs: number): void {
    this.#of(node).close(nowNs);
  }

  /** Entries of a node now. */
  size(node: number, nowNs: number): number {
    const count = this.#of(node);
    count.expire(nowNs);
    return count.size;
  }

  #of(node: number): NodeCount {
    let count = this.#nodes[node + 1];
    if (count === undefined) {
      while (this.#nodes.length <= node + 1) this.#nodes.push(undefined);
      count = new NodeCount();
      this.#nodes[node + 1] = count;
    }
    return count;
  }
}

class NodeCount {
  standing = 0;
  #collectedNs = Number.NEGATIVE_INFINITY;
  /** When closing entries are over, ascending: a ring. */
  #ends: Float64Array = new Float64Array(64);
  #head = 0;
  #closing = 0;

  get size(): number {
    return this.standing + this.#closing;
  }

  close(nowNs: number): void {
    this.standing -= 1;
    if (this.#closing === this.#ends.length) this.#grow();
    const at = (this.#head + this.#closing) & (this.#ends.length - 1);
    this.#ends[at] = nowNs + KUBE_PROXY_TIMEOUTS.tcp["time-wait"];
    this.#closing += 1;
  }

  expire(nowNs: number): void {
    while (this.#closing > 0 && (this.#ends[this.#head] as number) <= nowNs) {
      this.#head = (this.#head + 1) & (this.#ends.length - 1);
      this.#closing -= 1;
    }
  }

  collect(nowNs: number): void {
    if (nowNs - this.#collectedNs < COLLECTED_EVERY_NS) return;
    this.#collectedNs = nowNs;
    this.#closing = 0;
  }

  #grow(): void {
    const size = this.#ends.length;
    const ends = new Float64Array(2 * size);
    ends.set(this.#ends);
    // The part that had wrapped round goes behind the rest.
    ends.copyWithin(size, 0, this.#head);
    this.#ends = ends;
  }
}
