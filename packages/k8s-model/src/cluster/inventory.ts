import type { Node, Pod, Service } from "../api/index.ts";
import { isPodReady, podAddresses } from "../control-plane/endpoint-slice/index.ts";
import { type ReadyStatus, readyStatusOf } from "../control-plane/node-life-cycle/taints.ts";
import { controllerOf } from "../control-plane/ownership/ownership.ts";
import type { EndpointInfo } from "../data-plane/index.ts";
import type { Cursor, Store, WatchEventType } from "../store/index.ts";
import { type NodeEntry, NodeTable } from "./node-table.ts";
import { type PodEntry, PodTable } from "./pod-table.ts";
import { ServiceTable } from "./service-table.ts";

/** Told of changes that connection pools and clients react to. */
export interface ClusterListener {
  /** A pod's containers start or stop answering, or its Ready condition changes, or it is gone. */
  podChanged?(pod: PodEntry): void;
  /** A node goes down, comes back, is new or is gone. */
  nodeChanged?(node: NodeEntry): void;
}

/** A version of a Node, as it is written. */
export interface SeenNode {
  readonly node: NodeEntry;
  readonly type: WatchEventType;
  readonly isNew: boolean;
  readonly ready: ReadyStatus;
}

/**
 * What there is in the cluster, by small integers that keep their meaning: follows every write at
 * once, and is told by the kubelets which containers answer.
 */
export class Inventory {
  readonly nodes: NodeTable = new NodeTable();
  readonly pods: PodTable = new PodTable();
  readonly services: ServiceTable = new ServiceTable();
  readonly listeners: ClusterListener[] = [];
  readonly #store: Store;
  readonly #onNode: (seen: SeenNode) => void;
  readonly #podCursor: Cursor<Pod>;
  readonly #nodeCursor: Cursor<Node>;
  readonly #serviceCursor: Cursor<Service>;

  constructor(store: Store, onNode: (seen: SeenNode) => void) {
    this.#store = store;
    this.#onNode = onNode;
    this.#podCursor = store.watch("Pod", "inventory");
    this.#nodeCursor = store.watch("Node", "inventory");
    this.#serviceCursor = store.watch("Service", "inventory");
    store.onWrite("Pod", () => this.#seePods());
    store.onWrite("Node", () => this.#seeNodes());
    store.onWrite("Service", () => this.#seeServices());
  }

  podAnswers(uid: string): void {
    this.#setAnswering(uid, true);
  }

  podStops(uid: string): void {
    this.#setAnswering(uid, false);
  }

  podSignalled(uid: string, nowNs: number): void {
    const pod = this.pods.byUid(uid);
    if (pod !== undefined) pod.signalledNs = nowNs;
  }

  tellOfNode(node: NodeEntry): void {
    for (const listener of this.listeners) listener.nodeChanged?.(node);
  }

  /** Ties pods to nodes and owners that came, or were corrected, after them. */
  tiePods(): void {
    for (const pod of this.#store.list<Pod>("Pod")) {
      const entry = this.pods.byUid(pod.metadata.uid ?? "");
      if (entry !== undefined) this.#tie(entry, pod);
    }
  }

  /** The pod that an endpoint stands for: by its reference, else by its address. */
  podIndexOf({ address, endpoint }: EndpointInfo, namespace: string): number {
    const { uid, name, namespace: of = namespace } = endpoint.targetRef ?? {};
    const known =
      (uid === undefined ? undefined : this.pods.byUid(uid)) ??
      (name === undefined ? undefined : this.pods.byKey(`${of}/${name}`)) ??
      this.pods.outside(address);
    return known.index;
  }

  #setAnswering(uid: string, answering: boolean): void {
    const pod = this.pods.byUid(uid);
    if (pod === undefined || pod.answering === answering) return;
    pod.answering = answering;
    // After an outage a pod starts anew.
    if (answering) pod.signalledNs = undefined;
    this.#tell(pod);
  }

  #tell(pod: PodEntry): void {
    for (const listener of this.listeners) listener.podChanged?.(pod);
  }

  #seePods(): void {
    for (let next = this.#podCursor.next(); next; next = this.#podCursor.next()) {
      const { type, object } = next;
      const pod = this.pods.byUid(object.metadata.uid ?? "") ?? this.pods.add(object);
      const { ready, terminating, gone, nodeIndex } = pod;
      this.#tie(pod, object);
      pod.ready = type !== "DELETED" && isPodReady(object);
      pod.terminating = object.metadata.deletionTimestamp !== undefined;
      pod.gone = type === "DELETED";
      const [address] = podAddresses(object);
      if (address !== undefined && pod.ip !== address) this.pods.setAddress(pod, address);
      const changed =
        ready !== pod.ready ||
        terminating !== pod.terminating ||
        gone !== pod.gone ||
        nodeIndex !== pod.nodeIndex;
      if (changed) this.#tell(pod);
    }
  }

  #tie(entry: PodEntry, pod: Pod): void {
    entry.workload = this.#workloadOf(pod) ?? entry.workload;
    entry.nodeIndex = this.nodes.byName(pod.spec.nodeName ?? "")?.index ?? -1;
  }

  #workloadOf(pod: Pod): string | undefined {
    const owner = controllerOf(pod);
    if (owner === undefined) return undefined;
    const { namespace } = pod.metadata;
    const keyOf = (name: string): string =>
      namespace === undefined ? name : `${namespace}/${name}`;
    const set =
      owner.kind === "ReplicaSet" ? this.#store.get(owner.kind, keyOf(owner.name)) : undefined;
    const top = (set && controllerOf(set)) ?? owner;
    return `${top.kind}/${keyOf(top.name)}`;
  }

  #seeNodes(): void {
    for (let next = this.#nodeCursor.next(); next; next = this.#nodeCursor.next()) {
      const { type, object } = next;
      const isNew = this.nodes.see(object);
      const node = this.nodes.byName(object.metadata.name);
      if (node === undefined) continue;
      node.exists = type !== "DELETED";
      this.#onNode({ node, type, isNew, ready: readyStatusOf(object) });
    }
  }

  #seeServices(): void {
    for (let next = this.#serviceCursor.next(); next; next = this.#serviceCursor.next()) {
      if (next.type !== "DELETED") this.services.see(next.key, next.object);
    }
  }
}
