import type { Parameters } from "../definition/grid.ts";
import type { ParameterValue } from "../definition/parameter.ts";
import type { Scenario } from "../definition/scenario.ts";
import { DEFAULT_KUBERNETES_VERSION } from "../input/environment.ts";
import { objectsOf, trafficOf } from "../world/run-definition.ts";
import { type TraceOptions, type TrafficTrace, traceTraffic } from "./trace-traffic.ts";

type ScenarioTraceOptions = Omit<TraceOptions, "kubernetesVersion" | "mode"> & {
  /** Absent: the scenario's own. */
  readonly mode?: TraceOptions["mode"] | undefined;
};

/**
 * Captures one connection of each kind of a scenario's traffic. Of each parameter the value given is
 * taken, else the first of the scenario's own.
 *
 * @throws {InvalidTrace} as {@link traceTraffic} does
 */
export function traceScenario(
  { definition }: Scenario,
  parameters: ReadonlyMap<string, ParameterValue>,
  { mode, ...options }: ScenarioTraceOptions,
): TrafficTrace {
  const chosen: Record<string, ParameterValue> = Object.create(null);
  for (const [name, values] of Object.entries(definition.vary)) {
    const value = parameters.get(name) ?? values[0];
    if (value !== undefined) chosen[name] = value;
  }
  const built = definition.build(chosen as Parameters);
  const kubernetesVersion = built.kubernetesVersion ?? DEFAULT_KUBERNETES_VERSION;
  const objects = objectsOf(built, kubernetesVersion);
  return traceTraffic(objects, trafficOf(built), {
    ...options,
    kubernetesVersion,
    mode: mode ?? modeOf(built.serviceProxy),
  });
}

/** Userspace and ipvs have no rules here: their scenarios are traced in iptables mode. */
function modeOf(proxy: string | undefined): TraceOptions["mode"] {
  return proxy === "nftables" || proxy === "ebpf" ? proxy : "iptables";
}
