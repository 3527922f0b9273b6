/** A node that was made up: where it stands and what it is called. */
export interface SyntheticPlace {
  readonly name: string;
  readonly zone: string;
  readonly region: string;
}

export interface SyntheticTopologyOptions {
  /** How many zones (`zone-a`, `zone-b`, …), or what they are called. */
  readonly zones: number | readonly string[];
  readonly nodesPerZone: number;
  /** Region of all zones; `region-1` unless told. */
  readonly region?: string;
}

export type SyntheticTopologyErrorCode =
  | "zone-count"
  | "zone-name"
  | "duplicate-zone"
  | "nodes-per-zone";

/** Why no nodes can be made up from what was asked for. */
export class SyntheticTopologyError extends Error {
  override readonly name = "SyntheticTopologyError";
  readonly code: SyntheticTopologyErrorCode;
  readonly remedy: string;

  constructor(code: SyntheticTopologyErrorCode, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

/** A guard against a slip of the finger; Kubernetes itself is tested up to 5,000 nodes. */
const MAX_NODES = 100_000;
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const ZONE_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * Zones with the same number of nodes each, named so that sorting the nodes by name goes through the
 * zones in turn (`node-1-zone-a`, `node-1-zone-b`, …): a choice by lowest name favours no zone.
 *
 * @throws {SyntheticTopologyError}
 */
export function synthesizePlaces(options: SyntheticTopologyOptions): readonly SyntheticPlace[] {
  const zones = zoneNames(options.zones);
  const { nodesPerZone, region = "region-1" } = options;
  if (!Number.isInteger(nodesPerZone) || nodesPerZone < 1) {
    throw new SyntheticTopologyError(
      "nodes-per-zone",
      `A zone cannot have ${nodesPerZone} nodes.`,
      "give a whole number of nodes per zone, at least 1",
    );
  }
  if (nodesPerZone * zones.length > MAX_NODES) {
    throw new SyntheticTopologyError(
      "nodes-per-zone",
      `${zones.length} zones of ${nodesPerZone} nodes are more than 100,000 nodes.`,
      "ask for fewer nodes",
    );
  }
  const width = String(nodesPerZone).length;
  return Array.from({ length: nodesPerZone }, (_, index) =>
    zones.map((zone) => ({
      name: `node-${String(index + 1).padStart(width, "0")}-${zone}`,
      zone,
      region,
    })),
  ).flat();
}

function zoneNames(zones: number | readonly string[]): readonly string[] {
  if (typeof zones === "number") return lettered(zones);
  if (zones.length === 0) throw noZones(0);
  for (const [index, zone] of zones.entries()) {
    if (!ZONE_NAME.test(zone) || zone.length > 40) {
      throw new SyntheticTopologyError(
        "zone-name",
        `"${zone}" cannot be the name of a zone.`,
        "use up to 40 lower-case letters, digits and dashes, such as eu-west-1a",
      );
    }
    if (zones.indexOf(zone) !== index) {
      throw new SyntheticTopologyError(
        "duplicate-zone",
        `Zone "${zone}" is named twice.`,
        "name every zone once",
      );
    }
  }
  return zones;
}

function lettered(count: number): readonly string[] {
  if (!Number.isInteger(count) || count < 1 || count > LETTERS.length) throw noZones(count);
  return Array.from(LETTERS.slice(0, count), (letter) => `zone-${letter}`);
}

function noZones(count: number): SyntheticTopologyError {
  return new SyntheticTopologyError(
    "zone-count",
    `A cluster cannot be made up with ${count} zones.`,
    "ask for 1 to 26 zones, or name them",
  );
}
