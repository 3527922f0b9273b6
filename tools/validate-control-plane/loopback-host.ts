import { type KubeObject, serializedSizes } from "@k8s-netsim/k8s-model/api";
import type { Change, RunnerTimes } from "@k8s-netsim/k8s-model/control-plane";
import type { Version } from "@k8s-netsim/k8s-model/store";
import {
  type Distribution,
  exp,
  exponential,
  logNormal,
  normal,
  type RandomStream,
  type Simulation,
} from "@k8s-netsim/sim-core";
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
  readonly #speed: number;
  readonly #variation: Distribution;
  /** When the work that has arrived will be done. */
  #busyUntilNs = 0;

  constructor(sim: Simulation, host: HostParameters, fanoutWatchers: number) {
    this.#sim = sim;
    this.#host = host;
    this.#stream = sim.random("host");
    this.#fanoutWatchers = fanoutWatchers;
    const spread = normal({ mean: 0, standardDeviation: host.speedSpread });
    this.#speed = exp(spread.sample(this.#stream));
    this.#variation = logNormal({
      mean: this.#speed,
      standardDeviation: this.#speed * host.stepVariation,
    });
  }

  podEvent(): void {
    this.#load(this.#step(this.#host.podEventNs));
  }

  /** A version of a slice has been stored: its watchers are served. */
  stored(): void {
    this.#load(this.#step(this.#fanoutWatchers * this.#host.watcherNs));
  }

  /** How long a version takes to a cache of kube-controller-manager, or to the rig's watcher. */
  watchNs({ object }: Version): number {
    const { watchNs, watchBacklogShare, watcherNs } = this.#host;
    const others = object.kind === "EndpointSlice" ? this.#fanoutWatchers * watcherNs : 0;
    const waits = this.#backlogNs() * watchBacklogShare + others * this.#speed;
    const ownNs = ONE.sample(this.#stream) * watchNs * this.#speed;
    return ownNs + this.#stream.double() * waits;
  }

  /** The times of a controller whose syncs are of that size. */
  times(size: SyncSize): RunnerTimes {
    const host = this.#host;
    return {
      lookNs: () => this.#step(host.lookNs + host.lookPodNs * size.pods()),
      planNs: () => {
        const ownNs = this.#step(host.planNs + host.planEndpointNs * size.endpoints());
        this.#load(ownNs * host.syncLoad);
        return ownNs;
      },
      writeNs: (change) => this.#writeNs(change),
      answerNs: () => this.#step(host.answerNs),
    };
  }

  #writeNs(change: Change): number {
    const { writeNs, writeByteNs, writeLoad } = this.#host;
    const ownNs = this.#step(writeNs + writeByteNs * bytesOf(change));
    const waitNs = this.#backlogNs();
    this.#load(ownNs * writeLoad);
    return waitNs + ownNs;
  }

  #backlogNs(): number {
    return Math.max(0, this.#busyUntilNs - this.#sim.now);
  }

  #load(workNs: number): void {
    this.#busyUntilNs = Math.max(this.#busyUntilNs, this.#sim.now) + workNs;
  }

  #step(meanNs: number): number {
    return meanNs <= 0 ? 0 : Math.round(meanNs * this.#variation.sample(this.#stream));
  }
}

function bytesOf(change: Change): number {
  if (change.verb !== "create" && change.verb !== "replace") return 0;
  return serializedSizes(change.object as KubeObject).protobuf;
}
