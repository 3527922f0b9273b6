import type { SimTime } from "@k8s-netsim/sim-core";
import type { Cluster } from "../../cluster/index.ts";
import type { FaultDefinition } from "../definition/cluster-definition.ts";

/** A fault that names nothing of the cluster. */
class FaultError extends Error {
  readonly code = "unknown-fault-target";
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = "FaultError";
    this.remedy = remedy;
  }
}

/** Breaks a zone or node at its time after `originNs`, and mends it where the fault says when. */
export function scheduleFault(cluster: Cluster, fault: FaultDefinition, originNs: SimTime): void {
  const target = targetOf(cluster, fault);
  const { sim } = cluster;
  const isZone = fault.kind === "zone-outage";
  sim.at((originNs + fault.atNs) as SimTime, () =>
    isZone ? cluster.failZone(target) : cluster.failNode(target),
  );
  if (fault.untilNs === undefined) return;
  sim.at((originNs + fault.untilNs) as SimTime, () =>
    isZone ? cluster.recoverZone(target) : cluster.recoverNode(target),
  );
}

/** The zone or node of that name; `a` stands for the zone `zone-a` where no zone is called `a`. */
function targetOf(cluster: Cluster, { kind, target }: FaultDefinition): string {
  const names = new Set<string>();
  for (const { name, zone } of cluster.nodes) {
    if (kind === "node-failure") names.add(name);
    else if (zone !== undefined) names.add(zone);
  }
  if (names.has(target)) return target;
  const ending = [...names].filter((name) => name.endsWith(`-${target}`));
  const [only] = ending;
  if (only !== undefined && ending.length === 1) return only;
  throw new FaultError(
    `There is no ${kind === "node-failure" ? "node" : "zone"} "${target}" to fail.`,
    `use one of ${[...names].sort().slice(0, 10).join(", ")}.`,
  );
}
