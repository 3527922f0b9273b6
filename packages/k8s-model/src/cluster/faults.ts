import type { ControlPlane } from "../control-plane/control-plane.ts";
import type { Work } from "../control-plane/runtime/work.ts";
import type { Timings } from "../control-plane/timings.ts";
import type { ProxyFleet } from "../data-plane/index.ts";
import { hashText, hashUnit } from "../store/index.ts";
import type { NodeEntry, NodeTable } from "./node-table.ts";
import { ZoneCuts } from "./zone-cuts.ts";

/** client-go waits up to so much longer than the retry period between two attempts. */
const RETRY_JITTER = 1.2;

/** What faults act upon: a cluster has it. */
export interface FaultTarget {
  readonly nodes: NodeTable;
  readonly proxies: ProxyFleet;
  readonly controlPlane: ControlPlane;
  readonly timings: Timings;
}

/** What a zone is parted from. */
export type PartitionedFrom = "other-zones" | "control-plane" | "both";

/** How etcd writes now: a write takes so many times its usual time. */
export interface WriteSpeed {
  factor: number;
}

/**
 * Bad luck of a cluster's control plane, now: what breaks, and how it mends. Nodes and zones that go
 * down as a whole are methods of the Cluster itself.
 */
export class ClusterFaults {
  /** Zones that are cut off from the others, as far as packets between pods go. */
  readonly zoneCuts: ZoneCuts = new ZoneCuts();
  readonly #parts: FaultTarget & { readonly work: Work };
  readonly #writeSpeed: WriteSpeed;
  #leaderChanges = 0;

  constructor(target: FaultTarget, work: Work, writeSpeed: WriteSpeed) {
    const { nodes, proxies, controlPlane, timings } = target;
    this.#parts = { nodes, proxies, controlPlane, timings, work };
    this.#writeSpeed = writeSpeed;
  }

  /**
   * Restarts an API server, which is gone for a while: all that watch it list again, at another one
   * where there is one, each after its client's back-off.
   */
  restartApiServer(server: number, downNs: number): void {
    const { proxies, work } = this.#parts;
    proxies.connections.restartServer(server, work.now, downNs);
  }

  /**
   * Kills the leading controller manager. Another one takes over when the lease (15 s) has run out
   * and its next look comes (every 2 s to 4.4 s); then it lists and looks at every object once.
   * Workers, their client's limit and failures start anew; what controllers remember of Services
   * stays. The scheduler and the node life-cycle controller go on. Returns for how long nobody
   * leads (ns); the draws come from a hash of the run's seed and the count of changes.
   */
  changeLeader(): number {
    const { controlPlane, timings, work } = this.#parts;
    const { leaderLeaseNs, leaderRetryNs } = timings;
    const seed = hashText(`${work.sim.seed}/leader-election`);
    const change = this.#leaderChanges++;
    const sinceRenewalNs = leaderRetryNs * hashUnit(seed, change, 0, 0);
    const betweenLooksNs = leaderRetryNs * (1 + RETRY_JITTER * hashUnit(seed, change, 1, 0));
    const untilLookNs = betweenLooksNs * hashUnit(seed, change, 2, 0);
    const vacantNs = Math.round(leaderLeaseNs - sinceRenewalNs + untilLookNs);
    controlPlane.pauseControllers();
    work.after(vacantNs, () => {
      if (change === this.#leaderChanges - 1) controlPlane.resumeControllers();
    });
    return vacantNs;
  }

  /** Makes every write take so many times its usual time, until told otherwise. */
  slowEtcd(factor: number): void {
    this.#writeSpeed.factor = factor;
  }

  /**
   * Parts all nodes of a zone from the other zones, from the control plane, or from both, now. Cut off
   * from other zones, packets between their nodes and others vanish; cut off from the control plane,
   * they go on by their last view.
   */
  partitionZone(zone: string, from: PartitionedFrom): void {
    if (from !== "control-plane") this.zoneCuts.cut(zone);
    if (from === "other-zones") return;
    for (const node of this.#parts.nodes) if (node.zone === zone) this.partitionNode(node.name);
  }

  healZone(zone: string): void {
    this.zoneCuts.heal(zone);
    for (const node of this.#parts.nodes) if (node.zone === zone) this.healNode(node.name);
  }

  /** Breaks the watches of a node's proxy; it takes them up again after its client's back-off. */
  loseWatches(nodeName: string): void {
    const { proxies, work } = this.#parts;
    const node = this.#node(nodeName);
    if (node?.up === true) proxies.connections.lose(node.index, work.now);
  }

  /**
   * Parts a node from the control plane: its pods run on and its proxy forwards by its last view;
   * nobody hears of it, so that after the grace period it is given up like a node that is down.
   */
  partitionNode(nodeName: string): void {
    const { proxies, controlPlane, work } = this.#parts;
    const node = this.#node(nodeName);
    if (node?.up !== true) return;
    proxies.connections.partition(node.index, work.now);
    controlPlane.kubelets.isolate(nodeName);
    controlPlane.nodeLifeCycle.nodeLost(nodeName);
  }

  healNode(nodeName: string): void {
    const { proxies, controlPlane, work } = this.#parts;
    const node = this.#node(nodeName);
    if (node?.up !== true) return;
    proxies.connections.heal(node.index, work.now);
    controlPlane.nodeLifeCycle.nodeHeard(nodeName);
    controlPlane.kubelets.rejoin(nodeName);
  }

  /**
   * Sets how far a node's clock is ahead (ns; negative: behind): its kubelet dates conditions, from
   * which trigger times are made, and its proxy measures the latency by it.
   */
  setClock(nodeName: string, aheadNs: number): void {
    const { proxies, controlPlane, work } = this.#parts;
    const node = this.#node(nodeName);
    if (node === undefined) return;
    proxies.setClock(node.index, work.now, aheadNs);
    controlPlane.kubelets.setClock(nodeName, aheadNs);
  }

  /** Makes a node's proxy take in no more than so many bytes a second from its watches. */
  slowWatcher(nodeName: string, bytesPerSecond: number): void {
    const { proxies, work } = this.#parts;
    const node = this.#node(nodeName);
    if (node?.up === true) proxies.connections.slowDown(node.index, work.now, bytesPerSecond);
  }

  #node(name: string): NodeEntry | undefined {
    return this.#parts.nodes.byName(name);
  }
}

/** Timings whose writes take as long as etcd needs at the time of asking. */
export function timingsAt(usual: Timings, writeSpeed: WriteSpeed): Timings {
  return {
    ...usual,
    get apiWriteNs(): number {
      return Math.round(usual.apiWriteNs * writeSpeed.factor);
    },
  };
}
