import type {
  Deployment,
  EndpointSlice,
  IPFamily,
  Node,
  Pod,
  ReplicaSet,
  Service,
  StatefulSet,
} from "../api/index.ts";
import type { Store } from "../store/index.ts";
import { PodAddresses } from "./addresses/pod-addresses.ts";
import { ServiceAddresses } from "./addresses/service-addresses.ts";
import { admitPod } from "./admission.ts";
import { DeploymentController } from "./deployment/controller.ts";
import { EndpointSliceController, serviceKeyOfSlice } from "./endpoint-slice/controller.ts";
import type { ReconcileOptions } from "./endpoint-slice/reconcile.ts";
import { Kubelets, type PodRuntime } from "./kubelet/kubelets.ts";
import { controllerOf, controllerUidOf } from "./ownership/ownership.ts";
import { ReplicaSetController } from "./replica-set/controller.ts";
import {
  type Controller,
  ControllerRunner,
  type RunnerOptions,
} from "./runtime/controller-runner.ts";
import { Informer } from "./runtime/informer.ts";
import type { Work } from "./runtime/work.ts";
import { SchedulingLoop } from "./scheduling/scheduling-loop.ts";
import type { Timings } from "./timings.ts";

export interface ControlPlaneOptions {
  readonly timings: Timings;
  readonly slices: ReconcileOptions;
  /** Address families of pods, the first one first. */
  readonly ipFamilies: readonly IPFamily[];
  readonly runtime: PodRuntime;
}

/** The shared caches of all controllers. */
export interface Informers {
  readonly pods: Informer<Pod>;
  readonly nodes: Informer<Node>;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly deployments: Informer<Deployment>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly statefulSets: Informer<StatefulSet>;
}

const S = 1_000_000_000;
const MS = 1_000_000;

/** All controllers, the scheduler and the kubelets of one cluster, around its store. */
export class ControlPlane {
  readonly informers: Informers;
  readonly kubelets: Kubelets;
  readonly scheduling: SchedulingLoop;
  readonly endpointSlices: EndpointSliceController;
  readonly #work: Work;
  readonly #store: Store;
  readonly #timings: Timings;

  constructor(work: Work, store: Store, options: ControlPlaneOptions) {
    const { timings } = options;
    this.#work = work;
    this.#store = store;
    this.#timings = timings;
    const serviceAddresses = new ServiceAddresses();
    store.admit("Service", (object) => serviceAddresses.admit(object));
    store.admit("Pod", (object) => admitPod(object, timings.notReadyTolerationSeconds));
    this.informers = this.#watch();
    const { informers } = this;
    this.scheduling = new SchedulingLoop(work, store, timings, informers);
    const addresses = new PodAddresses(options.ipFamilies);
    const kubeletPods = this.#informer<Pod>("Pod", timings.kubeletWatchNs, "kubelets");
    kubeletPods.addIndex("node", ({ spec }) => [spec.nodeName ?? ""]);
    informers.nodes.onEvent(({ type, object }) => {
      if (type !== "DELETED") addresses.addNode(object);
    });
    this.kubelets = new Kubelets(work, store, timings, addresses, kubeletPods, options.runtime);
    this.endpointSlices = new EndpointSliceController(work, informers, options.slices);
    const slices = this.#run(this.endpointSlices, { baseNs: S, maxNs: 1000 * S });
    this.endpointSlices.start(
      (key, delayNs) => slices.addAfter(key, delayNs),
      timings.endpointSliceBatchPeriodNs,
    );
    const deployments = new DeploymentController(informers);
    deployments.start(this.#run(deployments));
    const replicaSets = new ReplicaSetController(work, informers);
    replicaSets.start(this.#run(replicaSets));
  }

  #run<Observed>(
    controller: Controller<Observed>,
    backoff: RunnerOptions["backoff"] = { baseNs: 5 * MS, maxNs: 1000 * S },
  ): ControllerRunner<Observed> {
    const { syncNs, apiWriteNs, controllerQps, controllerBurst, informerLatencyNs } = this.#timings;
    return new ControllerRunner(controller, this.#work, this.#store, {
      syncNs,
      apiWriteNs,
      qps: controllerQps,
      burst: controllerBurst,
      backoff,
      staleCacheWaitNs: Math.max(informerLatencyNs, 1),
    });
  }

  #informer<T extends Pod | Node | Service | EndpointSlice | Deployment | ReplicaSet | StatefulSet>(
    kind: T["kind"],
    latencyNs = this.#timings.informerLatencyNs,
    name = "controllers",
  ): Informer<T> {
    return new Informer<T>(this.#work, this.#store, kind, latencyNs, name);
  }

  #watch(): Informers {
    const informers: Informers = {
      nodes: this.#informer<Node>("Node"),
      services: this.#informer<Service>("Service"),
      deployments: this.#informer<Deployment>("Deployment"),
      replicaSets: this.#informer<ReplicaSet>("ReplicaSet"),
      statefulSets: this.#informer<StatefulSet>("StatefulSet"),
      pods: this.#informer<Pod>("Pod"),
      slices: this.#informer<EndpointSlice>("EndpointSlice"),
    };
    const namespaceOf = (object: { metadata: { namespace?: string } }): string[] => [
      object.metadata.namespace ?? "",
    ];
    informers.pods.addIndex("namespace", namespaceOf);
    informers.pods.addIndex("controller", controllerUidOf);
    informers.pods.addIndex("orphan", (pod) =>
      controllerOf(pod) === undefined ? namespaceOf(pod) : [],
    );
    informers.services.addIndex("namespace", namespaceOf);
    informers.replicaSets.addIndex("namespace", namespaceOf);
    informers.replicaSets.addIndex("controller", controllerUidOf);
    informers.deployments.addIndex("namespace", namespaceOf);
    informers.slices.addIndex("service", (slice) => {
      const key = serviceKeyOfSlice(slice);
      return key === undefined ? [] : [key];
    });
    return informers;
  }
}
