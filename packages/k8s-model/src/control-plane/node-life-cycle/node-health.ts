import { type Node, REGION_LABEL, ZONE_LABEL } from "../../api/index.ts";
import type { ZoneCount } from "./disruption.ts";
import { type ReadyStatus, readyStatusOf } from "./taints.ts";

interface Health {
  readonly zone: string;
  status: ReadyStatus;
}

/** What the controller takes each node's Ready status to be, ahead of its own cache. */
export class NodeHealth {
  readonly #nodes = new Map<string, Health>();

  see(node: Node): void {
    const health = { zone: zoneOf(node), status: readyStatusOf(node) };
    this.#nodes.set(node.metadata.name, health);
  }

  forget(nodeName: string): void {
    this.#nodes.delete(nodeName);
  }

  giveUp(nodeName: string): void {
    const health = this.#nodes.get(nodeName);
    if (health !== undefined) health.status = "Unknown";
  }

  /** Ready and other nodes of each zone, in the order in which zones appeared. */
  counts(): ReadonlyMap<string, ZoneCount> {
    const counts = new Map<string, { ready: number; notReady: number }>();
    for (const { zone, status } of this.#nodes.values()) {
      const count = counts.get(zone) ?? { ready: 0, notReady: 0 };
      if (status === "True") count.ready++;
      else count.notReady++;
      counts.set(zone, count);
    }
    return counts;
  }
}

/** Zones are told apart within regions. */
export function zoneOf({ metadata }: Node): string {
  return `${metadata.labels?.[REGION_LABEL] ?? ""}:${metadata.labels?.[ZONE_LABEL] ?? ""}`;
}
