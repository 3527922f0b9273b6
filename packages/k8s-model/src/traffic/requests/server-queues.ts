import { widened } from "./call-table.ts";

/**
 * One first-come-first-served queue a pod, linked through the call table's `next` column, and the
 * pod's epoch: it changes when the pod stops, so that work begun before is known to be lost.
 */
export class ServerQueues {
  busy: Int32Array = new Int32Array(0);
  waiting: Int32Array = new Int32Array(0);
  epoch: Int32Array = new Int32Array(0);
  /** Connections of epochs below this one were closed by the pod's end, and the callers know. */
  closedBelow: Int32Array = new Int32Array(0);
  /** By pod: ends of services minus their starts (ns); those still going lack their end. */
  #workedNs: Float64Array = new Float64Array(0);
  #head: Int32Array = new Int32Array(0);
  #tail: Int32Array = new Int32Array(0);

  /** Makes room for pods up to `count`. */
  reserve(count: number): void {
    const from = this.busy.length;
    if (count <= from) return;
    const size = Math.max(64, 2 * count);
    this.busy = widened(this.busy, new Int32Array(size));
    this.waiting = widened(this.waiting, new Int32Array(size));
    this.epoch = widened(this.epoch, new Int32Array(size));
    this.closedBelow = widened(this.closedBelow, new Int32Array(size));
    this.#workedNs = widened(this.#workedNs, new Float64Array(size));
    this.#head = widened(this.#head, new Int32Array(size)).fill(-1, from);
    this.#tail = widened(this.#tail, new Int32Array(size)).fill(-1, from);
  }

  enqueue(pod: number, row: number, next: Int32Array): void {
    next[row] = -1;
    const tail = this.#tail[pod] as number;
    if (tail < 0) this.#head[pod] = row;
    else next[tail] = row;
    this.#tail[pod] = row;
    this.waiting[pod] = (this.waiting[pod] as number) + 1;
  }

  /** The row that has waited longest, or -1. */
  dequeue(pod: number, next: Int32Array): number {
    const row = this.#head[pod] as number;
    if (row < 0) return -1;
    const following = next[row] as number;
    this.#head[pod] = following;
    if (following < 0) this.#tail[pod] = -1;
    this.waiting[pod] = (this.waiting[pod] as number) - 1;
    return row;
  }

  /** One more worker is busy. */
  begin(pod: number, nowNs: number): void {
    this.busy[pod] = (this.busy[pod] as number) + 1;
    this.#workedNs[pod] = (this.#workedNs[pod] as number) - nowNs;
  }

  /** One worker is free again. */
  end(pod: number, nowNs: number): void {
    this.busy[pod] = (this.busy[pod] as number) - 1;
    this.#workedNs[pod] = (this.#workedNs[pod] as number) + nowNs;
  }

  /** Time that the pod's workers have been busy in all until now (ns of one worker). */
  busyNs(pod: number, nowNs: number): number {
    return (this.#workedNs[pod] ?? 0) + (this.busy[pod] ?? 0) * nowNs;
  }

  /** The pod has stopped: whatever it worked on is lost. */
  stop(pod: number, nowNs: number): void {
    this.#workedNs[pod] = this.busyNs(pod, nowNs);
    this.epoch[pod] = (this.epoch[pod] as number) + 1;
    this.busy[pod] = 0;
  }
}
