import type { SimTime } from "@k8s-netsim/sim-core";
import type { Patch } from "immer";
import type { KubeObject } from "../api/index.ts";

/** What a watcher is told about a version, in the API server's words. */
export type WatchEventType = "ADDED" | "MODIFIED" | "DELETED";

/**
 * One immutable state of one object: an entry of the log.
 *
 * `revision` counts all writes of the store, `position` those of the object's kind. A `DELETED`
 * version carries the last state of the object.
 */
export interface Version<T extends KubeObject = KubeObject> {
  readonly revision: number;
  readonly position: number;
  readonly atNs: SimTime;
  readonly type: WatchEventType;
  readonly key: string;
  readonly object: T;
  /** The edit that led from the version before to this one; empty for creations and deletions. */
  readonly patches: readonly Patch[];
}
