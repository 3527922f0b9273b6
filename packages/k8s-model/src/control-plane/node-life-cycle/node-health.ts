import { type Node, REGION_LABEL, ZONE_LABEL } from "../../api/index.ts";
import type { ZoneCount } from "./disruption.ts";
import { type ReadyStatus, readyStatusOf } from "./taints.ts";

interface Health {
  readonly zone: string;
  readonly status: ReadyStatus;
}

/** What the controller takes each node's Ready status to be, ahead of its own cache. */
export class NodeHealth {
  readonly #nodes = new Map<string, Health>();
  readonly #zones = new Map<string, { ready: number; notReady: number }>();

  see(node: Node): void {
    this.#set(node.metadata.name, { zone: zoneOf(node), status: readyStatusOf(node) });
  }

  forget(nodeName: string): void {
    this.#set(nodeName, undefined);
  }

  giveUp(nodeName: string): void {
    const health = this.#nodes.get(nodeName);
    if (health !== undefined) this.#set(nodeName, { ...health, status: "Unknown" });
  }

  /** Ready and other nodes of each zone, in the order in which zones appeared. */
  counts(): ReadonlyMap<string, ZoneCount> {
    const counts = new Map<string, ZoneCount>();
    for (const [zone, count] of this.#zones) counts.set(zone, { ...count });
    return counts;
  }

  #set(nodeName: string, after: Health | undefined): void {
    const before = this.#nodes.get(nodeName);
    if (after !== undefined) this.#count(after, 1);
    if (before !== undefined) this.#count(before, -1);
    if (after === undefined) this.#nodes.delete(nodeName);
    else this.#nodes.set(nodeName, after);
  }

  #count({ zone, status }: Health, sign: 1 | -1): void {
    const count = this.#zones.get(zone) ?? { ready: 0, notReady: 0 };
    if (status === "True") count.ready += sign;
    else count.notReady += sign;
    if (count.ready + count.notReady === 0) this.#zones.delete(zone);
    else this.#zones.set(zone, count);
  }
}

/** Zones are told apart within regions. */
export function zoneOf({ metadata }: Node): string {
  return `${metadata.labels?.[REGION_LABEL] ?? ""}:${metadata.labels?.[ZONE_LABEL] ?? ""}`;
}
