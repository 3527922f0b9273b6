import { type Node, parseQuantity, quantityMilliValue, ZONE_LABEL } from "../../api/index.ts";
import { type CpuRatios, ratiosOf, type TopologyNode } from "./topology-allocation.ts";

export function nodeReadyStatus({ status }: Node): string | undefined {
  for (const condition of status?.conditions ?? []) {
    if (condition.type === "Ready") return condition.status;
  }
  return undefined;
}

interface ZoneSum {
  nodes: number;
  cpuMilli: number;
}

/** The CPU of the nodes by zone, kept up node by node: the topology cache's share of the nodes. */
export class ZoneCpu {
  /** As of the last look: a change of CPU alone leads to none. */
  current: CpuRatios | undefined;
  readonly #nodes = new Map<string, TopologyNode>();
  readonly #zones = new Map<string, ZoneSum>();
  /** Counted nodes without a zone or without CPU. */
  #incomplete = 0;

  /** Takes over a node; `undefined`: it is gone. */
  see(name: string, node: Node | undefined): void {
    const before = this.#nodes.get(name);
    if (before !== undefined) this.#count(before, -1);
    if (node === undefined) {
      this.#nodes.delete(name);
      return;
    }
    const after = topologyNode(node);
    this.#nodes.set(name, after);
    this.#count(after, 1);
  }

  /** The CPU ratios of the nodes as they are now. */
  recompute(): CpuRatios | undefined {
    const cpuByZone = new Map<string, number>();
    for (const [zone, { cpuMilli }] of this.#zones) cpuByZone.set(zone, cpuMilli);
    this.current = this.#incomplete > 0 ? undefined : ratiosOf(cpuByZone);
    return this.current;
  }

  #count({ zone, cpuMilli, ready, controlPlane }: TopologyNode, sign: 1 | -1): void {
    if (controlPlane || !ready) return;
    if (zone === undefined || zone === "" || cpuMilli === 0) {
      this.#incomplete += sign;
      return;
    }
    const sum = this.#zones.get(zone) ?? { nodes: 0, cpuMilli: 0 };
    sum.nodes += sign;
    sum.cpuMilli += sign * cpuMilli;
    if (sum.nodes === 0) this.#zones.delete(zone);
    else this.#zones.set(zone, sum);
  }
}

function topologyNode(node: Node): TopologyNode {
  const labels = node.metadata.labels ?? {};
  const cpu = node.status?.allocatable?.cpu;
  return {
    zone: labels[ZONE_LABEL],
    cpuMilli: cpu === undefined ? 0 : Number(quantityMilliValue(parseQuantity(String(cpu)))),
    ready: nodeReadyStatus(node) === "True",
    controlPlane:
      Object.hasOwn(labels, "node-role.kubernetes.io/control-plane") ||
      Object.hasOwn(labels, "node-role.kubernetes.io/master"),
  };
}
