const NS_PER_SECOND = 1_000_000_000;

/**
 * Writes of node leases: every kubelet that is up renews one every `renewNs`. They are counted from
 * the time that nodes were up; none is stored, and nobody watches them.
 */
export class LeaseLoad {
  readonly #renewNs: number;
  #nodes = 0;
  #nodeSeconds = 0;
  #sinceNs = 0;

  constructor(renewNs: number) {
    this.#renewNs = renewNs;
  }

  /** Nodes that renew their lease now. */
  get nodes(): number {
    return this.#nodes;
  }

  /** Adds nodes that begin to renew, or takes away those that stop. */
  change(nodes: number, nowNs: number): void {
    this.#nodeSeconds = this.#nodeSecondsAt(nowNs);
    this.#sinceNs = nowNs;
    this.#nodes += nodes;
  }

  /** Lease writes a second, now. */
  get writesPerSecond(): number {
    return (this.#nodes * NS_PER_SECOND) / this.#renewNs;
  }

  /** Lease writes until a time, to the nearest whole one. */
  writes(nowNs: number): number {
    return Math.round((this.#nodeSecondsAt(nowNs) * NS_PER_SECOND) / this.#renewNs);
  }

  #nodeSecondsAt(nowNs: number): number {
    return this.#nodeSeconds + (this.#nodes * (nowNs - this.#sinceNs)) / NS_PER_SECOND;
  }
}
