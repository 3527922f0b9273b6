import { widened } from "./call-table.ts";

/**
 * Pods whose requests share a few cores: up to as many requests as cores run at full speed, and
 * beyond that all of them slow down alike (processor sharing). Each pod keeps a virtual clock that
 * runs at `cores / requests`; a request is done when that clock has advanced by its service time.
 */
export class SharedProcessors {
  readonly #pods: (SharedPod | undefined)[] = [];

  /** Takes a request on; `serviceNs` is what it needs on a core of its own. */
  begin(pod: number, cores: number, row: number, serviceNs: number, nowNs: number): void {
    while (this.#pods.length <= pod) this.#pods.push(undefined);
    const shared = this.#pods[pod] ?? new SharedPod(cores);
    this.#pods[pod] = shared;
    shared.advance(nowNs);
    shared.push(row, shared.virtualNs + serviceNs);
  }

  /** Takes off the request that is done first. */
  finishFirst(pod: number, nowNs: number): number {
    const shared = this.#pods[pod] as SharedPod;
    shared.advance(nowNs);
    return shared.pop();
  }

  /** How long until the first is done if nothing else comes, ns; negative: there is none. */
  untilFirstNs(pod: number): number {
    const shared = this.#pods[pod];
    if (shared === undefined || shared.size === 0) return -1;
    return Math.max(0, shared.firstVirtualNs - shared.virtualNs) / shared.rate;
  }

  /** Core time used in all until now, ns. */
  busyNs(pod: number, nowNs: number): number {
    const shared = this.#pods[pod];
    if (shared === undefined) return 0;
    shared.advance(nowNs);
    return shared.usedNs;
  }

  /** The pod has stopped: calls `lose` with every request that it worked on. */
  stop(pod: number, nowNs: number, lose: (row: number) => void): void {
    const shared = this.#pods[pod];
    if (shared === undefined) return;
    shared.advance(nowNs);
    while (shared.size > 0) lose(shared.pop());
  }
}

class SharedPod {
  readonly #cores: number;
  virtualNs = 0;
  usedNs = 0;
  size = 0;
  #atNs = 0;
  #rows: Int32Array = new Int32Array(16);
  #doneAt: Float64Array = new Float64Array(16);

  constructor(cores: number) {
    this.#cores = cores;
  }

  get rate(): number {
    return this.size <= this.#cores ? 1 : this.#cores / this.size;
  }

  get firstVirtualNs(): number {
    return this.#doneAt[0] as number;
  }

  advance(nowNs: number): void {
    const sinceNs = nowNs - this.#atNs;
    this.#atNs = nowNs;
    if (this.size === 0) return;
    this.virtualNs += sinceNs * this.rate;
    this.usedNs += sinceNs * Math.min(this.size, this.#cores);
  }

  push(row: number, doneAt: number): void {
    if (this.size === this.#rows.length) {
      this.#rows = widened(this.#rows, new Int32Array(2 * this.size));
      this.#doneAt = widened(this.#doneAt, new Float64Array(2 * this.size));
    }
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#doneAt[parent] as number) <= doneAt) break;
      this.#doneAt[at] = this.#doneAt[parent] as number;
      this.#rows[at] = this.#rows[parent] as number;
      at = parent;
    }
    this.#doneAt[at] = doneAt;
    this.#rows[at] = row;
  }

  pop(): number {
    const first = this.#rows[0] as number;
    this.size -= 1;
    if (this.size > 0)
      this.#settle(this.#rows[this.size] as number, this.#doneAt[this.size] as number);
    return first;
  }

  #settle(row: number, doneAt: number): void {
    let at = 0;
    for (let child = 1; child < this.size; child = 2 * at + 1) {
      if (
        child + 1 < this.size &&
        (this.#doneAt[child + 1] as number) < (this.#doneAt[child] as number)
      ) {
        child += 1;
      }
      if ((this.#doneAt[child] as number) >= doneAt) break;
      this.#doneAt[at] = this.#doneAt[child] as number;
      this.#rows[at] = this.#rows[child] as number;
      at = child;
    }
    this.#doneAt[at] = doneAt;
    this.#rows[at] = row;
  }
}
