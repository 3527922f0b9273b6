import type { Node, Taint } from "@k8s-netsim/k8s-model/api";
import { nodeLifeCycle } from "@k8s-netsim/k8s-model/control-plane";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";

interface ZoneStateInput {
  readonly part: "zoneState";
  readonly ready: readonly string[];
  readonly unhealthyZoneThreshold: number;
}

type Pass = Readonly<Record<string, readonly [ready: number, notReady: number]>>;

interface DisruptionInput {
  readonly part: "disruption";
  readonly passes: readonly Pass[];
  readonly evictionRate: number;
  readonly secondaryEvictionRate: number;
  readonly largeClusterThreshold: number;
  readonly unhealthyZoneThreshold: number;
}

interface TaintsInput {
  readonly part: "taints";
  readonly conditions: Readonly<Record<string, "True" | "False" | "Unknown">>;
  readonly taints: readonly string[] | null;
  readonly unschedulable: boolean;
}

type Input = ZoneStateInput | DisruptionInput | TaintsInput;

type Outcome = readonly Readonly<Record<string, readonly [state: string, rateHz: number]>>[];

interface Output {
  readonly outcomes?: readonly Outcome[];
}

export const nodeLifecycle: Suite<Input, Output> = {
  name: "node_lifecycle",
  about:
    "the node life-cycle controller: zone states; eviction rates over passes, ours one of the outcomes seen; taints after each pass",
  fields: ["input.part"],
  run(input, output) {
    if (input.part === "zoneState") return judge(differences(output, stateOf(input)));
    if (input.part === "taints") return judge(differences(output, taintsOf(input)));
    const ours = outcomeOf(input);
    const outcomes = output.outcomes ?? [];
    const seen = outcomes.some((outcome) => differences(outcome, ours).length === 0);
    return judge(seen ? [] : differences(outcomes[0], ours, "outcomes[0]"));
  },
};

function stateOf({ ready, unhealthyZoneThreshold }: ZoneStateInput): object {
  const healthy = ready.filter((status) => status === "True").length;
  const unhealthy = ready.length - healthy;
  return {
    unhealthy,
    state: nodeLifeCycle.zoneState(healthy, unhealthy, unhealthyZoneThreshold),
  };
}

function outcomeOf(input: DisruptionInput): Outcome {
  let zones: nodeLifeCycle.ZoneRecords = new Map();
  return input.passes.map((pass) => {
    const counts = new Map(
      Object.entries(pass).map(([zone, [ready, notReady]]) => [zone, { ready, notReady }]),
    );
    zones = nodeLifeCycle.handleDisruption(zones, counts, {
      rateHz: input.evictionRate,
      secondaryRateHz: input.secondaryEvictionRate,
      largeClusterSizeThreshold: input.largeClusterThreshold,
      unhealthyZoneThreshold: input.unhealthyZoneThreshold,
    }).zones;
    return Object.fromEntries(
      [...zones].map(([zone, { state, rateHz }]) => [zone, [state, rateHz]]),
    );
  });
}

function taintsOf({ conditions, taints, unschedulable }: TaintsInput): object {
  const node: Node = {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name: "n" },
    spec: { unschedulable, taints: (taints ?? []).map(taintOf) },
    status: {
      conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })),
    },
  };
  const first = nodeLifeCycle.withConditionTaints(node, node.spec?.taints ?? []);
  const ready = conditions.Ready;
  if (ready === undefined) return { error: false, afterNoSchedulePass: texts(first) };
  const second = nodeLifeCycle.afterHealthCheck(first, ready, "");
  const third = nodeLifeCycle.withNoExecuteTaint(second, ready, "");
  return {
    error: false,
    afterNoSchedulePass: texts(first),
    afterHealthCheck: texts(second),
    afterNoExecutePass: texts(third),
  };
}

/** `key[=value]:effect`. */
function taintOf(text: string): Taint {
  const at = text.lastIndexOf(":");
  const [key = "", value] = text.slice(0, at).split("=");
  const effect = text.slice(at + 1) as Taint["effect"];
  return { key, effect, ...(value === undefined ? {} : { value }) };
}

function texts(taints: readonly Taint[]): readonly string[] {
  return taints
    .map(({ key, value, effect }) => `${key}${value === undefined ? "" : `=${value}`}:${effect}`)
    .sort();
}
