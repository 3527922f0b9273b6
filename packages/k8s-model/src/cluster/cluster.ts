import type { Simulation } from "@k8s-netsim/sim-core";
import type { KubeObject } from "../api/index.ts";
import { objectKey } from "../api/index.ts";
import { DEFAULT_API_SERVER, type Etcd, LeaseLoad } from "../api-server/index.ts";
import { adopt } from "../control-plane/adoption/adopt.ts";
import { ControlPlane } from "../control-plane/control-plane.ts";
import type { SliceEvent } from "../control-plane/endpoint-slice/index.ts";
import { endpointsOptions } from "../control-plane/endpoints/options.ts";
import { executeChange } from "../control-plane/runtime/change.ts";
import { Work } from "../control-plane/runtime/work.ts";
import { defaultTimings, minorVersion, type Timings } from "../control-plane/timings.ts";
import {
  type EndpointInfo,
  type ProxyFleet,
  type Routing,
  ServiceViews,
  type TrafficOrigin,
} from "../data-plane/index.ts";
import {
  EXTERNAL_NAME,
  type PortView,
  UNKNOWN_PORT,
  UNKNOWN_SERVICE,
} from "../data-plane/kube-proxy/port-view.ts";
import { hashText, Store } from "../store/index.ts";
import { type ClusterOptions, checkClusterOptions } from "./cluster-options.ts";
import { ClusterFaults, timingsAt } from "./faults.ts";
import { startFleet } from "./fleet.ts";
import { Invariants } from "./invariants.ts";
import { type ClusterListener, Inventory, type SeenNode } from "./inventory.ts";
import { mergeApplied } from "./merge-applied.ts";
import { NodeMaintenance } from "./node-maintenance.ts";
import type { NodeEntry, NodeTable } from "./node-table.ts";
import type { PodState, PodTable } from "./pod-table.ts";
import { type InitialState, initialState, reconciliation } from "./reconciliation.ts";
import type { ServiceTable } from "./service-table.ts";

/** How `settle` ended. */
export interface Settled {
  /** False where the limit came before the steady state. */
  readonly steady: boolean;
  readonly atNs: number;
}

const HOUR_NS = 3_600_000_000_000;
const PRUNE_AFTER_WRITES = 20_000;

/**
 * A Kubernetes cluster to poke: a store, the controllers, the scheduler and the kubelets around it,
 * and a kube-proxy on every node with its own, possibly stale, view.
 */
export class Cluster {
  readonly sim: Simulation;
  readonly store: Store;
  readonly timings: Timings;
  readonly controlPlane: ControlPlane;
  readonly nodes: NodeTable;
  readonly pods: PodTable;
  readonly services: ServiceTable;
  readonly proxies: ProxyFleet;
  /** Renewals of node leases: counted, not stored. */
  readonly leases: LeaseLoad;
  /** Bad luck of the control plane. */
  readonly faults: ClusterFaults;
  /** What operators do to nodes: cordons, drains, evictions. */
  readonly maintenance: NodeMaintenance;
  /** Set where API servers are given. */
  readonly etcd: Etcd | undefined;
  readonly views: ServiceViews;
  /** Where the options ask for it. */
  readonly invariants: Invariants | undefined;
  readonly #work: Work;
  readonly #inventory: Inventory;
  readonly #adoptionNotes: string[] = [];
  #adoptionIsDue = false;
  #initial: InitialState | undefined;

  constructor(sim: Simulation, options: ClusterOptions = {}) {
    const { kubernetesVersion = "1.36", featureGates = {} } = options;
    const gate = (name: string, onFromMinor: number): boolean =>
      featureGates[name] ?? minorVersion(kubernetesVersion) >= onFromMinor;
    this.sim = sim;
    const writeSpeed = { factor: 1 };
    const timings = { ...defaultTimings(kubernetesVersion), ...options.timings };
    checkClusterOptions(options, timings);
    this.timings = timingsAt(timings, writeSpeed);
    this.leases = new LeaseLoad(
      options.apiServers?.leaseRenewNs ?? DEFAULT_API_SERVER.leaseRenewNs,
    );
    this.store = new Store({
      now: () => sim.now,
      historyWindowNs: options.historyWindowNs ?? 0,
      autoFreeze: options.autoFreeze ?? false,
    });
    this.#inventory = new Inventory(this.store, (seen) => this.#followNode(seen));
    this.nodes = this.#inventory.nodes;
    this.pods = this.#inventory.pods;
    this.services = this.#inventory.services;
    this.#work = new Work(sim);
    const fleet = startFleet(this.store, this.timings, hashText(sim.seed), options);
    this.proxies = fleet.proxies;
    this.etcd = fleet.etcd;
    const minor = minorVersion(kubernetesVersion);
    const topologyKeys = options.topologyKeys ?? (minor >= 17 && minor <= 21);
    this.views = new ServiceViews(
      this.store,
      (endpoint, namespace) => this.podIndexOf(endpoint, namespace),
      topologyKeys ? (node) => this.store.get("Node", node)?.metadata.labels : undefined,
    );
    this.controlPlane = new ControlPlane(this.#work, this.store, {
      timings: this.timings,
      ipFamilies: options.ipFamilies ?? ["IPv4"],
      slices: {
        maxEndpointsPerSlice: options.maxEndpointsPerSlice ?? 100,
        trafficDistribution: gate("ServiceTrafficDistribution", 31),
        preferSameTrafficDistribution: gate("PreferSameTrafficDistribution", 34),
      },
      runtime: {
        podAnswers: (uid) => {
          this.#inventory.podAnswers(uid);
          this.proxies.endpointAnswers(uid, sim.now);
        },
        podStops: (uid) => {
          this.#inventory.podStops(uid);
          this.proxies.endpointDied(uid, sim.now);
        },
        podSignalled: (uid) => this.#inventory.podSignalled(uid, sim.now),
      },
      ...(options.autoscaler === undefined ? {} : { autoscaler: options.autoscaler }),
      maxUnavailableStatefulSet: gate("MaxUnavailableStatefulSet", Number.POSITIVE_INFINITY),
      ...(options.endpointsController === true ? { endpoints: endpointsOptions(options) } : {}),
    });
    this.faults = new ClusterFaults(this, this.#work, writeSpeed);
    this.maintenance = new NodeMaintenance(this);
    const { check = false, maxEndpointsPerSlice = 100 } = options;
    this.invariants = check ? new Invariants(this, maxEndpointsPerSlice) : undefined;
  }

  /**
   * Creates an object, or updates the one of its kind and name, at the present time. Objects are
   * expected complete (defaulted). Pods that name a node are taken as being there.
   */
  apply(object: KubeObject): void {
    this.#planAdoption();
    const key = objectKey(object);
    const existing = this.store.get(object.kind, key);
    if (existing === undefined) this.store.create(object);
    else this.store.replace(this.store.admitted(mergeApplied(existing, object)));
  }

  /** Deletes an object as `kubectl delete` would; an object that is not there is no error. */
  delete(kind: string, key: string): void {
    executeChange(this.store, this.sim.now, { verb: "delete", kind, key });
  }

  /** Takes a node down, now: its pods stop answering at once, and its kubelet is silent. */
  failNode(name: string): void {
    const node = this.nodes.byName(name);
    if (node === undefined || !node.up) return;
    node.up = false;
    this.#stopAgents(node);
    this.#inventory.tellOfNode(node);
    this.controlPlane.kubelets.nodeDown(name);
    this.controlPlane.nodeLifeCycle.nodeLost(name);
  }

  /** Brings a node back: its proxy lists anew, its pods start again. */
  recoverNode(name: string): void {
    const node = this.nodes.byName(name);
    if (node === undefined || node.up) return;
    node.up = true;
    this.#inventory.tellOfNode(node);
    this.leases.change(1, this.sim.now);
    this.proxies.start(node.index, this.sim.now);
    this.controlPlane.kubelets.nodeUp(name);
    this.controlPlane.nodeLifeCycle.nodeHeard(name);
  }

  failZone(zone: string): void {
    for (const node of this.nodes) if (node.zone === zone) this.failNode(node.name);
  }

  recoverZone(zone: string): void {
    for (const node of this.nodes) if (node.zone === zone) this.recoverNode(node.name);
  }

  /** What the controllers made different from the objects of the input, a sentence each. */
  reconciled(): readonly string[] {
    if (this.#initial === undefined) return [];
    return [...this.#adoptionNotes, ...reconciliation(this.#initial, this.store)];
  }

  /** Events that the EndpointSlice controller recorded on a Service: hints given or refused, and why. */
  serviceEvents(key: string): readonly SliceEvent[] {
    return this.controlPlane.endpointSlices.events.get(key) ?? [];
  }

  /**
   * Runs until the control plane has nothing more to do and every proxy has programmed the result;
   * other events of the simulation run along. Stops after `limitNs` (one hour).
   */
  settle(limitNs: number = HOUR_NS): Settled {
    const endNs = this.sim.now + limitNs;
    for (;;) {
      while (this.#work.pending > 0 && (this.sim.nextTime ?? endNs) < endNs) {
        this.sim.step();
        if (this.store.writesSincePrune > PRUNE_AFTER_WRITES) this.prune();
      }
      if (this.#work.pending > 0) {
        this.sim.runUntil(endNs);
        return { steady: false, atNs: this.sim.now };
      }
      const quietNs = this.proxies.quietNs();
      if (this.sim.now < quietNs) this.sim.runUntil(Math.min(quietNs, endNs));
      const isQuiet = this.sim.now >= Math.min(this.proxies.quietNs(), endNs);
      if (this.#work.pending === 0 && isQuiet) break;
    }
    this.invariants?.checkAtRest();
    this.prune();
    return { steady: true, atNs: this.sim.now };
  }

  /** Lets go of history that nobody needs any more. */
  prune(): void {
    const lowest = this.proxies.release(this.sim.now);
    this.views.release(lowest);
    this.store.prune();
  }

  /** Pods that fit on no node, with the scheduler's sentence. */
  unschedulable(): readonly { readonly pod: string; readonly reason: string }[] {
    const { unschedulable } = this.controlPlane.scheduling;
    return [...unschedulable].map(([pod, reason]) => ({ pod, reason }));
  }

  onChange(listener: ClusterListener): void {
    this.#inventory.listeners.push(listener);
  }

  /** What happens now to a packet for a pod. */
  podState(podIndex: number): PodState {
    const pod = this.pods.at(podIndex);
    if (pod === undefined) return "silent";
    if (pod.answering) return "serving";
    const node = this.nodes.at(pod.nodeIndex);
    return node?.up === false || pod.gone ? "silent" : "closed";
  }

  isServing(podIndex: number): boolean {
    return this.pods.at(podIndex)?.answering === true;
  }

  /** Index of a Service by `namespace/name`; -1 where there never was one. */
  serviceIndex(key: string): number {
    return this.services.byKey(key)?.index ?? -1;
  }

  /** Index of a port by number or name; -1 where the Service has none. */
  portIndex(serviceIndex: number, port: number | string): number {
    const ports = this.services.at(serviceIndex)?.ports ?? [];
    return ports.findIndex(({ number, name }) =>
      typeof port === "number" ? number === port : name === port,
    );
  }

  /**
   * What a node does now with a new connection to a Service port, by what its kube-proxy has
   * programmed. The endpoints are the same array while nothing changes.
   */
  route(
    nodeIndex: number,
    serviceIndex: number,
    portIndex: number,
    origin: TrafficOrigin = "internal",
  ): Routing {
    const service = this.services.at(serviceIndex);
    const port = service?.ports[portIndex];
    const node = this.nodes.at(nodeIndex);
    if (service === undefined || port === undefined || node === undefined) return UNKNOWN_SERVICE;
    const view = this.views.view(service.key, this.proxies.programmed(nodeIndex, this.sim.now));
    if (view === undefined) return UNKNOWN_SERVICE;
    if (view.service.spec.type === "ExternalName") return EXTERNAL_NAME;
    const portView = view.port(port.number, port.protocol);
    return portView === undefined ? UNKNOWN_PORT : portView.routing(node.name, node.zone, origin);
  }

  /** A Service port by everything written until now, whether or not a proxy has it in force. */
  newestPort(serviceIndex: number, portIndex: number): PortView | undefined {
    const service = this.services.at(serviceIndex);
    const port = service?.ports[portIndex];
    if (service === undefined || port === undefined) return undefined;
    const services = this.store.log("Service").end;
    const slices = this.store.log("EndpointSlice").end;
    return this.views.view(service.key, { services, slices })?.port(port.number, port.protocol);
  }

  /** The pod that an endpoint stands for: by its reference, else by its address. */
  podIndexOf(endpoint: EndpointInfo, namespace: string): number {
    return this.#inventory.podIndexOf(endpoint, namespace);
  }

  /** Before the controllers see what was applied: they see objects tied to their owners. */
  #planAdoption(): void {
    if (this.#adoptionIsDue) return;
    this.#adoptionIsDue = true;
    this.#work.after(0, () => {
      this.#adoptionIsDue = false;
      const { changes, notes } = adopt(this.store);
      for (const change of changes) executeChange(this.store, this.sim.now, change);
      this.#inventory.tiePods();
      this.#initial ??= initialState(this.store);
      this.#adoptionNotes.push(...notes.filter((note) => !this.#adoptionNotes.includes(note)));
    });
  }

  #stopAgents({ index }: NodeEntry): void {
    this.leases.change(-1, this.sim.now);
    this.proxies.stop(index, this.sim.now);
  }

  /** A node comes, comes back, or is gone: its proxy and its kubelet follow. */
  #followNode({ node, type, isNew, ready }: SeenNode): void {
    const silent = !node.exists || (isNew && ready === "Unknown");
    if (silent && node.up) {
      node.up = false;
      if (!isNew) this.#stopAgents(node);
      this.controlPlane.kubelets.nodeDown(node.name);
    } else if (isNew) this.leases.change(1, this.sim.now);
    if (isNew) this.proxies.start(node.index, this.sim.now);
    else if (type === "ADDED") this.recoverNode(node.name);
    if (isNew || !node.exists) this.#inventory.tellOfNode(node);
  }
}
