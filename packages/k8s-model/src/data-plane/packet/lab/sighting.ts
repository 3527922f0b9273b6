import type { Frame } from "../wire/index.ts";

/** One packet as one interface saw it. */
export interface Sighting {
  readonly atNs: number;
  /** `n1:eth0` */
  readonly interface: string;
  /** Going out there, or coming in. */
  readonly sent: boolean;
  readonly frame: Frame;
}

/** What somebody noted down while a situation was played. */
export interface Note {
  readonly atNs: number;
  readonly what: string;
  readonly result: unknown;
}

/** A node's connection tracking at one moment. */
export interface TrackingTable {
  readonly when: string;
  /** By node. */
  readonly entries: Readonly<Record<string, readonly string[]>>;
}
