import type { SimTime } from "@k8s-netsim/sim-core";
import type { KubeObject } from "../../api/index.ts";
import type { Timings } from "../../control-plane/index.ts";
import type { LoadBalancer } from "../../data-plane/index.ts";
import type { PriceTable, RoundTripTimes } from "../../topology/index.ts";
import type { CallSpec, ClientSpec, ServerSpec, TrafficDefaults } from "../../traffic/index.ts";
import type { ServiceProxyMode } from "../world/proxy-mode.ts";
import type { WayOptions } from "../world/way-options.ts";
import type { FaultDefinition } from "./fault-definition.ts";
import type { ScenarioObjects } from "./objects.ts";
import type { WorkloadChange } from "./workload-change.ts";

export interface ZoneDefinition {
  readonly nodes: number;
  /** Allocatable CPU of each node, a quantity. */
  readonly cpu?: string;
}

/** Objects as they are from a time after warm-up on. */
export interface ObjectChange {
  readonly at: SimTime;
  readonly objects: readonly (KubeObject | ScenarioObjects)[];
}

/** Something done to objects or workloads on the way. */
export type PlannedChange = ObjectChange | WorkloadChange;

export interface ClusterOptions extends WayOptions {
  /** Zones by name; their nodes are made. Leave out when `objects` holds Nodes. */
  readonly zones?: Readonly<Record<string, ZoneDefinition>>;
  /** Decides how long a node takes to program a change; which endpoint is chosen does not differ. */
  readonly serviceProxy?: ServiceProxyMode;
  /** Kubernetes objects: plain ones, and what `deployment` and `service` make. */
  readonly objects: readonly (KubeObject | ScenarioObjects)[];
  readonly traffic: readonly ClientSpec[];
  readonly calls?: readonly CallSpec[];
  readonly servers?: readonly ServerSpec[];
  readonly defaults?: Partial<TrafficDefaults>;
  readonly roundTripTimes?: Partial<RoundTripTimes>;
  readonly prices?: PriceTable;
  readonly faults?: readonly FaultDefinition[];
  /** What is done on the way: objects applied as by `kubectl apply`, workloads changed, nodes drained. */
  readonly changes?: readonly (PlannedChange | FaultDefinition)[];
  /**
   * Applications that are told to end close idle connections, take no new one and finish what they
   * serve; without it they serve on until they end, and what they serve then is lost.
   */
  readonly gracefulShutdown?: boolean;
  /** What is in front of Services of type LoadBalancer; ideal unless told. */
  readonly loadBalancer?: LoadBalancer;
  readonly kubernetesVersion?: string;
  /** Of the control plane and the proxies, where not as by default; in force during changes. */
  readonly timings?: Partial<Timings>;
  /** In place of the scenario's own, where this cluster takes longer to settle, as autoscalers do. */
  readonly warmUp?: SimTime;
}

/** A cluster as a scenario describes it, with what runs on it and who calls it. */
export interface ClusterDefinition
  extends Omit<ClusterOptions, "objects" | "servers" | "changes" | "faults"> {
  readonly objects: readonly KubeObject[];
  readonly servers: readonly ServerSpec[];
  readonly changes: readonly PlannedChange[];
  readonly faults: readonly FaultDefinition[];
}

export function cluster(options: ClusterOptions): ClusterDefinition {
  const objects: KubeObject[] = [];
  const servers: ServerSpec[] = [...(options.servers ?? [])];
  for (const entry of options.objects) {
    if (isScenarioObjects(entry)) {
      objects.push(...entry.objects);
      servers.push(...entry.servers);
    } else objects.push(entry);
  }
  const changes: PlannedChange[] = [];
  const faults: FaultDefinition[] = [...(options.faults ?? [])];
  for (const change of options.changes ?? []) {
    if ("target" in change) faults.push(change);
    else changes.push(change);
  }
  return { ...options, objects, servers, changes, faults };
}

/** Plain objects of a mixed list. */
export function plainObjects(
  entries: readonly (KubeObject | ScenarioObjects)[],
): readonly KubeObject[] {
  return entries.flatMap((entry) => (isScenarioObjects(entry) ? entry.objects : [entry]));
}

function isScenarioObjects(entry: KubeObject | ScenarioObjects): entry is ScenarioObjects {
  return !("kind" in entry);
}
