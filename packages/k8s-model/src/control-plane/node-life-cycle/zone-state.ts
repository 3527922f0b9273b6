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
