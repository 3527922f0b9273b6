import { type KubeObject, serializedSizes } from "@k8s-netsim/k8s-model/api";
import type { Change, RunnerTimes } from "@k8s-netsim/k8s-model/control-plane";
import type { Version } from "@k8s-netsim/k8s-model/store";
import {
  type Distribution,
  exp,
  exponential,
  logNormal,
  type RandomStream,
  type Simulation,
} from "@k8s-netsim/sim-core";
import type { Congestion } from "./congestion.ts";
import type { HostParameters } from "./parameters.ts";

/** What a sync of a Service looks at. */
export interface SyncSize {
  /** Pods in the cache that the Service selects. */
  pods(): number;
  /** Endpoints that are compared: those that there are and those that there should be. */
  endpoints(): number;
}

const ONE = exponential({ mean: 1 });

/**
 * One machine that everything shares: work that arrives is done in turn, so a request waits for what
 * was there before it. Pod events, writes, syncs and watchers bring work; all times are random from
 * the stream `host`.
 */
export class LoopbackHost {
  readonly #sim: Simulation;
  readonly #host: HostParameters;
  readonly #stream: RandomStream;
  readonly #fanoutWatchers: number;
  readonly #slowness: number;
  readonly #variation: Distribution;
  /** When the work that has arrived will be done. */
  #busyUntilNs = 0;
  #congestion: Congestion | undefined;
  #phaseStartNs = 0;
  #recentNs = 0;
  #recentAtNs = 0;

  /** @param slowness where the machine of this run stands among others: 0 the fastest, 1 the slowest. */
  constructor(sim: Simulation, host: HostParameters, fanoutWatchers: number, slowness: number) {
    this.#sim = sim;
    this.#host = host;
    this.#stream = sim.random("host");
    this.#fanoutWatchers = fanoutWatchers;
    this.#slowness = exp(host.speedSpread * (2 * slowness - 1));
    this.#variation = logNormal({
      mean: this.#slowness,
      standardDeviation: this.#slowness * host.stepVariation,
    });
  }

  podEvent(): void {
    // Not slower in a slow run: the events came as they came.
    this.#load(this.#step(this.#host.podEventNs) / this.#slowness);
  }

  /** From now on the client's requests are those of this phase. */
  phaseBegins(congestion: Congestion): void {
    this.#congestion = congestion;
    this.#phaseStartNs = this.#sim.now;
  }

  /** A version of a slice has been stored: its watchers are served. */
  stored(): void {
    this.#load(this.#step(this.#fanoutWatchers * this.#host.watcherNs));
  }

  /** How long a version takes to a cache of kube-controller-manager, or to the rig's watcher. */
  watchNs({ object }: Version): number {
    const { watchNs, watchBacklogShare, watcherNs, watchersShare } = this.#host;
    const others = object.kind === "EndpointSlice" ? this.#fanoutWatchers * watcherNs : 0;
    const waits = this.#backlogNs() * watchBacklogShare + others * watchersShare * this.#slowness;
    const ownNs = ONE.sample(this.#stream) * watchNs * this.#slowness;
    return ownNs + this.#stream.double() * waits;
  }

  /** The times of a controller whose syncs are of that size. */
  times(size: SyncSize): RunnerTimes {
    const host = this.#host;
    return {
      lookNs: () => this.#slowed(host.lookNs + host.lookPodNs * size.pods()),
      planNs: () => {
        const ownNs = this.#slowed(host.planNs + host.planEndpointNs * size.endpoints());
        this.#load(ownNs * host.syncLoad);
        return ownNs;
      },
      writeNs: (change) => this.#writeNs(change),
      answerNs: () => this.#slowed(host.answerNs) + Math.round(this.#heldNs() * host.answerShare),
    };
  }

  #writeNs(change: Change): number {
    const { writeNs, writeByteNs, writeLoad } = this.#host;
    const ownNs = this.#slowed(writeNs + writeByteNs * bytesOf(change));
    const waitNs = Math.max(this.#backlogNs(), this.#heldNs());
    this.#load(ownNs * writeLoad);
    return waitNs + ownNs;
  }

  /** What a request waits while the client's are known to be held up. */
  #heldNs(): number {
    if (this.#congestion === undefined) return 0;
    const others = this.#step(this.#host.heldRequests);
    return this.#congestion.waitNs(this.#sim.now - this.#phaseStartNs, others);
  }

  #backlogNs(): number {
    const waitNs = Math.max(0, this.#busyUntilNs - this.#sim.now);
    return Math.min(waitNs, this.#host.longestWaitNs);
  }

  #load(workNs: number): void {
    const { now } = this.#sim;
    this.#recentNs = this.#recentWorkNs() + workNs;
    this.#recentAtNs = now;
    this.#busyUntilNs = Math.max(this.#busyUntilNs, now) + workNs;
  }

  /** Work of the last while, what is older counting less and less. */
  #recentWorkNs(): number {
    const { busyWindowNs } = this.#host;
    return this.#recentNs * exp((this.#recentAtNs - this.#sim.now) / busyWindowNs);
  }

  #step(meanNs: number): number {
    if (meanNs <= 0) return 0;
    return Math.round(meanNs * this.#variation.sample(this.#stream));
  }

  /** A step that competes for the machine. */
  #slowed(meanNs: number): number {
    const { busyShare, busyWindowNs } = this.#host;
    const busy = Math.min(1, this.#recentWorkNs() / busyWindowNs);
    return this.#step(meanNs * (1 + busyShare * busy));
  }
}

function bytesOf(change: Change): number {
  if (change.verb !== "create" && change.verb !== "replace") return 0;
  return serializedSizes(change.object as KubeObject).protobuf;
}
