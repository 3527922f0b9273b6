import type { EventId } from "@k8s-netsim/sim-core";
import { type Node, objectKey, type Pod, type Taint } from "../../api/index.ts";
import { hashText, type Store, timestampAt } from "../../store/index.ts";
import { isPodReady } from "../endpoint-slice/endpoint-of-pod.ts";
import { withCondition } from "../kubelet/pod-status.ts";
import type { InformerEvent } from "../runtime/informer.ts";
import type { Informers } from "../runtime/informers.ts";
import { TokenBucket } from "../runtime/token-bucket.ts";
import type { Work } from "../runtime/work.ts";
import type { Timings } from "../timings.ts";
import { withConditionTaints } from "./condition-taints.ts";
import { type DisruptionOptions, handleDisruption, type ZoneRecords } from "./disruption.ts";
import { NodeHealth, zoneOf } from "./node-health.ts";
import { afterHealthCheck, readyStatusOf, withNoExecuteTaint } from "./taints.ts";
import { ZoneQueue } from "./zone-queue.ts";

type Edit = (node: Node, taints: readonly Taint[], timeAdded: string) => readonly Taint[];

/**
 * The node life-cycle controller: a node whose lease is not renewed for the grace period becomes
 * Unknown and its pods not ready; conditions are tainted NoSchedule at once; the next look, a
 * period later, queues the node for NoExecute at the rate of its zone. Renewals are not events:
 * when a node was last heard of follows from arithmetic, and looks are made only when one is due.
 */
export class NodeLifeCycle {
  readonly #work: Work;
  readonly #store: Store;
  readonly #timings: Timings;
  readonly #informers: Informers;
  readonly #bucket: TokenBucket;
  readonly #health = new NodeHealth();
  readonly #queues = new Map<string, ZoneQueue>();
  readonly #expiries = new Map<string, EventId>();
  /** Nodes whose Ready status has changed since the last look. */
  readonly #changed = new Set<string>();
  #records: ZoneRecords = new Map();
  #lookAtNs: number | undefined;

  constructor(work: Work, store: Store, timings: Timings, informers: Informers) {
    this.#work = work;
    this.#store = store;
    this.#timings = timings;
    this.#informers = informers;
    this.#bucket = new TokenBucket(timings.controllerQps, timings.controllerBurst);
    informers.nodes.onEvent((event) => this.#see(event));
  }

  /** Tells that a node has fallen silent, now. */
  nodeLost(nodeName: string): void {
    const { leaseRenewNs, nodeMonitorPeriodNs } = this.#timings;
    const { now } = this.#work;
    const offset = hashText(`${this.#work.sim.seed}/lease/${nodeName}`) % leaseRenewNs;
    const renewals = Math.floor((now - offset) / leaseRenewNs);
    const renewedNs = Math.max(0, offset + renewals * leaseRenewNs);
    const seenNs = Math.ceil(renewedNs / nodeMonitorPeriodNs) * nodeMonitorPeriodNs;
    this.#expireAfter(nodeName, seenNs);
  }

  /** Tells that a node is heard of again, before or after it was given up. */
  nodeHeard(nodeName: string): void {
    const event = this.#expiries.get(nodeName);
    if (event !== undefined) this.#work.cancel(event);
    this.#expiries.delete(nodeName);
    const { statusUpdateNs, apiWriteNs } = this.#timings;
    this.#work.after(statusUpdateNs + apiWriteNs, () => this.#setReady(nodeName, "True"));
  }

  /** The node is given up at the first look more than the grace period after its last sign. */
  #expireAfter(nodeName: string, seenNs: number): void {
    const { nodeMonitorPeriodNs, nodeMonitorGraceNs } = this.#timings;
    const periods = Math.floor((seenNs + nodeMonitorGraceNs) / nodeMonitorPeriodNs) + 1;
    const atNs = Math.max(this.#work.now, periods * nodeMonitorPeriodNs);
    this.#expiries.set(
      nodeName,
      this.#work.at(atNs, () => this.#expire(nodeName)),
    );
  }

  #expire(nodeName: string): void {
    this.#expiries.delete(nodeName);
    this.#health.giveUp(nodeName);
    this.#write(() => this.#setReady(nodeName, "Unknown"));
    for (const pod of this.#informers.pods.byIndex("node", nodeName)) {
      if (isPodReady(pod)) this.#write(() => this.#setPodNotReady(pod));
    }
    this.#lookAt(this.#work.now);
  }

  #see({ type, object, old }: InformerEvent<Node>): void {
    const { name } = object.metadata;
    if (type === "DELETED") {
      this.#health.forget(name);
      this.#changed.delete(name);
      this.#queue(zoneOf(object)).delete(name);
    } else {
      this.#health.see(object);
      const taints = object.spec?.taints ?? [];
      if (withConditionTaints(object, taints) !== taints) this.#retaint(name, withConditionTaints);
      const status = readyStatusOf(object);
      if (old === undefined ? status === "True" && this.#isCalm() : readyStatusOf(old) === status) {
        return;
      }
      this.#changed.add(name);
    }
    const period = this.#timings.nodeMonitorPeriodNs;
    this.#lookAt((Math.floor(this.#work.now / period) + 1) * period);
  }

  /** Whether one more ready node cannot change any zone's state. */
  #isCalm(): boolean {
    return [...this.#records.values()].every(({ state }) => state === "Normal");
  }

  #lookAt(atNs: number): void {
    if (this.#lookAtNs !== undefined && this.#lookAtNs <= atNs) return;
    this.#lookAtNs = atNs;
    this.#work.at(atNs, () => {
      if (this.#lookAtNs !== atNs) return;
      this.#lookAtNs = undefined;
      this.#look();
    });
  }

  /** One `monitorNodeHealth`: taints by the status seen, then the zones' states. */
  #look(): void {
    for (const name of this.#changed) {
      const node = this.#informers.nodes.get(name);
      if (node !== undefined) this.#checkHealth(node);
    }
    this.#changed.clear();
    const { zones, turn } = handleDisruption(
      this.#records,
      this.#health.counts(),
      disruptionOptions(this.#timings),
    );
    this.#records = zones;
    if (turn === "all-down") this.#takeTaintsBack();
    if (turn === "up-again") this.#renewGrace();
    for (const [zone, { rateHz }] of zones) this.#queue(zone).setRate(rateHz);
  }

  #checkHealth(node: Node): void {
    const { name } = node.metadata;
    const status = readyStatusOf(node);
    const taints = node.spec?.taints ?? [];
    const changes = afterHealthCheck(taints, status, "") !== taints;
    if (changes) {
      this.#retaint(name, (now, before, time) =>
        afterHealthCheck(before, readyStatusOf(now), time),
      );
    }
    const queue = this.#queue(zoneOf(node));
    if (status === "True") queue.delete(name);
    else if (!changes) queue.add(name);
  }

  #takeTaintsBack(): void {
    for (const { metadata, spec } of this.#informers.nodes.cache.values()) {
      const taints = spec?.taints ?? [];
      if (afterHealthCheck(taints, "True", "") === taints) continue;
      this.#changed.add(metadata.name);
      this.#retaint(metadata.name, (_, before) => afterHealthCheck(before, "True", ""));
    }
    if (this.#changed.size > 0) this.#lookAt(this.#work.now + this.#timings.nodeMonitorPeriodNs);
  }

  #renewGrace(): void {
    for (const [name, event] of [...this.#expiries]) {
      this.#work.cancel(event);
      this.#expireAfter(name, this.#work.now);
    }
  }

  #queue(zone: string): ZoneQueue {
    let queue = this.#queues.get(zone);
    if (queue === undefined) {
      queue = new ZoneQueue(this.#work, this.#timings.nodeEvictionRateHz, (name) =>
        this.#retaint(name, (node, before, time) =>
          withNoExecuteTaint(before, readyStatusOf(node), time),
        ),
      );
      this.#queues.set(zone, queue);
    }
    return queue;
  }

  /** Writes the node's taints as they follow from the node as the API server has it by then. */
  #retaint(nodeName: string, edit: Edit): void {
    this.#write(() => {
      const node = this.#store.get<Node>("Node", nodeName);
      if (node === undefined) return;
      const before = node.spec?.taints ?? [];
      const after = edit(node, before, timestampAt(this.#work.now));
      if (after === before) return;
      this.#store.update<Node>("Node", nodeName, (draft) => {
        draft.spec = { ...draft.spec, taints: [...after] as Taint[] };
      });
    });
  }

  #setReady(nodeName: string, status: "True" | "Unknown"): void {
    if (this.#store.get("Node", nodeName) === undefined) return;
    this.#store.update<Node>("Node", nodeName, (draft) => {
      const conditions = (draft.status?.conditions ?? []).filter(({ type }) => type !== "Ready");
      const lastTransitionTime = timestampAt(this.#work.now);
      const condition = { type: "Ready", status, lastTransitionTime };
      draft.status = { ...draft.status, conditions: [...conditions, condition] };
    });
  }

  #setPodNotReady(pod: Pod): void {
    const key = objectKey(pod);
    const current = this.#store.get<Pod>("Pod", key);
    if (current?.metadata.uid !== pod.metadata.uid) return;
    this.#store.update<Pod>("Pod", key, (draft) => {
      const status = withCondition(current?.status, "Ready", "False", this.#work.now);
      draft.status = status as NonNullable<typeof draft.status>;
    });
  }

  #write(action: () => void): void {
    const fromNs = this.#bucket.take(this.#work.now);
    this.#work.at(fromNs + this.#timings.apiWriteNs, action);
  }
}

function disruptionOptions(timings: Timings): DisruptionOptions {
  const { nodeEvictionRateHz, secondaryNodeEvictionRateHz } = timings;
  return {
    rateHz: nodeEvictionRateHz,
    secondaryRateHz: secondaryNodeEvictionRateHz,
    largeClusterSizeThreshold: timings.largeClusterSizeThreshold,
    unhealthyZoneThreshold: timings.unhealthyZoneThreshold,
  };
}
