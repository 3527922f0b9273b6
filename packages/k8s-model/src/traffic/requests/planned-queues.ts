import { widened } from "./call-table.ts";

/** What {@link PlannedQueues.admit} says of a request that finds the queue full. */
export const QUEUE_FULL = -1;

/**
 * Queues of pods whose requests leave at a time that is known when they arrive: first come, first
 * served, and nothing else to do for a request than its service time. One event a request then does
 * for its arrival, its service and its departure. Gives the same times as serving event by event.
 */
export class PlannedQueues {
  readonly #pods: (PodQueue | undefined)[] = [];
  /** When each epoch of a pod ended, ns. */
  readonly #stops: (number[] | undefined)[] = [];

  /** When a request that arrives now will be done, ns, or {@link QUEUE_FULL}. */
  admit(
    pod: number,
    nowNs: number,
    serviceNs: number,
    workers: number,
    queueLimit: number,
  ): number {
    const queue = this.#pods[pod] ?? this.#open(pod, workers);
    const { freeAt } = queue;
    const first = freeAt.length === 0 ? nowNs : (freeAt[0] as number);
    if (first <= nowNs) {
      queue.plannedNs += serviceNs;
      if (freeAt.length > 0) replaceFirst(freeAt, nowNs + serviceNs);
      return nowNs + serviceNs;
    }
    if (queue.waiting(nowNs) >= queueLimit) return QUEUE_FULL;
    queue.plannedNs += serviceNs;
    queue.push(first);
    replaceFirst(freeAt, first + serviceNs);
    return first + serviceNs;
  }

  /** A pod without a limit of workers has served a request. */
  count(pod: number, serviceNs: number): void {
    const queue = this.#pods[pod] ?? this.#open(pod, Number.POSITIVE_INFINITY);
    queue.plannedNs += serviceNs;
  }

  /** Requests that wait for a worker now. */
  waiting(pod: number, nowNs: number): number {
    return this.#pods[pod]?.waiting(nowNs) ?? 0;
  }

  /** Time that the pod's workers have been busy in all until now, ns; not for unlimited workers. */
  busyNs(pod: number, nowNs: number): number {
    const queue = this.#pods[pod];
    if (queue === undefined) return 0;
    let ns = queue.plannedNs;
    // A worker that is busy beyond now is so without a gap: what it took on, it had by now.
    for (const freeAt of queue.freeAt) if (freeAt > nowNs) ns -= freeAt - nowNs;
    return ns;
  }

  /** The pod has stopped: what it had not finished is lost. */
  stop(pod: number, nowNs: number): void {
    const stops = this.#stops[pod] ?? [];
    stops.push(nowNs);
    this.#stops[pod] = stops;
    const queue = this.#pods[pod];
    if (queue === undefined) return;
    queue.plannedNs = this.busyNs(pod, nowNs);
    queue.freeAt.fill(nowNs);
    queue.clear();
  }

  /** Whether a request of an epoch that was to be done at `departNs` was lost when the pod stopped. */
  isLost(pod: number, epoch: number, departNs: number): boolean {
    const stoppedNs = this.#stops[pod]?.[epoch];
    return stoppedNs !== undefined && departNs > stoppedNs;
  }

  #open(pod: number, workers: number): PodQueue {
    while (this.#pods.length <= pod) {
      this.#pods.push(undefined);
      this.#stops.push(undefined);
    }
    const queue = new PodQueue(workers);
    this.#pods[pod] = queue;
    return queue;
  }
}

class PodQueue {
  /** When each worker is free, a heap with the first on top; empty: workers without limit. */
  readonly freeAt: Float64Array;
  /** Service times of everything taken on, ns. */
  plannedNs = 0;
  /** When those that had to wait begin, ascending: a ring. */
  #starts: Float64Array = new Float64Array(16);
  #head = 0;
  #count = 0;

  constructor(workers: number) {
    this.freeAt = new Float64Array(workers === Number.POSITIVE_INFINITY ? 0 : workers);
  }

  waiting(nowNs: number): number {
    const mask = this.#starts.length - 1;
    while (this.#count > 0 && (this.#starts[this.#head] as number) <= nowNs) {
      this.#head = (this.#head + 1) & mask;
      this.#count -= 1;
    }
    return this.#count;
  }

  push(startNs: number): void {
    const size = this.#starts.length;
    if (this.#count === size) {
      const starts = widened(this.#starts, new Float64Array(2 * size));
      // The part that had wrapped round goes behind the rest.
      starts.copyWithin(size, 0, this.#head);
      this.#starts = starts;
    }
    this.#starts[(this.#head + this.#count) & (this.#starts.length - 1)] = startNs;
    this.#count += 1;
  }

  clear(): void {
    this.#count = 0;
  }
}

/** Puts `value` in the place of a heap's first. */
function replaceFirst(heap: Float64Array, value: number): void {
  const size = heap.length;
  let at = 0;
  for (let child = 1; child < size; child = 2 * at + 1) {
    if (child + 1 < size && (heap[child + 1] as number) < (heap[child] as number)) child += 1;
    if ((heap[child] as number) >= value) break;
    heap[at] = heap[child] as number;
    at = child;
  }
  heap[at] = value;
}
