import type { Endpoints, IPFamily, Pod } from "../api/index.ts";
import type { Store } from "../store/index.ts";
import { PodAddresses } from "./addresses/pod-addresses.ts";
import { ServiceAddresses } from "./addresses/service-addresses.ts";
import { admitNode, admitPod } from "./admission.ts";
import { DaemonSetController } from "./daemon-set/controller.ts";
import { DeploymentController } from "./deployment/controller.ts";
import { DisruptionController } from "./disruption/controller.ts";
import { EndpointSliceController } from "./endpoint-slice/controller.ts";
import type { ReconcileOptions } from "./endpoint-slice/reconcile.ts";
import { EndpointSliceMirroringController } from "./endpoint-slice-mirroring/controller.ts";
import { EndpointsController } from "./endpoints/controller.ts";
import type { EndpointsOptions } from "./endpoints/options.ts";
import { GarbageCollector } from "./garbage-collection/garbage-collector.ts";
import { PodGarbageCollector } from "./garbage-collection/pod-garbage-collector.ts";
import { AutoscalerController } from "./horizontal-pod-autoscaler/controller.ts";
import type { AutoscalerOptions } from "./horizontal-pod-autoscaler/options.ts";
import { Kubelets, type PodRuntime } from "./kubelet/kubelets.ts";
import { NodeLifeCycle } from "./node-life-cycle/node-life-cycle.ts";
import { TaintEviction } from "./node-life-cycle/taint-eviction.ts";
import { ReplicaSetController } from "./replica-set/controller.ts";
import { type Controller, ControllerRunner } from "./runtime/controller-runner.ts";
import { Informer } from "./runtime/informer.ts";
import { type Informers, watchAll } from "./runtime/informers.ts";
import {
  type BackoffOptions,
  DEFAULT_BACKOFF,
  ENDPOINT_SLICE_BACKOFF,
  MIRRORING_BACKOFF,
} from "./runtime/rate-limiter.ts";
import { constantTimes } from "./runtime/runner-times.ts";
import type { Work } from "./runtime/work.ts";
import { SchedulingLoop } from "./scheduling/scheduling-loop.ts";
import { StatefulSetController } from "./stateful-set/controller.ts";
import type { Timings } from "./timings.ts";

export interface ControlPlaneOptions {
  readonly timings: Timings;
  readonly slices: ReconcileOptions;
  /** Address families of pods, the first one first. */
  readonly ipFamilies: readonly IPFamily[];
  readonly runtime: PodRuntime;
  /** Feature gate MaxUnavailableStatefulSet: without it `maxUnavailable` counts as 1. */
  readonly maxUnavailableStatefulSet: boolean;
  readonly autoscaler?: Partial<AutoscalerOptions>;
  /** What runs for the older Endpoints API; nothing where absent. */
  readonly endpoints?: EndpointsOptions;
}

/** All controllers, the scheduler and the kubelets of one cluster, around its store. */
export class ControlPlane {
  readonly informers: Informers;
  readonly kubelets: Kubelets;
  readonly scheduling: SchedulingLoop;
  readonly endpointSlices: EndpointSliceController;
  readonly nodeLifeCycle: NodeLifeCycle;
  readonly autoscaler: AutoscalerController;
  readonly #work: Work;
  readonly #store: Store;
  readonly #timings: Timings;
  readonly #runners: Pick<ControllerRunner<unknown>, "pause" | "resume">[] = [];

  constructor(work: Work, store: Store, options: ControlPlaneOptions) {
    const { timings } = options;
    this.#work = work;
    this.#store = store;
    this.#timings = timings;
    const serviceAddresses = new ServiceAddresses();
    store.admit("Service", (object) => serviceAddresses.admit(object));
    store.admit("Node", admitNode);
    store.admit("Pod", (object) => admitPod(object, timings.notReadyTolerationSeconds));
    this.informers = watchAll(work, store, timings.informerLatencyNs);
    const { informers } = this;
    this.scheduling = new SchedulingLoop(work, store, timings, informers);
    const addresses = new PodAddresses(options.ipFamilies);
    const kubeletPods = new Informer<Pod>(work, store, "Pod", timings.kubeletWatchNs, "kubelets");
    kubeletPods.addIndex("node", ({ spec }) => [spec.nodeName ?? ""]);
    informers.nodes.onEvent(({ type, object }) => {
      if (type !== "DELETED") addresses.addNode(object);
    });
    this.kubelets = new Kubelets(work, store, timings, addresses, kubeletPods, options.runtime);
    this.endpointSlices = new EndpointSliceController(work, informers, options.slices);
    const slices = this.#run(
      this.endpointSlices,
      ENDPOINT_SLICE_BACKOFF,
      timings.concurrentServiceEndpointSyncs,
    );
    this.endpointSlices.start(
      (key, delayNs) => slices.addAfter(key, delayNs),
      timings.endpointSliceBatchPeriodNs,
    );
    if (options.endpoints !== undefined) this.#runEndpoints(options.endpoints);
    const deployments = new DeploymentController(work, informers);
    deployments.start(this.#run(deployments));
    const replicaSets = new ReplicaSetController(work, informers);
    replicaSets.start(this.#run(replicaSets));
    const statefulSets = new StatefulSetController(
      work,
      informers,
      options.maxUnavailableStatefulSet,
    );
    statefulSets.start(this.#run(statefulSets));
    const daemonSets = new DaemonSetController(work, informers);
    daemonSets.start(this.#run(daemonSets));
    const disruption = new DisruptionController(work, informers);
    disruption.start(this.#run(disruption));
    this.autoscaler = new AutoscalerController(work, store, timings, informers, options.autoscaler);
    this.nodeLifeCycle = new NodeLifeCycle(work, store, timings, informers);
    new TaintEviction(work, store, timings, informers);
    new GarbageCollector(work, store, timings, informers);
    new PodGarbageCollector(work, store, informers);
  }

  /** The two controllers of the Endpoints API, on a watch of their own. */
  #runEndpoints({ maxEndpointsPerObject, mirroringMaxEndpointsPerSubset }: EndpointsOptions): void {
    const { informerLatencyNs, endpointUpdatesBatchPeriodNs, mirroringBatchPeriodNs } =
      this.#timings;
    const informers = {
      ...this.informers,
      endpoints: new Informer<Endpoints>(
        this.#work,
        this.#store,
        "Endpoints",
        informerLatencyNs,
        "controllers",
      ),
    };
    const endpoints = new EndpointsController(informers, maxEndpointsPerObject);
    const runner = this.#run(endpoints, DEFAULT_BACKOFF, this.#timings.concurrentEndpointSyncs);
    endpoints.start((key, delayNs) => runner.addAfter(key, delayNs), endpointUpdatesBatchPeriodNs);
    const mirroring = new EndpointSliceMirroringController(
      informers,
      mirroringMaxEndpointsPerSubset,
    );
    const mirrors = this.#run(mirroring, MIRRORING_BACKOFF);
    mirroring.start((key, delayNs) => mirrors.addAfter(key, delayNs), mirroringBatchPeriodNs);
  }

  /** The controller manager has no leader: its work queues stand still. */
  pauseControllers(): void {
    for (const runner of this.#runners) runner.pause();
  }

  /** A new leader has filled its caches. */
  resumeControllers(): void {
    for (const runner of this.#runners) runner.resume();
  }

  #run<Observed>(
    controller: Controller<Observed>,
    backoff: BackoffOptions = DEFAULT_BACKOFF,
    workers: number = controller.workers,
  ): ControllerRunner<Observed> {
    const { syncNs, controllerQps, controllerBurst, informerLatencyNs } = this.#timings;
    const runner = new ControllerRunner(controller, this.#work, this.#store, {
      // Read anew for each write: etcd may be slow for a while.
      times: { ...constantTimes(syncNs, 0), writeNs: () => this.#timings.apiWriteNs },
      qps: controllerQps,
      burst: controllerBurst,
      backoff,
      workers,
      staleCacheWaitNs: Math.max(informerLatencyNs, 1),
    });
    this.#runners.push(runner);
    return runner;
  }
}
