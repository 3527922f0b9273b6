import { type ZoneState, zoneState } from "./zone-state.ts";

/** A zone as the last pass left it: Initial before its first, "" once it had no nodes any more. */
export interface ZoneRecord {
  readonly state: ZoneState | "Initial" | "";
  /** NoExecute taints set a second. */
  readonly rateHz: number;
}

/** Zones in the order in which they appeared. */
export type ZoneRecords = ReadonlyMap<string, ZoneRecord>;

/** How many nodes of a zone are ready and not. */
export interface ZoneCount {
  readonly ready: number;
  readonly notReady: number;
}

export interface DisruptionOptions {
  readonly rateHz: number;
  readonly secondaryRateHz: number;
  readonly largeClusterSizeThreshold: number;
  readonly unhealthyZoneThreshold: number;
}

export interface Disruption {
  readonly zones: ZoneRecords;
  /**
   * `all-down`: from now on every zone is fully disrupted, and all NoExecute taints are taken back.
   * `up-again`: that is over, and every node is granted a new grace period.
   */
  readonly turn: "all-down" | "up-again" | undefined;
}

/**
 * One pass over the zones' health (`handleDisruption`). A zone is limited anew only when its state
 * changes: the normal rate in normal and fully disrupted zones, the secondary one in partly
 * disrupted zones of more than `largeClusterSizeThreshold` nodes, none in smaller ones, none
 * anywhere while all zones are fully disrupted. A zone without nodes is forgotten unless the pass
 * first meets one that was not fully disrupted: the real order is that of a Go map, ours that of
 * appearance.
 */
export function handleDisruption(
  before: ZoneRecords,
  counts: ReadonlyMap<string, ZoneCount>,
  options: DisruptionOptions,
): Disruption {
  const states = new Map(
    [...counts].map(([zone, { ready, notReady }]) => [
      zone,
      zoneState(ready, notReady, options.unhealthyZoneThreshold),
    ]),
  );
  const zones = new Map(before);
  for (const zone of counts.keys()) {
    if (!zones.has(zone)) zones.set(zone, { state: "Initial", rateHz: options.rateHz });
  }
  const wereAllDown = forgetEmptyZones(zones, counts);
  const areAllDown = [...states.values()].every((state) => state === "FullDisruption");
  if (areAllDown && wereAllDown) return { zones, turn: undefined };
  if (areAllDown) {
    for (const zone of zones.keys()) zones.set(zone, { state: "FullDisruption", rateHz: 0 });
    return { zones, turn: "all-down" };
  }
  for (const [zone, { state, rateHz }] of zones) {
    const next = states.get(zone) ?? "";
    if (next === state && !wereAllDown) continue;
    const { ready, notReady } = counts.get(zone) ?? { ready: 0, notReady: 0 };
    zones.set(zone, { state: next, rateHz: rateOf(next, ready + notReady, options) ?? rateHz });
  }
  return { zones, turn: wereAllDown ? "up-again" : undefined };
}

/** Drops zones without nodes up to the first that was not fully down; answers whether none was met. */
function forgetEmptyZones(
  zones: Map<string, ZoneRecord>,
  counts: ReadonlyMap<string, ZoneCount>,
): boolean {
  for (const [zone, { state }] of [...zones]) {
    if (!counts.has(zone)) zones.delete(zone);
    else if (state !== "FullDisruption") return false;
  }
  return true;
}

function rateOf(
  state: ZoneState | "",
  size: number,
  { rateHz, secondaryRateHz, largeClusterSizeThreshold }: DisruptionOptions,
): number | undefined {
  if (state === "") return undefined;
  if (state !== "PartialDisruption") return rateHz;
  return size > largeClusterSizeThreshold ? secondaryRateHz : 0;
}
