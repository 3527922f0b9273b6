import type { SimTime } from "@k8s-netsim/sim-core";
import { applyDefaults, type KubeObject } from "../../api/index.ts";
import type { Cluster } from "../../cluster/index.ts";
import { syntheticNodes } from "../../control-plane/index.ts";
import { checkPriceTable } from "../../topology/index.ts";
import {
  compileTraffic,
  type Network,
  type TrafficLedger,
  type TrafficPlan,
  type TrafficSpec,
} from "../../traffic/index.ts";
import { flowOrder } from "../assumptions/sensitivity.ts";
import { type CalledCluster, checkCalls } from "../definition/check-calls.ts";
import { type ClusterDefinition, plainObjects } from "../definition/cluster-definition.ts";
import { DEFAULT_KUBERNETES_VERSION } from "../input/environment.ts";
import { TrafficTotals } from "../measures/traffic-totals.ts";
import type { ConfigurationSummary } from "../what-if/answer.ts";
import type { RunSettings } from "../what-if/settings.ts";
import { steadyRun } from "../what-if/steady-run.ts";
import { isAutoscaler } from "./autoscaling.ts";
import { configurationSummary, type Happenings } from "./configuration-summary.ts";
import type { DrainReport } from "./drain-report.ts";
import type { FailureTrace } from "./failure-trace.ts";
import { type LiveRunOptions, liveRun } from "./live-run.ts";
import { restingCluster } from "./resting-cluster.ts";
import { needsControlPlane } from "./way-options.ts";

const BIN_NS = 1_000_000_000 as SimTime;

export interface DefinitionRun {
  readonly ledger: TrafficLedger;
  readonly plan: TrafficPlan;
  readonly network: Network;
  /** As it stood at the end of the run. */
  readonly cluster: Cluster;
  readonly failures: readonly FailureTrace[];
  readonly drains: readonly DrainReport[];
}

/**
 * All replications of one configuration. Without faults, changes and autoscalers the cluster is brought to
 * rest once and every replication runs over it; with them each replication runs control plane and
 * traffic together, and `watch` looks on.
 */
export function runDefinition(
  definition: ClusterDefinition,
  settings: RunSettings,
  onRun: (run: DefinitionRun, replication: number) => void,
  watch?: LiveRunOptions["watch"],
): ConfigurationSummary {
  checkPriceTable(settings.prices);
  const kubernetesVersion = definition.kubernetesVersion ?? DEFAULT_KUBERNETES_VERSION;
  const objects = objectsOf(definition, kubernetesVersion);
  const traffic = trafficOf(definition);
  checkCalls(traffic, calledCluster(definition, objects));
  // A scenario's author who sets the retired field means it.
  const topologyKeys = objects.some(
    ({ kind, spec }) => kind === "Service" && hasTopologyKeys(spec),
  );
  const resting = restingCluster(objects, {
    kubernetesVersion,
    topologyKeys,
    check: settings.check === true,
    serviceProxy: definition.serviceProxy,
  });
  const plan = compileTraffic(traffic, resting.workloads);
  // Names a circle of calls, which would go round without end.
  flowOrder(plan, resting.networkFor(plan));
  const totals = new TrafficTotals(plan, resting.networkFor(plan, definition.loadBalancer));
  const { faults, changes } = definition;
  const applied = changes.flatMap((change) =>
    "objects" in change
      ? [
          {
            atNs: change.at,
            objects: plainObjects(change.objects).map((one) => applyDefaults(one)),
          },
        ]
      : [],
  );
  const workloadChanges = changes.flatMap((change) => ("workload" in change ? [change] : []));
  const isSteady =
    faults.length + changes.length === 0 &&
    !objects.some(isAutoscaler) &&
    !needsControlPlane(settings.ways);
  let happened: Happenings = { failures: [], drains: [] };
  for (let replication = 0; replication < settings.replications; replication++) {
    const run: DefinitionRun = isSteady
      ? {
          ...steady(plan, resting.networkFor(plan, definition.loadBalancer), settings, replication),
          cluster: resting.cluster,
        }
      : liveRun({
          objects,
          traffic,
          settings,
          replication,
          kubernetesVersion,
          topologyKeys,
          serviceProxy: definition.serviceProxy,
          faults,
          applied,
          workloadChanges,
          gracefulShutdown: definition.gracefulShutdown,
          loadBalancer: definition.loadBalancer,
          timings: definition.timings,
          binNs: BIN_NS,
          ...(watch === undefined ? {} : { watch }),
        });
    if (replication === 0) happened = { failures: run.failures, drains: run.drains };
    totals.add(run.ledger, run.network);
    onRun(run, replication);
  }
  return configurationSummary(resting, plan, totals, settings.prices, happened);
}

function calledCluster(
  { changes }: ClusterDefinition,
  objects: readonly KubeObject[],
): CalledCluster {
  return {
    objects,
    later: changes.flatMap((change) => ("objects" in change ? plainObjects(change.objects) : [])),
    changed: new Set(changes.flatMap((change) => ("workload" in change ? [change.workload] : []))),
  };
}

function hasTopologyKeys(spec: unknown): boolean {
  return typeof spec === "object" && spec !== null && Object.hasOwn(spec, "topologyKeys");
}

function steady(
  plan: TrafficPlan,
  network: Network,
  settings: RunSettings,
  replication: number,
): Omit<DefinitionRun, "cluster"> {
  const ledger = steadyRun(plan, network, settings, replication);
  return { ledger, plan, network, failures: [], drains: [] };
}

export function objectsOf(
  { zones = {}, objects }: ClusterDefinition,
  kubernetesVersion: string,
): readonly KubeObject[] {
  const nodes = Object.entries(zones).flatMap(([zone, { nodes: nodesPerZone, cpu }]) =>
    syntheticNodes({
      zones: [zone],
      nodesPerZone,
      kubernetesVersion: `v${kubernetesVersion}.0`,
      ...(cpu === undefined ? {} : { cpu }),
    }),
  );
  return [...nodes, ...objects].map((object) => applyDefaults(object));
}

export function trafficOf({ traffic, calls, servers, defaults }: ClusterDefinition): TrafficSpec {
  return { clients: traffic, calls: calls ?? [], servers, defaults: defaults ?? {} };
}
