import type { SliceEvent } from "./slice-changes.ts";
import { familyEvent } from "./topology-events.ts";

/** What the hints need to know about a node. */
export interface TopologyNode {
  readonly zone: string | undefined;
  /** Allocatable CPU in millicores; 0 where it is not given. */
  readonly cpuMilli: number;
  readonly ready: boolean;
  /** Carries a control-plane or master role label, and so is not counted. */
  readonly controlPlane: boolean;
}

/** Share of the allocatable CPU per zone, zones in sorted order. */
export type CpuRatios = ReadonlyMap<string, number>;

/** How many endpoints a zone must, may and should be hinted. */
export interface ZoneAllocation {
  readonly minimum: number;
  readonly maximum: number;
  readonly desired: number;
}

/** 1 / (1 + 0.2): a zone may be overloaded by 20 % (the code's constant; KEP 2433 says 20 and 30). */
const OVERLOAD_FACTOR: number = 5 / 6;

/**
 * The CPU share of each zone over the ready nodes that are not control-plane nodes. One counted
 * node without a zone or CPU, or fewer than two zones, voids all of them.
 */
export function cpuRatiosOf(nodes: Iterable<TopologyNode>): CpuRatios | undefined {
  const cpuByZone = new Map<string, number>();
  for (const { zone, cpuMilli, ready, controlPlane } of nodes) {
    if (controlPlane || !ready) continue;
    if (zone === undefined || zone === "" || cpuMilli === 0) return undefined;
    cpuByZone.set(zone, (cpuByZone.get(zone) ?? 0) + cpuMilli);
  }
  return ratiosOf(cpuByZone);
}

/** The shares of zones whose nodes all count; none for fewer than two zones. */
export function ratiosOf(cpuByZone: ReadonlyMap<string, number>): CpuRatios | undefined {
  if (cpuByZone.size < 2) return undefined;
  let total = 0;
  for (const cpuMilli of cpuByZone.values()) total += cpuMilli;
  const zones = [...cpuByZone.keys()].sort();
  return new Map(zones.map((zone) => [zone, (cpuByZone.get(zone) as number) / total]));
}

export type Allocations =
  | { readonly byZone: ReadonlyMap<string, ZoneAllocation> }
  | { readonly refused: SliceEvent };

/** Endpoints allotted to each zone in proportion to its CPU, or the reason why there are no hints. */
export function allocate(
  ratios: CpuRatios | undefined,
  readyEndpoints: number,
  addressType: string,
): Allocations {
  const refuse = (message: string): Allocations => ({
    refused: familyEvent("Warning", "TopologyAwareHintsDisabled", message, addressType),
  });
  if (ratios === undefined) {
    return refuse(
      "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes",
    );
  }
  const counted = `(${readyEndpoints} endpoints, ${ratios.size} zones)`;
  if (ratios.size > readyEndpoints) {
    return refuse(`Insufficient number of endpoints ${counted}`);
  }
  const floors = new Map<string, ZoneAllocation>();
  let spare = readyEndpoints;
  for (const [zone, ratio] of ratios) {
    const share = ratio * readyEndpoints;
    const minimum = Math.ceil(share * OVERLOAD_FACTOR);
    floors.set(zone, { minimum, maximum: minimum, desired: Math.max(share, minimum) });
    spare -= minimum;
  }
  if (spare < 0) {
    return refuse(
      `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counted}`,
    );
  }
  const byZone = new Map<string, ZoneAllocation>();
  for (const [zone, floor] of floors) {
    byZone.set(zone, { ...floor, maximum: floor.minimum + spare });
  }
  return { byZone };
}

/**
 * Whether the hints of a Service no longer fit the nodes: a zone has none, or fewer than it must.
 * Such a Service is synced again after a change of nodes.
 */
export function isOverloaded(
  hintsByZone: ReadonlyMap<string, number>,
  ratios: CpuRatios | undefined,
): boolean {
  if (hintsByZone.size === 0) return false;
  if (ratios === undefined) return true;
  let total = 0;
  for (const count of hintsByZone.values()) total += count;
  for (const [zone, ratio] of ratios) {
    const count = hintsByZone.get(zone);
    if (count === undefined || count < Math.ceil(total * ratio * OVERLOAD_FACTOR)) return true;
  }
  return false;
}
