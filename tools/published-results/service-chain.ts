import type { Endpoints, KubeObject, Node } from "@k8s-netsim/k8s-model/api";
import { ApiServers, type BytesOf, Etcd, type WatchStream } from "@k8s-netsim/k8s-model/api-server";
import {
  type Controller,
  ControllerRunner,
  DEFAULT_BACKOFF,
  EndpointSliceController,
  EndpointsController,
  Informer,
  Work,
  watchAll,
} from "@k8s-netsim/k8s-model/control-plane";
import { Store } from "@k8s-netsim/k8s-model/store";
import { Simulation } from "@k8s-netsim/sim-core";

export interface ServiceChainOptions {
  /** What the watchers watch, and so which controller runs. */
  readonly kind: "EndpointSlice" | "Endpoints";
  /** `--max-endpoints-per-slice`; 100 unless told. Endpoints have no limit here. */
  readonly endpointsPerSlice?: number;
  /** kube-proxies that watch; none unless told. */
  readonly watchers?: number;
  /** What an event weighs; nothing unless told. */
  readonly bytesOf?: BytesOf;
  readonly nodes?: readonly Node[];
  /** A limit on what etcd stores; none unless told. */
  readonly maxRequestBytes?: number;
}

/** What was counted since the last time. */
export interface Counted {
  /** Versions of the watched kind in the store. */
  readonly writes: number;
  /** Copies that the API server gave to its link, and their bytes. */
  readonly watchEvents: number;
  readonly bytes: number;
}

const STEP_NS = 2_000_000_000;
const PRUNE_AFTER_WRITES = 500;
/** Requests a second that no step comes near. */
const NO_LIMIT = 1_000_000_000;

/**
 * The model's store, its EndpointSlice or Endpoints controller and an API server with its watchers,
 * with nothing on the way that merges: client limits, batch periods and lagging caches are off, and
 * so is etcd's limit unless one is given. Each {@link step} is one sync of its own; what it cost is
 * read off the store and the API server.
 */
export class ServiceChain {
  readonly sim: Simulation = new Simulation({ seed: "published results" });
  readonly store: Store = new Store({ now: () => this.sim.now });
  readonly etcd: Etcd | undefined;
  readonly #servers: ApiServers;
  readonly #work: Work = new Work(this.sim);
  readonly #kind: ServiceChainOptions["kind"];
  readonly #stream: WatchStream;
  #before: Counted = { writes: 0, watchEvents: 0, bytes: 0 };

  constructor(options: ServiceChainOptions) {
    const { kind, watchers = 0, bytesOf = () => 0, nodes = [], maxRequestBytes } = options;
    this.#kind = kind;
    if (maxRequestBytes !== undefined) this.etcd = new Etcd(this.store, maxRequestBytes);
    const unlimited = { egressBytesPerSecond: Number.POSITIVE_INFINITY };
    this.#servers = new ApiServers(this.store, unlimited, bytesOf);
    this.#stream = this.#servers.stream(kind, "kube-proxy");
    for (let watcher = 0; watcher < watchers; watcher++) {
      this.#servers.list({ atNs: 0, server: 0, streams: [this.#stream], listed: () => {} });
    }
    this.#run(options);
    for (const node of nodes) this.store.create(node);
    this.#rest();
  }

  /** Lets something happen at one instant, and the controller do all that follows from it. */
  step(happen: () => void, afterNs: number = STEP_NS): void {
    this.sim.at(this.sim.now + afterNs, happen);
    this.#rest();
    if (this.store.writesSincePrune < PRUNE_AFTER_WRITES) return;
    this.#servers.advance(this.sim.now);
    this.#stream.dropBelow(this.#stream.end);
    this.store.prune();
  }

  /** What has been counted since this was last asked. */
  count(): Counted {
    this.#servers.advance(this.sim.now);
    const { sentEvents: watchEvents, sentBytes: bytes } = this.#stream;
    const { writes: writesBefore, watchEvents: eventsBefore, bytes: bytesBefore } = this.#before;
    const writes = this.store.log(this.#kind).end;
    this.#before = { writes, watchEvents, bytes };
    return {
      writes: writes - writesBefore,
      watchEvents: watchEvents - eventsBefore,
      bytes: bytes - bytesBefore,
    };
  }

  /** Objects of the watched kind, as they are. */
  objects<T extends KubeObject>(): readonly T[] {
    return this.store.list<T>(this.#kind);
  }

  #rest(): void {
    this.sim.run();
  }

  #run({ kind, endpointsPerSlice = 100 }: ServiceChainOptions): void {
    const informers = watchAll(this.#work, this.store, 0);
    if (kind === "EndpointSlice") {
      this.#start(
        new EndpointSliceController(this.#work, informers, {
          maxEndpointsPerSlice: endpointsPerSlice,
          trafficDistribution: true,
          preferSameTrafficDistribution: true,
        }),
      );
      return;
    }
    const { pods, services } = informers;
    const endpoints = new Informer<Endpoints>(this.#work, this.store, kind, 0, "controllers");
    this.#start(new EndpointsController({ pods, services, endpoints }, null));
  }

  #start<T>(
    controller: Controller<T> & {
      start(enqueue: (key: string, delayNs: number) => void, batchPeriodNs: number): void;
    },
  ): void {
    const atOnce = (): number => 0;
    const runner = new ControllerRunner(controller, this.#work, this.store, {
      times: { lookNs: atOnce, planNs: atOnce, writeNs: atOnce, answerNs: atOnce },
      qps: NO_LIMIT,
      burst: NO_LIMIT,
      backoff: DEFAULT_BACKOFF,
      staleCacheWaitNs: 1,
    });
    controller.start((key, delayNs) => runner.addAfter(key, delayNs), 0);
  }
}
