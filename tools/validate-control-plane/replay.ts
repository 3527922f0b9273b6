import type { EndpointSlice, Endpoints, Pod } from "@k8s-netsim/k8s-model/api";
import {
  type BackoffOptions,
  type Controller,
  ControllerRunner,
  DEFAULT_BACKOFF,
  DEFAULT_MAX_ENDPOINTS_PER_OBJECT,
  defaultTimings,
  ENDPOINT_SLICE_BACKOFF,
  EndpointSliceController,
  EndpointsController,
  GarbageCollector,
  Informer,
  type Informers,
  type SyncCounts,
  Work,
  watchAll,
} from "@k8s-netsim/k8s-model/control-plane";
import { Store, timestampAt } from "@k8s-netsim/k8s-model/store";
import { Simulation } from "@k8s-netsim/sim-core";
import { asked } from "./asked.ts";
import { Congestion } from "./congestion.ts";
import { LoopbackHost } from "./loopback-host.ts";
import {
  durationNs,
  type MeasuredPhase,
  type MeasuredRun,
  type PodEvent,
  qpsAndBurst,
} from "./measured-run.ts";
import type { HostParameters } from "./parameters.ts";
import { podKey, rigNode, rigPod, rigService, rigStatus, SERVICE_KEY } from "./rig.ts";
import { type Received, Watchers } from "./watchers.ts";
import { workBegins } from "./work-begins.ts";

const NS_PER_MS = 1_000_000;
const NS_PER_SECOND = 1_000_000_000;
/** Between phases everything comes to rest, client limits included. */
const REST_NS = 10 * NS_PER_SECOND;

export interface SimulatedPhase {
  readonly slices: Received;
  readonly endpoints: Received;
  readonly syncs: SyncCounts;
  /** Endpoints in each slice at the end, most first. */
  readonly sliceSizes: readonly number[];
  /** From the k-th Ready status until all slices together show k ready endpoints (ns), ascending. */
  readonly propagationNs: readonly number[];
}

/**
 * Replays a run's own pod events through the model's controllers, phase by phase, once for each of
 * `seeds` seeds: the first on the fastest machine, the last on the slowest.
 */
export function replays(
  run: MeasuredRun,
  host: HostParameters,
  seeds: number,
): readonly (readonly SimulatedPhase[])[] {
  return Array.from({ length: seeds }, (_, index) => {
    const world = new Replay(run, host, `${run.label}/${index}`, (index + 0.5) / seeds);
    return run.phases.map((phase) => world.play(phase));
  });
}

/** Whatever a controller observes, its syncs can be counted. */
interface SyncCounter {
  readonly syncs: SyncCounts;
}

class Replay {
  readonly #run: MeasuredRun;
  readonly #parameters: HostParameters;
  readonly #sim: Simulation;
  readonly #store: Store;
  readonly #work: Work;
  readonly #host: LoopbackHost;
  readonly #informers: Informers;
  readonly #slices: SyncCounter;
  readonly #sliceWatchers: Watchers;
  readonly #endpointsWatchers: Watchers;

  constructor(run: MeasuredRun, host: HostParameters, seed: string, slowness: number) {
    const { params } = run;
    this.#run = run;
    this.#parameters = host;
    this.#sim = new Simulation({ seed });
    this.#store = new Store({ now: () => this.#sim.now });
    this.#work = new Work(this.#sim);
    this.#host = new LoopbackHost(this.#sim, host, params.fanoutWatchers ?? 0, slowness);
    this.#informers = watchAll(this.#work, this.#store, (version) => this.#host.watchNs(version));
    this.#sliceWatchers = new Watchers(this.#store, "EndpointSlice");
    this.#endpointsWatchers = new Watchers(this.#store, "Endpoints");
    this.#store.onWrite("EndpointSlice", () => this.#host.stored());
    this.#slices = this.#endpointSlices();
    this.#endpoints();
    new GarbageCollector(this.#work, this.#store, defaultTimings(), this.#informers);
    for (let index = 0; index < params.nodes; index++) {
      this.#store.create(rigNode(index, params.zones));
    }
    this.#rest();
  }

  play(phase: MeasuredPhase): SimulatedPhase {
    const startNs = this.#sim.now;
    this.#host.phaseBegins(new Congestion(phase, this.#run, this.#parameters.servedNs));
    const before = { ...this.#slices.syncs };
    if (phase.phase === "create") {
      this.#store.create(rigService(this.#run.params.trafficDistribution));
    }
    if (phase.phase === "deleteService") this.#store.delete("Service", SERVICE_KEY);
    for (const [event, atNs] of this.#effects(phase)) {
      this.#sim.at(startNs + atNs, () => this.#podEvent(event));
    }
    for (const beginNs of workBegins(phase, this.#run, this.#parameters)) {
      this.#sim.at(startNs + beginNs, () => this.#host.podEvent());
    }
    const [lastMs = 0] = phase.podEvents.at(-1) ?? [];
    this.#sim.runUntil(startNs + Math.round(lastMs * NS_PER_MS));
    this.#rest();
    const slices = this.#sliceWatchers.take();
    return {
      slices,
      endpoints: this.#endpointsWatchers.take(),
      syncs: difference(this.#slices.syncs, before),
      sliceSizes: this.#store
        .list<EndpointSlice>("EndpointSlice")
        .map(({ endpoints }) => endpoints?.length ?? 0)
        .sort((a, b) => b - a),
      propagationNs: propagation(phase, startNs, slices),
    };
  }

  /** When each pod event took effect: the client sees its answer a share of its whole wait later. */
  #effects(phase: MeasuredPhase): (readonly [PodEvent, number])[] {
    const askedNs = asked(phase, this.#run);
    return phase.podEvents.map((event, index) => {
      const seenNs = event[0] * NS_PER_MS;
      const waitedNs = seenNs - (askedNs[index] ?? seenNs);
      return [event, Math.round(seenNs - this.#parameters.answerShare * waitedNs)];
    });
  }

  #endpointSlices(): SyncCounter {
    const { params } = this.#run;
    const controller = new EndpointSliceController(this.#work, this.#informers, {
      maxEndpointsPerSlice: params.maxEndpointsPerSlice,
      trafficDistribution: true,
      preferSameTrafficDistribution: true,
    });
    const runner = this.#runner(controller, ENDPOINT_SLICE_BACKOFF);
    controller.start(
      (key, delayNs) => runner.addAfter(key, delayNs),
      durationNs(params.endpointBatchPeriod),
    );
    return runner;
  }

  #endpoints(): void {
    const { params } = this.#run;
    const endpoints = new Informer<Endpoints>(
      this.#work,
      this.#store,
      "Endpoints",
      (version) => this.#host.watchNs(version),
      "controllers",
    );
    const { pods, services } = this.#informers;
    const informers = { pods, services, endpoints };
    const controller = new EndpointsController(informers, DEFAULT_MAX_ENDPOINTS_PER_OBJECT);
    const runner = this.#runner(controller, DEFAULT_BACKOFF);
    controller.start(
      (key, delayNs) => runner.addAfter(key, delayNs),
      durationNs(params.endpointBatchPeriod),
    );
  }

  #runner<Observed>(
    controller: Controller<Observed>,
    backoff: BackoffOptions,
  ): ControllerRunner<Observed> {
    const size = {
      pods: () => this.#informers.pods.cache.size,
      endpoints: () => this.#listedEndpoints(),
    };
    return new ControllerRunner(controller, this.#work, this.#store, {
      times: this.#host.times(size),
      ...qpsAndBurst(this.#run.params.kcmQpsBurst),
      backoff,
      staleCacheWaitNs: 1,
    });
  }

  #listedEndpoints(): number {
    let count = 0;
    for (const { endpoints } of this.#informers.slices.cache.values()) {
      count += endpoints?.length ?? 0;
    }
    return count;
  }

  #podEvent([, kind, id]: PodEvent): void {
    const key = podKey(id);
    const nowNs = this.#sim.now;
    if (kind === "created") {
      this.#store.create(rigPod(id, this.#run.params.nodes));
      return;
    }
    const pod = this.#store.get<Pod>("Pod", key);
    if (pod === undefined) return;
    if (kind === "removed") this.#store.delete("Pod", key);
    else if (kind === "terminating") {
      const deletionTimestamp = timestampAt(nowNs);
      this.#store.replace({ ...pod, metadata: { ...pod.metadata, deletionTimestamp } });
    } else {
      this.#store.replace({ ...pod, status: rigStatus(pod, id, kind === "ready", nowNs) } as Pod);
    }
  }

  /** Until the controllers have nothing left to do, and a while longer. */
  #rest(): void {
    while (this.#work.pending > 0 && this.#sim.step());
    this.#sim.runUntil(this.#sim.now + REST_NS);
    this.#store.prune();
  }
}

function difference(after: SyncCounts, before: SyncCounts): SyncCounts {
  return {
    success: after.success - before.success,
    stale: after.stale - before.stale,
    error: after.error - before.error,
  };
}

function propagation(phase: MeasuredPhase, startNs: number, { events }: Received): number[] {
  const readyBySlice = new Map<string, number>();
  const shownNs: number[] = [];
  let total = 0;
  for (const { key, type, ready, atNs } of events) {
    const now = type === "DELETED" ? 0 : ready;
    total += now - (readyBySlice.get(key) ?? 0);
    readyBySlice.set(key, now);
    while (shownNs.length < total) shownNs.push(atNs);
  }
  const readyNs = phase.podEvents
    .filter(([, kind]) => kind === "ready")
    .map(([ms]) => startNs + ms * NS_PER_MS);
  const delays = readyNs
    .slice(0, shownNs.length)
    .map((at, index) => (shownNs[index] as number) - at);
  return delays.sort((a, b) => a - b);
}
