import type { KubeObject } from "../../api/index.ts";
import type { PriceTable, RoundTripTimes } from "../../topology/index.ts";
import type { CallSpec, ClientSpec, ServerSpec, TrafficDefaults } from "../../traffic/index.ts";
import type { ServiceProxyMode } from "../world/proxy-mode.ts";
import type { FaultDefinition } from "./fault-definition.ts";
import type { ScenarioObjects } from "./objects.ts";

export interface ZoneDefinition {
  readonly nodes: number;
  /** Allocatable CPU of each node, a quantity. */
  readonly cpu?: string;
}

export interface ClusterOptions {
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
  readonly kubernetesVersion?: string;
}

/** A cluster as a scenario describes it, with what runs on it and who calls it. */
export interface ClusterDefinition extends Omit<ClusterOptions, "objects" | "servers"> {
  readonly objects: readonly KubeObject[];
  readonly servers: readonly ServerSpec[];
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
  return { ...options, objects, servers };
}

function isScenarioObjects(entry: KubeObject | ScenarioObjects): entry is ScenarioObjects {
  return !("kind" in entry);
}
