/** Nodes and endpoints of three zones, the unit of the study of KEP 2004. */
export interface ZoneCounts {
  readonly nodes: readonly [number, number, number];
  readonly endpoints: readonly [number, number, number];
}

/** Zones of every case. */
export const ZONES = 3;

/**
 * Which endpoints each zone's clients use, zone by zone: an EndpointSlice group per zone. Filled
 * anew for every case, so that millions of them cost no memory.
 *
 * Comparisons are made in whole numbers, multiplied out by the number of nodes, so that "exactly one
 * too many" is decided exactly.
 */
export class Spread {
  readonly nodes: Int32Array<ArrayBuffer> = new Int32Array(ZONES);
  /** Endpoints in the zone itself. */
  readonly present: Int32Array<ArrayBuffer> = new Int32Array(ZONES);
  /** Endpoints in each zone's group, from wherever they are. */
  readonly group: Int32Array<ArrayBuffer> = new Int32Array(ZONES);
  /** Those of the group that are in its own zone. */
  readonly own: Int32Array<ArrayBuffer> = new Int32Array(ZONES);
  allNodes = 0;
  total = 0;
  /** One group for all zones, whichever endpoint: what happens without subsetting. */
  shared = false;

  /** Starts a case: each zone has its own endpoints and no others. */
  start({ nodes, endpoints }: ZoneCounts): void {
    this.allNodes = nodes[0] + nodes[1] + nodes[2];
    this.total = endpoints[0] + endpoints[1] + endpoints[2];
    this.shared = false;
    // One by one: copying whole arrays this short takes several times as long.
    for (let zone = 0; zone < ZONES; zone++) {
      const here = endpoints[zone] as number;
      this.nodes[zone] = nodes[zone] as number;
      this.present[zone] = here;
      this.group[zone] = here;
      this.own[zone] = here;
    }
  }

  /** Moves endpoints of one zone into the group of another. */
  give(from: number, to: number, count = 1): void {
    this.group[from] = (this.group[from] as number) - count;
    this.own[from] = (this.own[from] as number) - count;
    this.group[to] = (this.group[to] as number) + count;
  }

  /** Endpoints that an even load would give a zone's group: its share of the nodes. */
  expected(zone: number): number {
    return (this.total * (this.nodes[zone] as number)) / this.allNodes;
  }

  /** Endpoints above an even load, times the number of nodes; negative: too few. */
  surplusTimesNodes(zone: number): number {
    return (this.group[zone] as number) * this.allNodes - this.total * (this.nodes[zone] as number);
  }
}
