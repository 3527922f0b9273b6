/** How far apart two ends of a packet are, nearest first; the value indexes distance tables. */
export const DISTANCES = ["same-node", "same-zone", "other-zone", "other-region"] as const;

export type Distance = (typeof DISTANCES)[number];

/** A spot in the topology: indices into the tables of nodes, zones and regions of one cluster. */
export interface Place {
  readonly node: number;
  readonly zone: number;
  readonly region: number;
}

/** Index of the distance in {@link DISTANCES}. Zones count only inside one region. */
export function distanceIndex(a: Place, b: Place): 0 | 1 | 2 | 3 {
  if (a.region !== b.region) return 3;
  if (a.zone !== b.zone) return 2;
  return a.node === b.node ? 0 : 1;
}

export function distanceBetween(a: Place, b: Place): Distance {
  return DISTANCES[distanceIndex(a, b)] as Distance;
}

/** True at a distance (index in {@link DISTANCES}) at which packets leave their zone. */
export function crossesAt(distance: number): boolean {
  return distance >= 2;
}
