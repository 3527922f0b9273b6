import type { SimTime } from "@k8s-netsim/sim-core";
import type { Cluster } from "../../cluster/index.ts";
import type { FaultDefinition, FaultKind } from "../definition/fault-definition.ts";

/** A fault that names nothing of the cluster, or that makes no sense. */
class FaultError extends Error {
  readonly code: "unknown-fault-target" | "bad-fault";
  readonly remedy: string;

  constructor(code: FaultError["code"], message: string, remedy: string) {
    super(message);
    this.name = "FaultError";
    this.code = code;
    this.remedy = remedy;
  }
}

interface FaultActions {
  readonly begin: (cluster: Cluster, target: string, fault: FaultDefinition) => void;
  /** Absent where it mends by itself. */
  readonly end?: (cluster: Cluster, target: string) => void;
  readonly targets: "zone" | "node" | "API server" | undefined;
}

const ACTIONS: Readonly<Record<FaultKind, FaultActions>> = {
  "zone-outage": {
    targets: "zone",
    begin: (cluster, zone) => cluster.failZone(zone),
    end: (cluster, zone) => cluster.recoverZone(zone),
  },
  "node-failure": {
    targets: "node",
    begin: (cluster, node) => cluster.failNode(node),
    end: (cluster, node) => cluster.recoverNode(node),
  },
  "node-partition": {
    targets: "node",
    begin: (cluster, node) => cluster.faults.partitionNode(node),
    end: (cluster, node) => cluster.faults.healNode(node),
  },
  "node-drain": {
    targets: "node",
    begin: (cluster, node, { untilNs, timeoutNs }) => {
      if (untilNs !== undefined) cluster.maintenance.announceRemoval(node);
      cluster.maintenance.drain(node, timeoutNs === undefined ? {} : { timeoutNs });
    },
    end: (cluster, node) => {
      cluster.failNode(node);
      cluster.delete("Node", node);
    },
  },
  "node-cordon": {
    targets: "node",
    begin: (cluster, node) => cluster.maintenance.cordon(node),
    end: (cluster, node) => cluster.maintenance.uncordon(node),
  },
  "zone-partition": {
    targets: "zone",
    begin: (cluster, zone, { from = "both" }) => cluster.faults.partitionZone(zone, from),
    end: (cluster, zone) => cluster.faults.healZone(zone),
  },
  "watch-lost": {
    targets: "node",
    begin: (cluster, node) => cluster.faults.loseWatches(node),
  },
  "clock-skew": {
    targets: "node",
    begin: (cluster, node, { aheadNs = 0 }) => cluster.faults.setClock(node, aheadNs),
    end: (cluster, node) => cluster.faults.setClock(node, 0),
  },
  "api-server-restart": {
    targets: "API server",
    begin: (cluster, server, { atNs, untilNs = atNs }) =>
      cluster.faults.restartApiServer(Number(server), untilNs - atNs),
  },
  "leader-change": {
    targets: undefined,
    begin: (cluster) => {
      cluster.faults.changeLeader();
    },
  },
  "etcd-slow": {
    targets: undefined,
    begin: (cluster, _target, { factor = 1 }) => cluster.faults.slowEtcd(factor),
    end: (cluster) => cluster.faults.slowEtcd(1),
  },
};

/** Breaks something at its time after `originNs`, and mends it where the fault says when. */
export function scheduleFault(cluster: Cluster, fault: FaultDefinition, originNs: SimTime): void {
  const { begin, end } = ACTIONS[fault.kind];
  const target = targetOf(cluster, fault);
  if (!(fault.factor === undefined || fault.factor > 0)) {
    const remedy = "give a factor above 0; 10 makes writes ten times slower.";
    throw new FaultError("bad-fault", `etcd cannot be ${fault.factor} times slower.`, remedy);
  }
  const { sim } = cluster;
  sim.at((originNs + fault.atNs) as SimTime, () => begin(cluster, target, fault));
  if (fault.untilNs === undefined || end === undefined) return;
  sim.at((originNs + fault.untilNs) as SimTime, () => end(cluster, target));
}

/** The zone or node of that name; `a` stands for the zone `zone-a` where no zone is called `a`. */
function targetOf(cluster: Cluster, { kind, target }: FaultDefinition): string {
  const { targets } = ACTIONS[kind];
  if (targets === undefined) return target;
  const names = namesOf(cluster, targets);
  const name = namedTarget(names, target);
  if (name !== undefined) return name;
  throw new FaultError(
    "unknown-fault-target",
    `There is no ${targets} "${target}" to fail.`,
    `use one of ${[...names].sort().slice(0, 10).join(", ")}.`,
  );
}

/** What is called so; or the only one whose name ends so, as `zone-a` for `a`. */
export function namedTarget(names: ReadonlySet<string>, target: string): string | undefined {
  if (names.has(target)) return target;
  const ending = [...names].filter((name) => name.endsWith(`-${target}`));
  return ending.length === 1 ? ending[0] : undefined;
}

function namesOf(cluster: Cluster, targets: "zone" | "node" | "API server"): ReadonlySet<string> {
  if (targets === "API server") {
    return new Set(cluster.proxies.servers.links.map((_, server) => String(server)));
  }
  const names = new Set<string>();
  for (const { name, zone } of cluster.nodes) {
    if (targets === "node") names.add(name);
    else if (zone !== undefined) names.add(zone);
  }
  return names;
}
