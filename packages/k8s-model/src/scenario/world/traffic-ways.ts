import type { Simulation } from "@k8s-netsim/sim-core";
import { ConnectionCounts } from "../../data-plane/index.ts";
import { bytesPerSecondOf, DISTANCES } from "../../topology/index.ts";
import {
  checkDistribution,
  distributionOf,
  type Network,
  type RequestTrafficOptions,
  TrafficInputError,
  type TrafficPlan,
} from "../../traffic/index.ts";
import { NameResolution } from "./name-resolution.ts";
import type { LinkBandwidths, WayOptions } from "./way-options.ts";

type TrafficWays = Pick<
  RequestTrafficOptions,
  | "resolver"
  | "linkBytesPerSecond"
  | "nodeBytesPerSecond"
  | "roundTripDistributions"
  | "tracking"
  | "hairpin"
>;

/**
 * What traffic needs for the ways that a run simulates. A headless Service is resolved by its clients in any
 * case; without DNS options that takes no time.
 *
 * @throws {TrafficInputError} for limits that cannot be, and for zones that do not exist
 */
export function trafficWays(
  sim: Simulation,
  plan: TrafficPlan,
  network: Network,
  ways: WayOptions = {},
): TrafficWays {
  const { dns, conntrackMax, hairpin, linkBandwidths = {} } = ways;
  const hasHeadless = plan.servicePorts.some((_, port) => network.isHeadless?.(port) === true);
  checkRoom(conntrackMax);
  return {
    ...(dns === undefined && !hasHeadless
      ? {}
      : { resolver: new NameResolution(sim, plan, network, dns) }),
    ...linksOf(linkBandwidths, network.zones),
    ...distributionsOf(ways),
    ...(conntrackMax === undefined ? {} : { tracking: new ConnectionCounts(conntrackMax) }),
    ...(hairpin === undefined ? {} : { hairpin }),
  };
}

function checkRoom(conntrackMax: number | undefined): void {
  if (conntrackMax === undefined || (Number.isInteger(conntrackMax) && conntrackMax >= 1)) return;
  throw new TrafficInputError(
    "impossible-traffic",
    `conntrackMax is ${conntrackMax}.`,
    "give a whole number from 1 up, as nf_conntrack_max",
  );
}

function linksOf(
  { betweenZones, pairs = {}, nodes }: LinkBandwidths,
  zones: readonly string[],
): Pick<TrafficWays, "linkBytesPerSecond" | "nodeBytesPerSecond"> {
  const byPair = new Map(Object.entries(pairs));
  const known = new Set(zones.flatMap((from) => zones.map((to) => `${from}->${to}`)));
  for (const pair of byPair.keys()) {
    if (known.has(pair)) continue;
    throw new TrafficInputError(
      "unknown-zone",
      `linkBandwidths.pairs names "${pair}", which is no pair of zones.`,
      `write it as ZONE->ZONE with two of ${zones.join(", ")}`,
    );
  }
  const between = betweenZones === undefined ? Infinity : bytesPerSecondOf(betweenZones);
  const speedOf = (from: string, to: string): number => {
    const own = byPair.get(`${from}->${to}`);
    if (own !== undefined) return bytesPerSecondOf(own);
    return from === to ? Infinity : between;
  };
  const hasLinks = betweenZones !== undefined || byPair.size > 0;
  return {
    ...(hasLinks
      ? { linkBytesPerSecond: zones.flatMap((from) => zones.map((to) => speedOf(from, to))) }
      : {}),
    ...(nodes === undefined ? {} : { nodeBytesPerSecond: bytesPerSecondOf(nodes) }),
  };
}

function distributionsOf({
  roundTripDistributions: given,
}: WayOptions): Pick<TrafficWays, "roundTripDistributions"> {
  if (given === undefined) return {};
  const drawn = DISTANCES.flatMap((distance) => {
    const spec = given[distance];
    checkDistribution("Round trips", distance, spec);
    return spec === undefined ? [] : [[distance, distributionOf(spec)] as const];
  });
  return { roundTripDistributions: Object.fromEntries(drawn) };
}
