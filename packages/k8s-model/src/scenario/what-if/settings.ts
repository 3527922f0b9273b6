import type { SimTime } from "@k8s-netsim/sim-core";
import type { PriceTable, RoundTripTimes } from "../../topology/index.ts";
import type { WayOptions } from "../world/way-options.ts";

/** How runs are made, the same for every configuration that is compared. */
export interface RunSettings {
  readonly seed: string;
  readonly replications: number;
  /** Requests begun in this first part are simulated and not counted. */
  readonly warmUpNs: SimTime;
  readonly lengthNs: SimTime;
  readonly roundTripTimes: RoundTripTimes;
  /** What else is simulated of names, packets' ways and probes. */
  readonly ways?: WayOptions;
  readonly prices: PriceTable;
  /** Whether the simulation's own promises are checked all along; slower. */
  readonly check?: boolean;
}

/** Seed of one replication: every configuration uses the same, so that both see the same arrivals. */
export function replicationSeed(seed: string, replication: number): string {
  return `${seed}/replication-${replication}`;
}
