/** A front end of a balancer (one in each of its zones) that sends to a target, and how often. */
export interface FrontEndPair {
  /** Position of the front end's zone in the list of zones. */
  readonly frontEnd: number;
  readonly target: number;
  /** Of all new connections; all pairs together 1. */
  readonly share: number;
}

export interface Spread {
  /** Zone of each target, as a position in the list of the balancer's zones; -1: another one. */
  readonly targetZones: readonly number[];
  readonly frontEnds: number;
  readonly crossZone: boolean;
}

/**
 * Which front end sends which share to which target. DNS spreads clients evenly over the front ends.
 * With cross-zone balancing each sends to every target alike, without it to those of its own zone; a
 * front end without a target is then withdrawn from DNS (Elastic Load Balancing, user guide).
 */
export function frontEndPairs({ targetZones, frontEnds, crossZone }: Spread): FrontEndPair[] {
  const targetsOf = Array.from({ length: frontEnds }, (_, frontEnd) =>
    targetZones.flatMap((zone, target) => (crossZone || zone === frontEnd ? [target] : [])),
  );
  const inUse = targetsOf.filter((targets) => targets.length > 0).length;
  return targetsOf.flatMap((targets, frontEnd) =>
    targets.map((target) => ({ frontEnd, target, share: 1 / (inUse * targets.length) })),
  );
}

/** Each target's share of new connections. */
export function targetShares(spread: Spread): Float64Array {
  const shares = new Float64Array(spread.targetZones.length);
  for (const { target, share } of frontEndPairs(spread)) {
    shares[target] = (shares[target] as number) + share;
  }
  return shares;
}

const MOST_DRAWS = 65_536;

/**
 * Positions of pairs, each as often as its share asks for, so that an even draw from them spreads by
 * share: exact up to 65,536 draws, rounded beyond (to no less than one).
 */
export function drawsByShare(pairs: readonly FrontEndPair[]): readonly number[] {
  if (pairs.length === 0) return [];
  let draws = 1;
  for (const { share } of pairs) {
    const next = leastCommonMultiple(draws, Math.round(1 / share));
    draws = next > MOST_DRAWS ? draws : next;
  }
  const exact = pairs.every(
    ({ share }) => Math.abs(share * draws - Math.round(share * draws)) < 1e-6,
  );
  const scale = exact ? draws : MOST_DRAWS;
  return pairs.flatMap(({ share }, index) =>
    new Array<number>(Math.max(1, Math.round(share * scale))).fill(index),
  );
}

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}
