import type { Endpoint, EndpointSlice } from "../../api/index.ts";
import { hintFacts } from "./hint-facts.ts";
import type { SliceChanges, SliceEvent } from "./slice-changes.ts";
import { allocate, type CpuRatios, type ZoneAllocation } from "./topology-allocation.ts";
import { familyEvent } from "./topology-events.ts";
import { withHints } from "./traffic-distribution.ts";

type Counts = ReadonlyMap<string, number>;

/** Slots in one group of a Go map. */
const MAP_SLOTS = 8;

/** What the topology cache remembers about one Service between syncs. */
export interface HintMemory {
  /** Hints per address type and zone, as last allotted. */
  readonly byAddressType: ReadonlyMap<string, Counts>;
  /** Whether an event has told that hints are enabled. */
  readonly populated: boolean;
}

export const NO_HINT_MEMORY: HintMemory = { byAddressType: new Map(), populated: false };

export interface HintOutcome {
  readonly changes: SliceChanges;
  readonly memory: HintMemory;
  readonly events: readonly SliceEvent[];
}

/**
 * Topology mode Auto (KEP 2433): hints in proportion to the CPU of the zones.
 *
 * Unchanged slices keep their hints while these stay possible; the endpoints of slices that change
 * get their own zone, then single endpoints are given from zones with too many to zones with too
 * few. Where the real code goes by the order of a map, ours gives to the most deserving zone, the
 * first in sorted order where they are equal, and spreads what a donor gives over the receivers in turn.
 */
export function addTopologyHints(
  ratios: CpuRatios | undefined,
  memory: HintMemory,
  addressType: string,
  changes: SliceChanges,
): HintOutcome {
  const refuse = (unhinted: SliceChanges, event: SliceEvent): HintOutcome => ({
    changes: removeHints(unhinted),
    memory: forgetHints(memory, addressType),
    events: [event],
  });
  const allocations = allocate(ratios, countReady(changes), addressType);
  if ("refused" in allocations) return refuse(changes, allocations.refused);

  const { kept, updates, allotted } = keepHints(changes, allocations.byZone);
  const draft = [...changes.creates, ...updates].map(mutableCopy);
  if (!hintOwnZones(draft, allotted)) {
    const message = "One or more endpoints do not have a zone specified";
    return refuse(
      // Slices that were to be hinted again are written all the same.
      { ...changes, updates, unchanged: kept },
      familyEvent("Warning", "TopologyAwareHintsDisabled", message, addressType),
    );
  }
  redistribute(draft, allocations.byZone, allotted);
  const events = memory.populated
    ? []
    : [
        familyEvent(
          "Normal",
          "TopologyAwareHintsEnabled",
          "Topology Aware Hints has been enabled",
          addressType,
        ),
      ];
  return {
    changes: {
      creates: draft.slice(0, changes.creates.length).map(frozen),
      updates: draft.slice(changes.creates.length).map(frozen),
      unchanged: kept,
      deletes: changes.deletes,
    },
    memory: rememberHints(memory, addressType, allotted),
    events,
  };
}

/** The changes without any hint; unchanged slices that carry one are updated. */
function removeHints(changes: SliceChanges): SliceChanges {
  const bare = (slice: EndpointSlice): EndpointSlice =>
    hintFacts(slice).hinted ? withHints(slice, () => undefined) : slice;
  const stripped = changes.unchanged.map(bare);
  return {
    creates: changes.creates.map(bare),
    updates: [
      ...changes.updates.map(bare),
      ...stripped.filter((slice, at) => slice !== changes.unchanged[at]),
    ],
    unchanged: changes.unchanged.filter((slice, at) => slice === stripped[at]),
    deletes: changes.deletes,
  };
}

export function forgetHints(memory: HintMemory, addressType: string): HintMemory {
  const byAddressType = new Map(memory.byAddressType);
  byAddressType.delete(addressType);
  return { byAddressType, populated: false };
}

function rememberHints(memory: HintMemory, addressType: string, hints: Counts): HintMemory {
  if (hints.size === 0) return forgetHints(memory, addressType);
  const byAddressType = new Map(memory.byAddressType).set(addressType, new Map(hints));
  return { byAddressType, populated: true };
}

const isReady = (endpoint: Endpoint): boolean => endpoint.conditions?.ready === true;

function countReady({ creates, updates, unchanged }: SliceChanges): number {
  let count = 0;
  for (const slice of [...creates, ...updates, ...unchanged]) count += hintFacts(slice).ready;
  return count;
}

interface Kept {
  readonly kept: EndpointSlice[];
  readonly updates: EndpointSlice[];
  readonly allotted: Map<string, number>;
}

/** Splits the unchanged slices into those whose hints can stay and those to be hinted again. */
function keepHints(changes: SliceChanges, allocations: ReadonlyMap<string, ZoneAllocation>): Kept {
  const kept: EndpointSlice[] = [];
  const updates = [...changes.updates];
  const allotted = new Map<string, number>();
  for (const slice of changes.unchanged) {
    const counts = countHints(slice, allotted, allocations);
    if (counts === undefined) {
      updates.push(slice);
      continue;
    }
    kept.push(slice);
    for (const [zone, count] of counts) add(allotted, zone, count);
  }
  return { kept, updates, allotted };
}

function countHints(
  slice: EndpointSlice,
  allotted: Counts,
  allocations: ReadonlyMap<string, ZoneAllocation>,
): Counts | undefined {
  const { complete, counts, zones } = hintFacts(slice);
  if (!complete) return undefined;
  for (const zone of zones) if (!allocations.has(zone)) return undefined;
  for (const [zone, count] of counts) {
    const { maximum } = allocations.get(zone) as ZoneAllocation;
    if ((allotted.get(zone) ?? 0) + count > maximum) return undefined;
  }
  return counts;
}

interface DraftSlice {
  readonly slice: EndpointSlice;
  readonly endpoints: Endpoint[];
}

const mutableCopy = (slice: EndpointSlice): DraftSlice => ({
  slice,
  endpoints: [...(slice.endpoints ?? [])],
});

const frozen = ({ slice, endpoints }: DraftSlice): EndpointSlice => ({ ...slice, endpoints });

function hintOwnZones(draft: readonly DraftSlice[], allotted: Map<string, number>): boolean {
  for (const { endpoints } of draft) {
    for (const [index, endpoint] of endpoints.entries()) {
      // One that is not ready keeps what it had: the real code clears the hints of a copy.
      if (!isReady(endpoint)) continue;
      const { zone } = endpoint;
      if (zone === undefined || zone === "") return false;
      add(allotted, zone, 1);
      endpoints[index] = { ...endpoint, hints: { forZones: [{ name: zone }] } };
    }
  }
  return true;
}

function redistribute(
  draft: readonly DraftSlice[],
  allocations: ReadonlyMap<string, ZoneAllocation>,
  allotted: Map<string, number>,
): void {
  const { giving, receiving } = transfers(allocations, allotted);
  const slots = [...receiving.keys()];
  let turn = 0;
  for (const { endpoints } of draft) {
    for (const [index, endpoint] of endpoints.entries()) {
      if (receiving.size === 0 || giving.size === 0) return;
      if (!isReady(endpoint)) continue;
      const from = endpoint.zone as string;
      if (!giving.has(from)) continue;
      const to = receiverOf(slots, receiving, turn++);
      endpoints[index] = { ...endpoint, hints: { forZones: [{ name: to }] } };
      takeOne(giving, from);
      takeOne(receiving, to);
      add(allotted, from, -1);
      add(allotted, to, 1);
    }
  }
}

/**
 * The zone that receives the `turn`-th endpoint given. The real code takes the first zone that it
 * meets in a Go map: a walk over eight slots, filled in the order in which the zones came to need
 * something, from a random slot on; from an empty slot it comes round to the neediest zone. Ours
 * starts at each slot in turn, the empty ones first: the likeliest outcome, or close to it.
 */
function receiverOf(slots: readonly string[], receiving: Counts, turn: number): string {
  const start = (turn + slots.length) % MAP_SLOTS;
  for (const zone of slots.slice(start)) if (receiving.has(zone)) return zone;
  return slots.find((zone) => receiving.has(zone)) as string;
}

/** Whole endpoints that zones give and receive, so that each comes as near as can be to its share. */
function transfers(
  allocations: ReadonlyMap<string, ZoneAllocation>,
  allotted: Counts,
): { giving: Map<string, number>; receiving: Map<string, number> } {
  const surplus = new Map<string, number>();
  const deficit = new Map<string, number>();
  for (const [zone, { desired }] of allocations) {
    const difference = (allotted.get(zone) ?? 0) - desired;
    if (difference > 0) surplus.set(zone, difference);
    else if (difference < 0) deficit.set(zone, -difference);
  }
  const giving = new Map<string, number>();
  const receiving = new Map<string, number>();
  for (;;) {
    const [giver, canGive] = most(surplus);
    const [taker, needs] = most(deficit);
    if (canGive < 0.5 || needs < 0.5 || (canGive < 1 && needs < 1)) break;
    add(giving, giver, 1);
    add(receiving, taker, 1);
    add(surplus, giver, -1);
    add(deficit, taker, -1);
  }
  return { giving, receiving };
}

function most(amounts: Counts): [string, number] {
  let best: [string, number] = ["", 0];
  for (const [zone, amount] of amounts) if (amount > best[1]) best = [zone, amount];
  return best;
}

function takeOne(counts: Map<string, number>, zone: string): void {
  const left = (counts.get(zone) as number) - 1;
  if (left === 0) counts.delete(zone);
  else counts.set(zone, left);
}

function add(counts: Map<string, number>, zone: string, count: number): void {
  counts.set(zone, (counts.get(zone) ?? 0) + count);
}
