import { type Spread, ZONES } from "./spread.ts";

/**
 * Subsets the endpoints of a case as KEP 2004 recommended it under the name `local`: each zone keeps
 * its own endpoints; zones whose endpoints would carry half as much again as with an even load get
 * endpoints, one by one, from the zone with most to spare; then zones that lack whole endpoints get
 * them from zones that have too many. Who carries most is served first. Where the first step cannot be
 * done, and below `startingThreshold` endpoints a zone, all zones use all endpoints.
 *
 * The KEP leaves open what "most insufficient" means: it is the load of an endpoint here, and of equal
 * ones the number that lacks. With that the means over the large input set are those printed.
 * Source: KEP 2004 (removed), "Distribution of EndpointSlices".
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
    const receiver = busiestOverloaded(spread);
    if (receiver < 0) return true;
    const giver = bestGiver(spread);
    if (giver < 0) return false;
    spread.give(giver, receiver);
  }
}

/**
 * Moves whole endpoints that a zone has too many to the zone whose endpoints carry most, until that
 * one lacks no whole endpoint any more; ends where the zone that carries most lacks less than one.
 */
function even(spread: Spread): void {
  const { allNodes } = spread;
  for (;;) {
    const giver = bestGiver(spread);
    const receiver = busiest(spread);
    if (giver < 0 || spread.surplusTimesNodes(receiver) > -allNodes) return;
    if (spread.surplusTimesNodes(giver) < allNodes) return;
    const spare = Math.floor(spread.surplusTimesNodes(giver) / allNodes);
    const lacking = Math.floor(-spread.surplusTimesNodes(receiver) / allNodes);
    spread.give(giver, receiver, Math.min(spare, lacking));
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
function busiestOverloaded(spread: Spread): number {
  let most = -1;
  for (let zone = 0; zone < ZONES; zone++) {
    if (!isOverloaded(spread, zone, 0)) continue;
    if (most < 0 || isBusier(spread, zone, most)) most = zone;
  }
  return most;
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

function busiest(spread: Spread): number {
  let most = 0;
  for (let zone = 1; zone < ZONES; zone++) {
    if (isBusier(spread, zone, most)) most = zone;
  }
  return most;
}

/**
 * Whether an endpoint of the first zone's group carries more than one of the second's, or as much in a
 * zone that lacks more endpoints.
 */
function isBusier(spread: Spread, zone: number, other: number): boolean {
  const { nodes, group } = spread;
  const load = (nodes[zone] as number) * (group[other] as number);
  const others = (nodes[other] as number) * (group[zone] as number);
  if (load !== others) return load > others;
  return spread.surplusTimesNodes(zone) < spread.surplusTimesNodes(other);
}
