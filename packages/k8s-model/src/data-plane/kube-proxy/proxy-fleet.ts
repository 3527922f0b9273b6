import { invariant } from "@k8s-netsim/sim-core";
import type { EndpointSlice, Service } from "../../api/index.ts";
import {
  arrivalNs,
  type Cursor,
  type KindLog,
  type Store,
  type WatcherClass,
} from "../../store/index.ts";

/** How the kube-proxies of a cluster hear of changes and act on them. Times in ns. */
export interface ProxyOptions {
  readonly watchers: WatcherClass;
  /** Counted from the end of a run; the first run after an idle time starts at once. */
  readonly minSyncPeriodNs: number;
  readonly syncNs: number;
  /** Fixes the jitter of every delivery. */
  readonly seed: number;
}

/** What one proxy has in force: positions in the two sub-logs that it watches. */
export interface ProgrammedView {
  readonly services: number;
  readonly slices: number;
}

const SERVICES = 0;
const SLICES = 1;
const STREAMS = 2;
const IDLE = -1;

/**
 * The kube-proxies of all nodes as cursors: per node and stream what has arrived, what the run in
 * progress covers and what is in force.
 *
 * Nothing is scheduled. A node is brought up to the present when it is asked, by going through the
 * versions that it has not seen; its runs depend on nothing but the log, so when that happens makes
 * no difference.
 */
export class ProxyFleet {
  readonly #options: ProxyOptions;
  readonly #logs: readonly [KindLog<Service>, KindLog<EndpointSlice>];
  readonly #kept: readonly Cursor[];
  #capacity = 64;
  #count = 0;
  /** Per node and stream: covered by the last run started, in force, time of the last arrival. */
  #covered = new Float64Array(this.#capacity * STREAMS);
  #inForce = new Float64Array(this.#capacity * STREAMS);
  #arrivedNs = new Float64Array(this.#capacity * STREAMS);
  #listed = new Float64Array(this.#capacity * STREAMS);
  #listedNs = new Float64Array(this.#capacity);
  #runEndNs = new Float64Array(this.#capacity);
  #lastEndNs = new Float64Array(this.#capacity);

  constructor(store: Store, options: ProxyOptions) {
    this.#options = options;
    this.#logs = [store.log<Service>("Service"), store.log<EndpointSlice>("EndpointSlice")];
    this.#kept = [
      store.watch("Service", "kube-proxy", 0) as Cursor,
      store.watch("EndpointSlice", "kube-proxy", 0) as Cursor,
    ];
  }

  /** Starts the proxy of a node at a time (ns): it lists, then watches. */
  start(node: number, nowNs: number): void {
    while (node >= this.#capacity) this.#grow();
    this.#count = Math.max(this.#count, node + 1);
    for (let stream = 0; stream < STREAMS; stream++) {
      const at = node * STREAMS + stream;
      const { end } = this.#logs[stream] as KindLog;
      this.#covered[at] = 0;
      this.#inForce[at] = 0;
      this.#arrivedNs[at] = nowNs;
      this.#listed[at] = end;
    }
    this.#listedNs[node] = nowNs + this.#options.watchers.latencyNs;
    this.#runEndNs[node] = IDLE;
    this.#lastEndNs[node] = Number.NEGATIVE_INFINITY;
  }

  /** What the proxy of a node has in force at a time, which must not go back. */
  programmed(node: number, nowNs: number): ProgrammedView {
    this.#advance(node, nowNs);
    const at = node * STREAMS;
    return {
      services: this.#inForce[at] as number,
      slices: this.#inForce[at + SLICES] as number,
    };
  }

  /** By when at the latest every proxy has in force what has been written until now (ns). */
  quietNs(): number {
    const { watchers, minSyncPeriodNs, syncNs } = this.#options;
    let lastWriteNs = 0;
    for (const log of this.#logs) {
      if (log.end > log.start) lastWriteNs = Math.max(lastWriteNs, log.at(log.end - 1).atNs);
    }
    return lastWriteNs + watchers.latencyNs + watchers.jitterNs + minSyncPeriodNs + 2 * syncNs + 1;
  }

  /** Brings every node to the present and lets go of the history that none needs any more. */
  release(nowNs: number): ProgrammedView {
    const lowest: [number, number] = [this.#logs[SERVICES].end, this.#logs[SLICES].end];
    for (let node = 0; node < this.#count; node++) {
      this.#advance(node, nowNs);
      for (let stream = 0; stream < STREAMS; stream++) {
        const position = this.#inForce[node * STREAMS + stream] as number;
        if (position < (lowest[stream] as number)) lowest[stream] = position;
      }
    }
    for (const [stream, cursor] of this.#kept.entries()) cursor.moveTo(lowest[stream] as number);
    return { services: lowest[SERVICES], slices: lowest[SLICES] };
  }

  #advance(node: number, nowNs: number): void {
    invariant(node >= 0 && node < this.#count, "a proxy is asked about only after its start");
    const at = node * STREAMS;
    for (;;) {
      const runEndNs = this.#runEndNs[node] as number;
      if (runEndNs !== IDLE) {
        if (runEndNs > nowNs) return;
        this.#inForce[at] = this.#covered[at] as number;
        this.#inForce[at + SLICES] = this.#covered[at + SLICES] as number;
        this.#lastEndNs[node] = runEndNs;
        this.#runEndNs[node] = IDLE;
      }
      const firstNs = Math.min(this.#nextArrivalNs(node, 0), this.#nextArrivalNs(node, 1));
      const startNs = Math.max(
        firstNs,
        (this.#lastEndNs[node] as number) + this.#options.minSyncPeriodNs,
      );
      if (startNs > nowNs) return;
      for (let stream = 0; stream < STREAMS; stream++) this.#cover(node, stream, startNs);
      this.#runEndNs[node] = startNs + this.#options.syncNs;
    }
  }

  /** When the first version arrives that no run has covered. */
  #nextArrivalNs(node: number, stream: number): number {
    const at = node * STREAMS + stream;
    const position = this.#covered[at] as number;
    const log = this.#logs[stream] as KindLog;
    if (position >= log.end) return Number.POSITIVE_INFINITY;
    if (position < (this.#listed[at] as number)) return this.#listedNs[node] as number;
    return arrivalNs(
      this.#options.watchers,
      { seed: this.#options.seed, stream },
      node,
      log.at(position),
      this.#arrivedNs[at] as number,
    );
  }

  #cover(node: number, stream: number, untilNs: number): void {
    const at = node * STREAMS + stream;
    for (;;) {
      const arrivesNs = this.#nextArrivalNs(node, stream);
      if (arrivesNs > untilNs) return;
      const position = this.#covered[at] as number;
      const listed = this.#listed[at] as number;
      this.#covered[at] = position < listed ? listed : position + 1;
      this.#arrivedNs[at] = arrivesNs;
    }
  }

  #grow(): void {
    this.#capacity *= 2;
    this.#covered = grown(this.#covered);
    this.#inForce = grown(this.#inForce);
    this.#arrivedNs = grown(this.#arrivedNs);
    this.#listed = grown(this.#listed);
    this.#listedNs = grown(this.#listedNs);
    this.#runEndNs = grown(this.#runEndNs);
    this.#lastEndNs = grown(this.#lastEndNs);
  }
}

function grown(array: Float64Array): Float64Array<ArrayBuffer> {
  const twice = new Float64Array(array.length * 2);
  twice.set(array);
  return twice;
}
