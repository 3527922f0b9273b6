import type { EventId, Simulation } from "@k8s-netsim/sim-core";
import type { KubeObject } from "../api/index.ts";
import { evict } from "../control-plane/disruption/index.ts";
import type { Timings } from "../control-plane/timings.ts";
import type { Store } from "../store/index.ts";
import type { ClusterListener } from "./inventory.ts";

/** What maintenance needs of a cluster. */
export interface MaintainedCluster {
  readonly sim: Simulation;
  readonly store: Store;
  readonly timings: Timings;
  apply(object: KubeObject): void;
  onChange(listener: ClusterListener): void;
}

export interface DrainOptions {
  /** Evictions that wait longer than this from the start are given up; never unless told. */
  readonly timeoutNs?: number;
  /** Pause after a budget's refusal; 5 s unless told, as `kubectl drain`. */
  readonly retryNs?: number;
}

/** What became of one pod of a drain. Times in ns of the simulation's clock. */
export interface DrainedPod {
  /** `namespace/name`. */
  readonly pod: string;
  /** The budget that made it wait, or forbade it for good. */
  budget?: string;
  /** In the words of the last refusal. */
  reason?: string;
  refusals: number;
  /** When its eviction was granted. */
  evictedNs?: number;
  /** When it was gone. */
  goneNs?: number;
}

const RETRY_NS = 5_000_000_000;

/** One drain of one node, while it runs and after. */
export class Drain {
  readonly node: string;
  readonly startedNs: number;
  readonly pods: readonly DrainedPod[];
  /** When the last pod was gone, or when the drain was given up; absent while it runs. */
  endedNs: number | undefined;
  readonly #cluster: MaintainedCluster;
  readonly #retryNs: number;
  /** Evictions asked again later, by the pod's place. */
  readonly #waiting = new Map<DrainedPod, EventId>();
  #left: number;

  constructor(
    cluster: MaintainedCluster,
    node: string,
    pods: readonly string[],
    options: DrainOptions,
  ) {
    const { sim, timings } = cluster;
    this.node = node;
    this.startedNs = sim.now;
    this.pods = pods.map((pod) => ({ pod, refusals: 0 }));
    this.#cluster = cluster;
    this.#retryNs = options.retryNs ?? RETRY_NS;
    this.#left = pods.length;
    const byKey = new Map(this.pods.map((pod) => [pod.pod, pod]));
    cluster.onChange({
      podChanged: ({ key, gone }) => {
        const pod = byKey.get(key);
        if (gone && pod !== undefined && pod.goneNs === undefined) this.#isGone(pod);
      },
    });
    if (this.#left === 0) this.endedNs = sim.now;
    for (const pod of this.pods) this.#askAfter(pod, timings.apiWriteNs);
    const { timeoutNs } = options;
    if (timeoutNs !== undefined) sim.after(timeoutNs, () => this.giveUp());
  }

  /** Whether all that had to go is gone. */
  get isDone(): boolean {
    return this.#left === 0;
  }

  /** Asks for no more evictions; those that were granted go on. */
  giveUp(): void {
    if (this.endedNs !== undefined) return;
    this.endedNs = this.#cluster.sim.now;
    for (const event of this.#waiting.values()) this.#cluster.sim.cancel(event);
    this.#waiting.clear();
  }

  #askAfter(pod: DrainedPod, delayNs: number): void {
    const event = this.#cluster.sim.after(delayNs, () => this.#ask(pod));
    this.#waiting.set(pod, event);
  }

  #ask(pod: DrainedPod): void {
    this.#waiting.delete(pod);
    if (pod.goneNs !== undefined) return;
    const { sim, store } = this.#cluster;
    const answer = evict(store, sim.now, pod.pod);
    if (answer.verdict === "evicted") pod.evictedNs = sim.now;
    if (answer.verdict === "not-found") this.#isGone(pod);
    if (answer.verdict !== "wait" && answer.verdict !== "refused") return;
    pod.refusals += 1;
    pod.budget = answer.budget;
    pod.reason = answer.reason;
    // kubectl asks again for as long as it may be granted, and only then.
    if (answer.verdict === "wait") this.#askAfter(pod, this.#retryNs);
  }

  #isGone(pod: DrainedPod): void {
    pod.goneNs = this.#cluster.sim.now;
    this.#left -= 1;
    if (this.#left === 0) this.endedNs ??= this.#cluster.sim.now;
  }
}
