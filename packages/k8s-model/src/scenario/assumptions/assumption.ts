import type { TrafficSpec } from "../../traffic/index.ts";
import type { RunSettings } from "../what-if/settings.ts";

/** What can be assumed differently: the traffic, and how distance and money are counted. */
export interface AssumedWorld {
  readonly traffic: TrafficSpec;
  readonly settings: RunSettings;
}

/** A value that nobody gave. */
export interface Assumption {
  readonly name: string;
  /** The value in words, with its unit. */
  readonly value: string;
  readonly source: string;
  /** The same world with the value multiplied; absent where halving has no meaning. */
  readonly scaled?: (world: AssumedWorld, factor: number) => AssumedWorld;
}
