import type { Node, Pod, Taint } from "../api/index.ts";
import { objectKey } from "../api/index.ts";
import { type EvictionAnswer, evict } from "../control-plane/disruption/index.ts";
import { isPodTerminal } from "../control-plane/endpoint-slice/index.ts";
import { controllerOf } from "../control-plane/ownership/ownership.ts";
import { Drain, type DrainOptions, type MaintainedCluster } from "./drain.ts";

const MIRROR = "kubernetes.io/config.mirror";
/** What the cluster autoscaler marks a node with before it removes it: nothing new is placed there. */
const TO_BE_DELETED: Taint = { key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" };

/** What an operator does to nodes: cordons, drains, evictions. A cluster has it. */
export class NodeMaintenance {
  /** Every drain that was begun, in order. */
  readonly drains: Drain[] = [];
  readonly #cluster: MaintainedCluster;

  constructor(cluster: MaintainedCluster) {
    this.#cluster = cluster;
  }

  /** Lets nothing new be placed on a node, as `kubectl cordon`; what runs there runs on. */
  cordon(nodeName: string): void {
    this.#edit(nodeName, ({ spec }) => ({ ...spec, unschedulable: true }));
  }

  uncordon(nodeName: string): void {
    this.#edit(nodeName, ({ spec }) => {
      const { unschedulable: _, ...rest } = spec ?? {};
      return rest;
    });
  }

  /** Marks a node as one that a node autoscaler is about to remove; `/healthz` of its proxy fails. */
  announceRemoval(nodeName: string): void {
    this.#edit(nodeName, ({ spec }) => ({
      ...spec,
      taints: [...(spec?.taints ?? []), TO_BE_DELETED],
    }));
  }

  /** Asks the eviction API to take a pod down, now; its budget may refuse. */
  evict(podKey: string): EvictionAnswer {
    return evict(this.#cluster.store, this.#cluster.sim.now, podKey);
  }

  /**
   * Begins what `kubectl drain --ignore-daemonsets --force --delete-emptydir-data` does: cordons the
   * node, asks for the eviction of all its pods at once, asks again every 5 s where a budget says no,
   * and waits until they are gone. Pods of DaemonSets and static pods stay.
   */
  drain(nodeName: string, options: DrainOptions = {}): Drain {
    this.cordon(nodeName);
    const pods = this.#cluster.store
      .list<Pod>("Pod")
      .filter(({ spec }) => spec.nodeName === nodeName)
      .filter((pod) => !isPodTerminal(pod) && !stays(pod));
    const drain = new Drain(this.#cluster, nodeName, pods.map(objectKey).sort(), options);
    this.drains.push(drain);
    return drain;
  }

  #edit(nodeName: string, spec: (node: Node) => Node["spec"]): void {
    const node = this.#cluster.store.get<Node>("Node", nodeName);
    if (node !== undefined) this.#cluster.apply({ ...node, spec: spec(node) } as Node);
  }
}

function stays(pod: Pod): boolean {
  const { annotations = {} } = pod.metadata;
  return controllerOf(pod)?.kind === "DaemonSet" || Object.hasOwn(annotations, MIRROR);
}
