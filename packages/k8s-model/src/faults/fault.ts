import type { Cluster } from "../cluster/index.ts";

/** Something that breaks, and may come back. */
export interface Fault {
  readonly kind: "zone" | "node";
  readonly name: string;
  /** Simulated times (ns). */
  readonly atNs: number;
  readonly recoverAtNs?: number;
}

/** A fault that names nothing of the cluster. */
export class FaultError extends Error {
  readonly code = "unknown-fault-target";
  readonly facts: Readonly<Record<string, string>>;
  readonly remedy: string;

  constructor(fault: Fault, known: readonly string[]) {
    const shown = known.slice(0, 10).join(", ");
    const remedy = `The cluster has: ${shown}${known.length > 10 ? ", …" : ""}.`;
    super(`There is no ${fault.kind} "${fault.name}". ${remedy} [unknown-fault-target]`);
    this.name = "FaultError";
    this.facts = { kind: fault.kind, name: fault.name };
    this.remedy = remedy;
  }
}

/**
 * Schedules faults: at its time the nodes go down at once, as if the power failed. Everything after
 * that, from the expired lease to the replaced pods, is the cluster's own doing.
 *
 * @throws {FaultError} for a zone or node that does not exist; then nothing is scheduled.
 */
export function scheduleFaults(cluster: Cluster, faults: readonly Fault[]): void {
  const targets = faults.map((fault) => ({ fault, nodes: nodesOf(cluster, fault) }));
  for (const { fault, nodes } of targets) {
    cluster.sim.at(fault.atNs, () => {
      for (const name of nodes) cluster.failNode(name);
    });
    if (fault.recoverAtNs === undefined) continue;
    cluster.sim.at(fault.recoverAtNs, () => {
      for (const name of nodes) cluster.recoverNode(name);
    });
  }
}

function nodesOf(cluster: Cluster, fault: Fault): readonly string[] {
  const entries = [...cluster.nodes].filter(({ exists }) => exists);
  const hit = entries.filter(({ name, zone }) =>
    fault.kind === "zone" ? zone === fault.name : name === fault.name,
  );
  if (hit.length > 0) return hit.map(({ name }) => name);
  const known = entries.map(({ name, zone }) => (fault.kind === "zone" ? (zone ?? "") : name));
  throw new FaultError(fault, [...new Set(known)].filter((name) => name !== "").sort());
}
