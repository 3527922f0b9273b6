/** How much of a zone is in trouble, as the node life-cycle controller sees it. */
export type ZoneState = "Normal" | "PartialDisruption" | "FullDisruption";

/**
 * The state of a zone: full when no node is ready, partial when more than two are not ready and
 * these are at least the threshold's share. A zone without nodes is normal.
 */
export function zoneState(ready: number, notReady: number, unhealthyThreshold: number): ZoneState {
  if (ready === 0 && notReady > 0) return "FullDisruption";
  const total = ready + notReady;
  if (notReady > 2 && notReady / total >= unhealthyThreshold) return "PartialDisruption";
  return "Normal";
}

export interface EvictionRates {
  readonly rateHz: number;
  readonly secondaryRateHz: number;
  readonly largeClusterSizeThreshold: number;
}

/**
 * Nodes tainted a second in each zone: the normal rate in normal and in fully disrupted zones, the
 * secondary one in partly disrupted zones of more than `largeClusterSizeThreshold` nodes, none in
 * smaller ones, and none anywhere when all zones are fully disrupted.
 */
export function evictionRatesHz(
  zones: ReadonlyMap<string, { readonly state: ZoneState; readonly size: number }>,
  { rateHz, secondaryRateHz, largeClusterSizeThreshold }: EvictionRates,
): Map<string, number> {
  const all = [...zones.values()];
  const everywhere = all.length > 0 && all.every(({ state }) => state === "FullDisruption");
  const rates = new Map<string, number>();
  for (const [zone, { state, size }] of zones) {
    const partial = size > largeClusterSizeThreshold ? secondaryRateHz : 0;
    rates.set(zone, everywhere ? 0 : state === "PartialDisruption" ? partial : rateHz);
  }
  return rates;
}
