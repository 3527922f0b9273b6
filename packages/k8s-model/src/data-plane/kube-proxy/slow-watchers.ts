import type { WatchStream } from "../../api-server/index.ts";
import { arrivalNs, type SendLine, WatchColumn, type WatcherClass } from "../../store/index.ts";

/** When versions have got through to a watcher that takes them in slowly, from a position on. */
export class SlowArrivals {
  readonly #arrivesNs: WatchColumn = new WatchColumn();
  /** The first version that was still on its way when one was last sent. */
  #waitingFrom: number;
  #lastNs = 0;

  constructor(from: number) {
    this.#arrivesNs.base = from;
    this.#waitingFrom = from;
  }

  /** The position after the newest version. */
  get end(): number {
    return this.#arrivesNs.end;
  }

  /** Takes a version up that is written at a time; returns how many wait for this watcher then. */
  push(atNs: number, reachesNs: number, takesNs: number): number {
    this.#lastNs = Math.ceil(Math.max(this.#lastNs, reachesNs) + takesNs);
    this.#arrivesNs.push(this.#lastNs);
    while (
      this.#waitingFrom < this.#arrivesNs.end &&
      this.#arrivesNs.at(this.#waitingFrom) <= atNs
    ) {
      this.#waitingFrom++;
    }
    return this.#arrivesNs.end - this.#waitingFrom;
  }

  arrivalNs(position: number): number {
    return position < this.#arrivesNs.end ? this.#arrivesNs.at(position) : Number.POSITIVE_INFINITY;
  }

  firstNotArrived(from: number, timeNs: number): number {
    let position = from;
    while (position < this.#arrivesNs.end && this.#arrivesNs.at(position) <= timeNs) position++;
    return position;
  }
}

interface SlowWatcher {
  readonly nsPerByte: number;
  readonly bufferEvents: number;
  /** By stream. */
  readonly arrivals: SlowArrivals[];
}

/** What a version is sent with, to one watcher. */
export interface SlowPath {
  readonly atNs: number;
  readonly line: SendLine;
  readonly rank: number;
  readonly watchers: WatcherClass;
  readonly jitter: number;
}

/**
 * The watchers that have left their class because they take bytes in slowly. One for whom more
 * events wait than the API server keeps is dropped.
 */
export class SlowWatchers {
  readonly #watchers = new Map<number, SlowWatcher>();

  get nodes(): Iterable<number> {
    return this.#watchers.keys();
  }

  /** A watcher becomes slow; `arrivals`, by stream, hold what is on its way. */
  add(
    node: number,
    bytesPerSecond: number,
    bufferEvents: number,
    arrivals: readonly SlowArrivals[],
  ): void {
    const nsPerByte = 1e9 / bytesPerSecond;
    this.#watchers.set(node, { nsPerByte, bufferEvents, arrivals: [...arrivals] });
  }

  /** Begins anew from these positions, after a list. */
  restart(node: number, ends: readonly number[]): void {
    const watcher = this.#watchers.get(node);
    if (watcher === undefined) return;
    for (const [stream, end] of ends.entries()) watcher.arrivals[stream] = new SlowArrivals(end);
  }

  delete(node: number): void {
    this.#watchers.delete(node);
  }

  arrivals(node: number, stream: number): SlowArrivals | undefined {
    if (this.#watchers.size === 0) return undefined;
    return this.#watchers.get(node)?.arrivals[stream];
  }

  /** Sends a version of a stream to a slow watcher; true where it is dropped for it. */
  send(
    node: number,
    stream: number,
    versions: WatchStream,
    position: number,
    path: SlowPath,
  ): boolean {
    const watcher = this.#watchers.get(node) as SlowWatcher;
    const { atNs, line, rank, watchers, jitter } = path;
    const bytes = versions.bytesBelow(position + 1) - versions.bytesBelow(position);
    const waiting = (watcher.arrivals[stream] as SlowArrivals).push(
      atNs,
      arrivalNs(line, position, rank, watchers, jitter),
      bytes * watcher.nsPerByte,
    );
    return waiting > watcher.bufferEvents;
  }
}
