import type { Endpoint, EndpointSlice } from "@k8s-netsim/k8s-model/api";
import {
  addTopologyHints,
  allocate,
  type CpuRatios,
  cpuRatiosOf,
  type HintMemory,
  isOverloaded,
} from "@k8s-netsim/k8s-model/control-plane";
import { differences } from "../compare.ts";
import { judge, notComparable, type Suite } from "../suite.ts";

interface VectorSlice {
  readonly name: string;
  readonly eps: readonly (readonly [string | null, 1 | 0 | null, string | null])[] | null;
}

type Counts = Readonly<Record<string, number>>;

interface Input {
  readonly nodes: readonly (readonly [string | null, number, number, string])[];
  readonly toCreate: readonly VectorSlice[];
  readonly toUpdate: readonly VectorSlice[];
  readonly unchanged: readonly VectorSlice[];
  readonly cacheBefore: Readonly<Record<string, Counts>>;
  readonly cachePopulatedBefore: boolean;
}

interface Zones {
  readonly zoneHints: Counts;
  readonly cacheAfter: Readonly<Record<string, Counts>>;
  readonly populatedAfter: boolean;
}

interface Output {
  readonly cpuRatios: Counts | null;
  readonly readyEndpoints: number;
  readonly allocations: Readonly<Record<string, readonly number[]>> | null;
  readonly overloadedBefore: boolean;
  readonly actions: readonly {
    readonly events: readonly (readonly string[])[] | null;
    readonly promotedToUpdate: readonly string[] | null;
    readonly toCreate: number;
    readonly toUpdate: number;
  }[];
  readonly zones: readonly Zones[];
  readonly movedEndpoints: readonly number[];
  readonly overloadedAfter: readonly boolean[];
  readonly exact: boolean;
  readonly hints: Readonly<Record<string, readonly (string | null)[] | null>>;
}

export const topologyHints: Suite<Input, Output> = {
  name: "topology_hints",
  about:
    "topology mode Auto: CPU ratios, allocations, events, slices written, hints per zone, cache, overload; " +
    "where 64 runs of the original had 8 outcomes or more, another one is not comparable",
  fields: ["input.nodes", "input.toCreate", "output.actions"],
  run: (input, output) => {
    const ratios = cpuRatiosOf(
      input.nodes.map(([zone, cpuMilli, ready, role]) => ({
        zone: zone ?? undefined,
        cpuMilli,
        ready: ready === 1,
        controlPlane: role !== "",
      })),
    );
    const memory: HintMemory = {
      byAddressType: new Map(
        Object.entries(input.cacheBefore).map(([type, counts]) => [
          type,
          new Map(Object.entries(counts)),
        ]),
      ),
      populated: input.cachePopulatedBefore,
    };
    const found = compare(input, output, ratios, memory);
    const onlyChance = found.every((line) => RANDOM.some((name) => line.startsWith(name)));
    return found.length > 0 && onlyChance && output.zones.length >= MANY_OUTCOMES
      ? notComparable(`${output.zones.length} outcomes in 64 runs of the original, and ours beside`)
      : judge(found);
  },
};

/** What depends on the order of a map in the original. */
const RANDOM = ["zones", "overloadedAfter"] as const;
/** So many different outcomes in 64 runs mean that there are others that were not seen. */
const MANY_OUTCOMES = 8;

function compare(
  input: Input,
  output: Output,
  ratios: CpuRatios | undefined,
  memory: HintMemory,
): readonly string[] {
  const before = {
    creates: input.toCreate.map(slice),
    updates: input.toUpdate.map(slice),
    unchanged: input.unchanged.map(slice),
    deletes: [],
  };
  const { changes, memory: after, events } = addTopologyHints(ratios, memory, "IPv4", before);
  const promoted = changes.updates
    .map(({ metadata }) => metadata.name)
    .filter((name) => !input.toUpdate.some((one) => one.name === name));
  const ready = [...before.creates, ...before.updates, ...before.unchanged]
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready === true).length;
  const all = [...changes.creates, ...changes.updates, ...changes.unchanged];
  const action = {
    events: events.map(({ type, reason, message }) => [type, reason, message]),
    promotedToUpdate: promoted.sort(),
    toCreate: changes.creates.length,
    toUpdate: changes.updates.length,
  };
  const zones: Zones = {
    zoneHints: countHints(all),
    cacheAfter: plainCache(after),
    populatedAfter: after.populated,
  };
  return [
    ...differences(output.cpuRatios, plain(ratios), "cpuRatios"),
    ...differences(output.readyEndpoints, ready, "readyEndpoints"),
    ...differences(output.allocations, plainAllocations(ratios, ready), "allocations"),
    ...differences(output.overloadedBefore, overloaded(memory, ratios), "overloadedBefore"),
    ...oneOf("actions", output.actions.map(sortedAction), action),
    ...oneOf("zones", output.zones, zones),
    ...oneOf("movedEndpoints", output.movedEndpoints, countMoved(all)),
    ...oneOf("overloadedAfter", output.overloadedAfter, overloaded(after, ratios)),
    ...(output.exact ? differences(sortless(output.hints), hintsOf(all), "hints") : []),
  ];
}

function slice({ name, eps }: VectorSlice): EndpointSlice {
  const endpoints = (eps ?? []).map(
    ([zone, ready, hint], index): Endpoint => ({
      addresses: [`10.0.0.${index}`],
      conditions: ready === null ? {} : { ready: ready === 1 },
      ...(zone === null ? {} : { zone }),
      ...(hint === null ? {} : { hints: { forZones: [{ name: hint }] } }),
    }),
  );
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name },
    addressType: "IPv4",
    endpoints,
  };
}

function oneOf(name: string, outcomes: readonly unknown[], ours: unknown): readonly string[] {
  const found = outcomes.map((outcome) => differences(outcome, ours, name));
  return found.some((list) => list.length === 0) ? [] : (found[0] ?? []);
}

function sortedAction(action: Output["actions"][number]): object {
  return {
    ...action,
    events: action.events ?? [],
    promotedToUpdate: [...(action.promotedToUpdate ?? [])].sort(),
  };
}

const plain = (counts: ReadonlyMap<string, number> | undefined): Counts | null =>
  counts === undefined ? null : Object.fromEntries(counts);

function plainCache({ byAddressType }: HintMemory): Record<string, Counts> {
  const entries = [...byAddressType].map(([type, counts]) => [type, Object.fromEntries(counts)]);
  return Object.fromEntries(entries) as Record<string, Counts>;
}

function plainAllocations(ratios: CpuRatios | undefined, ready: number): object | null {
  const allocations = allocate(ratios, ready, "IPv4");
  if ("refused" in allocations) return null;
  return Object.fromEntries(
    [...allocations.byZone].map(([zone, { minimum, maximum, desired }]) => [
      zone,
      [minimum, maximum, desired],
    ]),
  );
}

function overloaded(memory: HintMemory, ratios: CpuRatios | undefined): boolean {
  return [...memory.byAddressType.values()].some((counts) => isOverloaded(counts, ratios));
}

const hintOf = (endpoint: Endpoint): string | null => endpoint.hints?.forZones?.[0]?.name ?? null;

const isReady = (endpoint: Endpoint): boolean => endpoint.conditions?.ready === true;

function countHints(slices: readonly EndpointSlice[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const endpoint of slices.flatMap(({ endpoints }) => endpoints ?? [])) {
    const hint = hintOf(endpoint);
    if (hint !== null && isReady(endpoint)) counts[hint] = (counts[hint] ?? 0) + 1;
  }
  return counts;
}

function countMoved(slices: readonly EndpointSlice[]): number {
  return slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter((endpoint) => isReady(endpoint) && hintOf(endpoint) !== null)
    .filter((endpoint) => hintOf(endpoint) !== (endpoint.zone ?? null)).length;
}

function hintsOf(slices: readonly EndpointSlice[]): object {
  return Object.fromEntries(
    slices.map(({ metadata, endpoints }) => [metadata.name, (endpoints ?? []).map(hintOf)]),
  );
}

function sortless(hints: Output["hints"]): object {
  return Object.fromEntries(Object.entries(hints).map(([name, list]) => [name, list ?? []]));
}
