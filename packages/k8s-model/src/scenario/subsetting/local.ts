import { type Spread, ZONES } from "./spread.ts";

/**
 * Subsets the endpoints of a case as KEP 2004 recommended it under the name `local`: each zone keeps
 * its own endpoints; zones whose endpoints would carry half as much again as with an even load get
 * endpoints, one by one, from the zone with most to spare; then zones that lack a whole endpoint get
 * it from zones that have one too many. Where the first step cannot be done, and below
 * `startingThreshold` endpoints a zone, all zones use all endpoints.
 *
 * Equal zones are taken in their order. Source: KEP 2004 (removed), "Distribution of EndpointSlices".
 */
export function subsetLocally(spread: Spread, startingThreshold: number): void {
  if (spread.total < startingThreshold * ZONES || !relieve(spread)) {
    spread.shared = true;
    return;
  }
  even(spread);
}

/** Gives to overloaded zones until none is; false where nobody can give any more. */
function relieve(spread: Spread): boolean {
  for (;;) {
    const receiver = poorestOverloaded(spread);
    if (receiver < 0) return true;
    const giver = bestGiver(spread);
    if (giver < 0) return false;
    spread.give(giver, receiver);
  }
}

/** Moves whole endpoints that a zone has too many to the zones that lack most. */
function even(spread: Spread): void {
  const { allNodes } = spread;
  for (;;) {
    const giver = bestGiver(spread);
    if (giver < 0 || spread.surplusTimesNodes(giver) < allNodes) return;
    const receiver = poorest(spread);
    if (spread.surplusTimesNodes(receiver) > -allNodes) return;
    spread.give(giver, receiver);
  }
}

/**
 * Whether an endpoint of a zone's group, had it `change` more, carries at least half as much again as
 * with an even load: the overload threshold of 50 %.
 */
function isOverloaded(
  { total, nodes, allNodes, group }: Spread,
  zone: number,
  change: number,
): boolean {
  return 2 * total * (nodes[zone] as number) >= 3 * allNodes * ((group[zone] as number) + change);
}

/** -1: none is overloaded. */
function poorestOverloaded(spread: Spread): number {
  let least = -1;
  for (let zone = 0; zone < ZONES; zone++) {
    if (!isOverloaded(spread, zone, 0)) continue;
    if (least < 0 || spread.surplusTimesNodes(zone) < spread.surplusTimesNodes(least)) least = zone;
  }
  return least;
}

/** The zone with most to spare that would not be overloaded with one endpoint less; -1: none. */
function bestGiver(spread: Spread): number {
  let best = -1;
  for (let zone = 0; zone < ZONES; zone++) {
    if ((spread.own[zone] as number) === 0 || (spread.group[zone] as number) <= 1) continue;
    if (isOverloaded(spread, zone, -1)) continue;
    if (best < 0 || spread.surplusTimesNodes(zone) > spread.surplusTimesNodes(best)) best = zone;
  }
  return best;
}

function poorest(spread: Spread): number {
  let least = 0;
  for (let zone = 1; zone < ZONES; zone++) {
    if (spread.surplusTimesNodes(zone) < spread.surplusTimesNodes(least)) least = zone;
  }
  return least;
}
