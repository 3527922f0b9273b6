import type { EndpointSlice } from "../../api/index.ts";
import type { Version, WatchEventType } from "../../store/index.ts";

const DELETION_EXPECTED = Number.POSITIVE_INFINITY;

/**
 * The newest write of each slice that the controller was answered, so that the events of its own
 * writes are no news: the rule of EndpointSliceTracker in Kubernetes 1.36. An event that overtakes
 * the answer to its write is news, as in life.
 */
export class SliceTracker {
  readonly #newest = new Map<string, number>();

  /** Takes note of a write as the answer to it arrives. */
  answered({ type, key, revision }: Version): void {
    this.#newest.set(key, type === "DELETED" ? DELETION_EXPECTED : revision);
  }

  /** Whether a slice event tells of something that others did; a deletion ends the record. */
  isNews(type: WatchEventType, key: string, slice: EndpointSlice): boolean {
    const newest = this.#newest.get(key);
    if (type === "DELETED") {
      this.#newest.delete(key);
      return newest !== undefined && newest !== DELETION_EXPECTED;
    }
    return newest === undefined || Number(slice.metadata.resourceVersion ?? 0) > newest;
  }
}
