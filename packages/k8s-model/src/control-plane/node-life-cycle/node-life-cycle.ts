import type { EventId } from "@k8s-netsim/sim-core";
import {
  type Node,
  objectKey,
  type Pod,
  REGION_LABEL,
  type Taint,
  ZONE_LABEL,
} from "../../api/index.ts";
import { hashText, type Store, timestampAt } from "../../store/index.ts";
import { isPodReady } from "../endpoint-slice/endpoint-of-pod.ts";
import { withCondition } from "../kubelet/pod-status.ts";
import type { Informers } from "../runtime/informers.ts";
import { TokenBucket } from "../runtime/token-bucket.ts";
import type { Work } from "../runtime/work.ts";
import type { Timings } from "../timings.ts";
import { readyStatusOf, taintKeyOf, withTaint } from "./taints.ts";
import { evictionRatesHz, zoneState } from "./zone-state.ts";

const NS_PER_SECOND = 1_000_000_000;

interface ZoneQueue {
  /** Nodes that wait for their NoExecute taint, in the order in which they were lost. */
  readonly waiting: Set<string>;
  rateHz: number;
  /** When the next taint may be set (ns). */
  nextNs: number;
  event: EventId | undefined;
}

/**
 * The node life-cycle controller: a node whose lease is not renewed for the grace period becomes
 * Unknown, its pods not ready, it is tainted NoSchedule at once and NoExecute at the rate of its
 * zone. Renewals are not events: when a node was last heard of follows from arithmetic.
 */
export class NodeLifeCycle {
  readonly #work: Work;
  readonly #store: Store;
  readonly #timings: Timings;
  readonly #informers: Informers;
  readonly #bucket: TokenBucket;
  readonly #zones = new Map<string, ZoneQueue>();
  readonly #expiries = new Map<string, EventId>();

  constructor(work: Work, store: Store, timings: Timings, informers: Informers) {
    this.#work = work;
    this.#store = store;
    this.#timings = timings;
    this.#informers = informers;
    this.#bucket = new TokenBucket(timings.controllerQps, timings.controllerBurst);
    informers.nodes.onEvent(({ type, object, old }) => {
      const status = readyStatusOf(object);
      if (type === "DELETED") this.#dequeue(object);
      else if (old === undefined ? status !== "True" : readyStatusOf(old) !== status) {
        this.#statusChanged(object);
      }
    });
  }

  /** Tells that a node has fallen silent, now. */
  nodeLost(nodeName: string): void {
    const atNs = this.#expiryNs(nodeName, this.#work.now);
    this.#expiries.set(
      nodeName,
      this.#work.at(atNs, () => this.#expire(nodeName)),
    );
  }

  /** Tells that a node is heard of again, before or after it was given up. */
  nodeHeard(nodeName: string): void {
    const event = this.#expiries.get(nodeName);
    if (event !== undefined) this.#work.cancel(event);
    this.#expiries.delete(nodeName);
    const { statusUpdateNs, apiWriteNs } = this.#timings;
    this.#work.after(statusUpdateNs + apiWriteNs, () => this.#setReady(nodeName, "True"));
  }

  /**
   * When the controller gives a node up: it looks every period, counts the grace from when it saw
   * the last renewal, and renewals come every `leaseRenewNs` from an offset of the node's own.
   */
  #expiryNs(nodeName: string, lostNs: number): number {
    const { leaseRenewNs, nodeMonitorPeriodNs, nodeMonitorGraceNs } = this.#timings;
    const offset = hashText(`${this.#work.sim.seed}/lease/${nodeName}`) % leaseRenewNs;
    const renewals = Math.floor((lostNs - offset) / leaseRenewNs);
    const renewedNs = Math.max(0, offset + renewals * leaseRenewNs);
    const seenNs = Math.ceil(renewedNs / nodeMonitorPeriodNs) * nodeMonitorPeriodNs;
    const periods = Math.floor((seenNs + nodeMonitorGraceNs) / nodeMonitorPeriodNs) + 1;
    return Math.max(lostNs, periods * nodeMonitorPeriodNs);
  }

  #expire(nodeName: string): void {
    this.#expiries.delete(nodeName);
    this.#write(() => this.#setReady(nodeName, "Unknown"));
    for (const pod of this.#informers.pods.byIndex("node", nodeName)) {
      if (isPodReady(pod)) this.#write(() => this.#setPodNotReady(pod));
    }
  }

  #setReady(nodeName: string, status: "True" | "Unknown"): void {
    if (this.#store.get("Node", nodeName) === undefined) return;
    this.#store.update<Node>("Node", nodeName, (draft) => {
      const conditions = (draft.status?.conditions ?? []).filter(({ type }) => type !== "Ready");
      const condition = {
        type: "Ready",
        status,
        lastTransitionTime: timestampAt(this.#work.now),
      };
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

  #statusChanged(node: Node): void {
    const { name } = node.metadata;
    const key = taintKeyOf(readyStatusOf(node));
    this.#write(() => this.#setTaint(name, "NoSchedule", key));
    this.#updateRates();
    const zone = this.#zone(zoneOf(node));
    if (key === undefined) {
      this.#dequeue(node);
      this.#write(() => this.#setTaint(name, "NoExecute", undefined));
    } else {
      zone.waiting.add(name);
      this.#next(zone);
    }
  }

  #dequeue(node: Node): void {
    this.#zone(zoneOf(node)).waiting.delete(node.metadata.name);
  }

  #setTaint(nodeName: string, effect: "NoSchedule" | "NoExecute", key: string | undefined): void {
    const node = this.#store.get<Node>("Node", nodeName);
    if (node === undefined) return;
    const before = node.spec?.taints ?? [];
    const after = withTaint(before, effect, key, timestampAt(this.#work.now));
    if (after === before) return;
    this.#store.update<Node>("Node", nodeName, (draft) => {
      draft.spec = { ...draft.spec, taints: [...after] as Taint[] };
    });
  }

  /** Taints the next waiting node of a zone when its rate allows. */
  #next(zone: ZoneQueue): void {
    if (zone.event !== undefined || zone.rateHz === 0 || zone.waiting.size === 0) return;
    zone.event = this.#work.at(Math.max(this.#work.now, zone.nextNs), () => {
      zone.event = undefined;
      const [name] = zone.waiting;
      if (name !== undefined) {
        zone.waiting.delete(name);
        zone.nextNs = this.#work.now + Math.round(NS_PER_SECOND / zone.rateHz);
        this.#write(() => {
          const node = this.#store.get<Node>("Node", name);
          const key = node && taintKeyOf(readyStatusOf(node));
          if (key !== undefined) this.#setTaint(name, "NoExecute", key);
        });
      }
      this.#next(zone);
    });
  }

  #updateRates(): void {
    const { unhealthyZoneThreshold, largeClusterSizeThreshold } = this.#timings;
    const counts = new Map<string, { ready: number; notReady: number }>();
    for (const node of this.#informers.nodes.cache.values()) {
      const count = counts.get(zoneOf(node)) ?? { ready: 0, notReady: 0 };
      if (readyStatusOf(node) === "True") count.ready++;
      else count.notReady++;
      counts.set(zoneOf(node), count);
    }
    const states = new Map(
      [...counts].map(([zone, { ready, notReady }]) => [
        zone,
        { state: zoneState(ready, notReady, unhealthyZoneThreshold), size: ready + notReady },
      ]),
    );
    const rates = evictionRatesHz(states, {
      rateHz: this.#timings.nodeEvictionRateHz,
      secondaryRateHz: this.#timings.secondaryNodeEvictionRateHz,
      largeClusterSizeThreshold,
    });
    for (const [name, rateHz] of rates) {
      const zone = this.#zone(name);
      if (zone.rateHz === rateHz) continue;
      zone.rateHz = rateHz;
      if (zone.event !== undefined) this.#work.cancel(zone.event);
      zone.event = undefined;
      this.#next(zone);
    }
  }

  #zone(name: string): ZoneQueue {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      const rateHz = this.#timings.nodeEvictionRateHz;
      zone = { waiting: new Set(), rateHz, nextNs: 0, event: undefined };
      this.#zones.set(name, zone);
    }
    return zone;
  }

  #write(action: () => void): void {
    const fromNs = this.#bucket.take(this.#work.now);
    this.#work.at(fromNs + this.#timings.apiWriteNs, action);
  }
}

/** Zones are told apart within regions. */
function zoneOf({ metadata }: Node): string {
  return `${metadata.labels?.[REGION_LABEL] ?? ""}:${metadata.labels?.[ZONE_LABEL] ?? ""}`;
}
