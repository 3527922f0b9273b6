import { DEFAULT_ROUND_TRIP_TIMES, PRICE_TABLES } from "../../topology/index.ts";
import { combinations } from "../definition/grid.ts";
import type { ParameterValue } from "../definition/parameter.ts";
import type { Scenario } from "../definition/scenario.ts";
import { DEFAULT_KUBERNETES_VERSION } from "../input/environment.ts";
import { isAutoscaler } from "../world/autoscaling.ts";
import { objectsOf, runDefinition, trafficOf } from "../world/run-definition.ts";
import type { TraceOptions, TrafficTrace } from "./trace-options.ts";
import { traceRun } from "./trace-run.ts";
import { traceTraffic } from "./trace-traffic.ts";

export type ScenarioTraceOptions = Omit<TraceOptions, "kubernetesVersion" | "mode"> & {
  /** Absent: the scenario's own. */
  readonly mode?: TraceOptions["mode"] | undefined;
  /** The scenario's quick size, where it has one. */
  readonly quick?: boolean;
  /** One connection of each kind before anything happens, whatever the scenario lets happen. */
  readonly atRest?: boolean;
};

/**
 * Captures the traffic of a scenario: its first replication as {@link traceRun} watches it where things
 * fail or change, else one connection of each kind. Of each parameter the value given is taken, else the
 * first of the scenario's own.
 *
 * @throws {ScenarioParameterError} where a parameter or value does not exist
 * @throws {InvalidTrace} where no connection can be made
 */
export function traceScenario(
  { name, definition }: Scenario,
  parameters: ReadonlyMap<string, ParameterValue>,
  { mode, quick = false, atRest = false, ...options }: ScenarioTraceOptions,
): TrafficTrace {
  const asked = new Map([...parameters].map(([key, value]) => [key, [value]] as const));
  const { vary, choices = {} } = definition;
  const [chosen = {}] = combinations({ name, vary, choices, asked });
  const built = definition.build(chosen);
  const kubernetesVersion = built.kubernetesVersion ?? DEFAULT_KUBERNETES_VERSION;
  const objects = objectsOf(built, kubernetesVersion);
  const traffic = trafficOf(built);
  const how = { ...options, kubernetesVersion, mode: mode ?? modeOf(built.serviceProxy) };
  const happens = built.faults.length + built.changes.length > 0 || objects.some(isAutoscaler);
  if (atRest || !happens) return traceTraffic(objects, traffic, how);
  const runs = { ...definition.runs, ...(quick ? definition.quick : {}) };
  const settings = {
    seed: options.seed,
    replications: 1,
    warmUpNs: built.warmUp ?? runs.warmUp,
    lengthNs: runs.length,
    roundTripTimes: { ...DEFAULT_ROUND_TRIP_TIMES, ...built.roundTripTimes },
    prices: built.prices ?? PRICE_TABLES.aws,
  };
  return traceRun(traffic, how, (watch) => {
    runDefinition(built, settings, () => undefined, watch);
  });
}

/** Userspace and ipvs have no rules here: their scenarios are traced in iptables mode. */
function modeOf(proxy: string | undefined): TraceOptions["mode"] {
  return proxy === "nftables" || proxy === "ebpf" ? proxy : "iptables";
}
