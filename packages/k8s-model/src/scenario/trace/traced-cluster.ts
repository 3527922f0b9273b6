import type { Simulation } from "@k8s-netsim/sim-core";
import { type EndpointSlice, objectKey, type Pod, type Service } from "../../api/index.ts";
import type { Cluster, PodEntry } from "../../cluster/index.ts";
import { endpointPortsOf, podAddresses } from "../../control-plane/index.ts";
import {
  type CleanedService,
  canonicalAddress,
  Lab,
  type PlannedNode,
} from "../../data-plane/index.ts";
import type { TraceOptions } from "./trace-options.ts";
import { MAX_NODES, tracePlan } from "./trace-plan.ts";
import { servePod } from "./trace-servers.ts";

const SERVICE_NAME_LABEL = "kubernetes.io/service-name";

export interface TracedClusterOptions extends Pick<TraceOptions, "seed" | "mode" | "network"> {
  /** Keys of the Services whose rules stand on the nodes. */
  readonly services: ReadonlySet<string>;
  /** Nodes that must be there; others of the cluster are added while there is room. */
  readonly nodes: readonly number[];
  /** Whether further nodes of the cluster are taken in, for pods that come later. */
  readonly withSpareNodes: boolean;
  /** Whether connections start at a pod. */
  isClient(pod: number): boolean;
  /** Bytes of an answer, by Service. */
  readonly responseBytes: ReadonlyMap<string, number>;
  /** The clock of the cluster, where both live on one; the lab has its own where absent. */
  readonly simulation?: Simulation;
}

/**
 * A packet lab that follows a cluster: its nodes and pods come and go as they do there, and each node
 * has the rules of what its kube-proxy has programmed by then, however stale.
 */
export class TracedCluster {
  readonly cluster: Cluster;
  readonly lab: Lab;
  readonly #options: TracedClusterOptions;
  readonly #planned = new Map<string, { readonly plan: PlannedNode; readonly index: number }>();
  readonly #pods = new Map<number, { readonly node: string; serving: boolean }>();
  readonly #byAddress = new Map<string, number>();
  readonly #sliceKeys = new Map<string, Set<string>>();
  /** Versions of slices below this are in the index. */
  #slicesRead = 0;
  /** Of pods on their node's own network, which the lab does not have. */
  readonly #hostAddresses = new Set<string>();
  readonly #within = new WeakMap<EndpointSlice, EndpointSlice>();
  /** Told when the programs of a pod have ended. */
  onPodEnd: (() => void) | undefined;
  /** Pods that could not be captured, as their nodes are beyond the limit. */
  readonly beyond: Set<string> = new Set();

  constructor(cluster: Cluster, options: TracedClusterOptions) {
    this.cluster = cluster;
    this.#options = options;
    const others = options.withSpareNodes
      ? [...cluster.nodes].filter(({ exists }) => exists).map(({ index }) => index)
      : [];
    const indices = [...new Set([...options.nodes, ...others])].slice(0, MAX_NODES);
    const plan = tracePlan(cluster, indices, options.network);
    for (const [k, node] of plan.nodes.entries()) {
      this.#planned.set(node.name, { plan: node, index: indices[k] ?? -1 });
    }
    const { seed, mode, network, simulation } = options;
    this.lab = new Lab({
      seed,
      mode: mode === "ebpf" ? "nftables" : mode,
      network,
      plan,
      services: [],
      explains: true,
      separates: (from, to) => this.#separates(from, to),
      ...(simulation === undefined ? {} : { simulation }),
    });
    for (const pod of cluster.pods) this.#followPod(pod);
    this.#followRules();
    cluster.onChange({
      podChanged: (pod) => this.#followPod(pod),
      nodeChanged: ({ name, up }) => {
        if (!this.#planned.has(name)) return;
        this.lab.setNodeUp(name, up);
        if (up) this.lab.host(name).namespace.netfilter?.tracking.clear();
      },
    });
  }

  /** Whether a pod is in the lab now, with whatever answers in it. */
  has(pod: number): boolean {
    return this.#pods.has(pod);
  }

  /** The node of the lab that a pod is on. */
  nodeOf(pod: number): string | undefined {
    return this.#pods.get(pod)?.node;
  }

  plannedNode(name: string): { readonly plan: PlannedNode; readonly index: number } | undefined {
    return this.#planned.get(name);
  }

  /** The pod that has, or had last, an address; -1 of none. */
  podAt(address: string): number {
    return this.#byAddress.get(address) ?? -1;
  }

  /** A Service with its slices, as the kube-proxy of a node has them in force; undefined: not known there. */
  serviceOn(nodeIndex: number, key: string): CleanedService | undefined {
    const { cluster } = this;
    const at = cluster.proxies.programmed(nodeIndex, cluster.sim.now);
    const services = cluster.store.log<Service>("Service");
    const log = cluster.store.log<EndpointSlice>("EndpointSlice");
    // A kube-proxy that has only started knows nothing yet.
    if (at.services < services.start || at.slices < log.start) return undefined;
    const service = services.stateAt(key, at.services)?.object;
    if (service === undefined) return undefined;
    const slices: EndpointSlice[] = [];
    for (const sliceKey of this.#slicesOf(key)) {
      const slice = log.stateAt(sliceKey, at.slices)?.object;
      if (slice !== undefined) slices.push(this.#withinLab(slice));
    }
    return { service, slices };
  }

  #separates(from: string, to: string): boolean {
    const [zone, other] = [from, to].map((name) => this.#planned.get(name)?.plan.zone);
    if (zone === undefined || other === undefined) return false;
    return this.cluster.faults.zoneCuts.separates(zone, other);
  }

  /** Keys of all slices that a Service has or had. */
  #slicesOf(service: string): Iterable<string> {
    const log = this.cluster.store.log<EndpointSlice>("EndpointSlice");
    if (this.#slicesRead === 0 || this.#slicesRead < log.start) {
      for (const slice of this.cluster.store.list<EndpointSlice>("EndpointSlice"))
        this.#index(slice);
    } else {
      for (let at = this.#slicesRead; at < log.end; at++) this.#index(log.at(at).object);
    }
    this.#slicesRead = log.end;
    return this.#sliceKeys.get(service) ?? [];
  }

  #index(slice: EndpointSlice): void {
    const { namespace, labels } = slice.metadata;
    const service = `${namespace}/${labels?.[SERVICE_NAME_LABEL]}`;
    const keys = this.#sliceKeys.get(service) ?? new Set<string>();
    this.#sliceKeys.set(service, keys.add(objectKey(slice)));
  }

  /** The slice without endpoints that are not in the lab, for the nodes that they are on. */
  #withinLab(slice: EndpointSlice): EndpointSlice {
    const known = this.#within.get(slice);
    if (known !== undefined) return known;
    const endpoints = (slice.endpoints ?? []).filter(
      ({ nodeName, addresses }) =>
        (nodeName === undefined || this.#planned.has(nodeName)) &&
        !addresses.some((address) => this.#hostAddresses.has(address)),
    );
    const own = { ...slice, endpoints };
    this.#within.set(slice, own);
    return own;
  }

  /** Has each node's rules brought up to date before each packet, where its kube-proxy has synced. */
  #followRules(): void {
    for (const proxy of this.lab.proxies) {
      const { name } = proxy.node;
      const index = this.#planned.get(name)?.index ?? -1;
      let inForce = { services: -1, slices: -1 };
      let known: ReadonlyMap<string, CleanedService> = new Map();
      const refresh = (): void => {
        const at = this.cluster.proxies.programmed(index, this.cluster.sim.now);
        if (at.services === inForce.services && at.slices === inForce.slices) return;
        inForce = at;
        const now = new Map<string, CleanedService>();
        for (const key of this.#options.services) {
          const one = this.serviceOn(index, key);
          if (one !== undefined) now.set(key, one);
        }
        const changed = changedBetween(known, now);
        known = now;
        if (changed.size > 0) proxy.program(now, changed);
      };
      const { netfilter } = this.lab.host(name).namespace;
      if (netfilter !== undefined) netfilter.refresh = refresh;
      refresh();
    }
  }

  #followPod(entry: PodEntry): void {
    const known = this.#pods.get(entry.index);
    if (known !== undefined) {
      if (entry.gone) {
        this.#pods.delete(entry.index);
        this.lab.removePod(known.node, entry.key);
      } else this.#serve(entry, known);
      return;
    }
    const node = this.cluster.nodes.at(entry.nodeIndex);
    if (entry.gone || entry.ip === undefined || node === undefined) return;
    const pod = this.cluster.store.get<Pod>("Pod", entry.key);
    if (pod === undefined) return;
    if (pod.spec.hostNetwork === true) {
      for (const address of podAddresses(pod)) this.#hostAddresses.add(address);
      return;
    }
    if (!this.#isOfInterest(entry, pod)) return;
    const planned = this.#planned.get(node.name)?.plan;
    if (planned === undefined) {
      this.beyond.add(entry.key);
      return;
    }
    const addresses = podAddresses(pod);
    const isIPv6 = planned.address.includes(":");
    const address = addresses.find((one) => one.includes(":") === isIPv6);
    const second = addresses.find((one) => one.includes(":") !== isIPv6);
    if (address === undefined) return;
    this.lab.addPod(planned, {
      name: entry.key,
      address,
      ...(second === undefined ? {} : { secondAddress: second }),
    });
    for (const one of addresses) this.#byAddress.set(canonicalAddress(one), entry.index);
    const fresh = { node: planned.name, serving: false };
    this.#pods.set(entry.index, fresh);
    this.#serve(entry, fresh);
  }

  /** A client, or selected by one of the Services. */
  #isOfInterest(entry: PodEntry, pod: Pod): boolean {
    if (this.#options.isClient(entry.index)) return true;
    for (const key of this.#options.services) {
      const service = this.cluster.store.get<Service>("Service", key);
      if (service === undefined || service.metadata.namespace !== pod.metadata.namespace) continue;
      const selector = Object.entries(service.spec.selector ?? {});
      // Endpoints of Services without a selector are written by hand: any pod may be one.
      if (selector.every(([name, value]) => pod.metadata.labels?.[name] === value)) return true;
    }
    return false;
  }

  /** Programs in the pod start with it and end with it. */
  #serve(entry: PodEntry, known: { serving: boolean }): void {
    if (entry.answering === known.serving) return;
    known.serving = entry.answering;
    if (!entry.answering) {
      this.lab.host(entry.key).endPrograms();
      this.onPodEnd?.();
      return;
    }
    const pod = this.cluster.store.get<Pod>("Pod", entry.key);
    if (pod === undefined) return;
    for (const key of this.#options.services) {
      const service = this.cluster.store.get<Service>("Service", key);
      if (service === undefined || service.metadata.namespace !== pod.metadata.namespace) continue;
      const bytes = this.#options.responseBytes.get(key) ?? 0;
      servePod(this.lab, entry.key, endpointPortsOf(service, pod), bytes);
    }
  }
}

function changedBetween(
  before: ReadonlyMap<string, CleanedService>,
  after: ReadonlyMap<string, CleanedService>,
): ReadonlySet<string> {
  const changed = new Set<string>();
  for (const [key, one] of after) {
    const old = before.get(key);
    const same =
      old?.service === one.service &&
      old.slices.length === one.slices.length &&
      old.slices.every((slice, i) => slice === one.slices[i]);
    if (!same) changed.add(key);
  }
  for (const key of before.keys()) if (!after.has(key)) changed.add(key);
  return changed;
}
