import { hashUnit } from "./hash.ts";

/**
 * Watchers that are alike: how long a version takes from the write to them.
 *
 * `latencyNs` is the same for all, `jitterNs` the width of a uniform addition that is a pure hash
 * of (seed, stream, watcher, version). Within one stream arrivals never overtake each other.
 */
export interface WatcherClass {
  readonly name: string;
  readonly latencyNs: number;
  readonly jitterNs: number;
}

/** What fixes every jitter of one stream: the run's seed and the stream's own number. */
export interface DeliveryStream {
  readonly seed: number;
  readonly stream: number;
}

/** When a version reaches a watcher, given when the one before it did (ns). */
export function arrivalNs(
  watchers: WatcherClass,
  { seed, stream }: DeliveryStream,
  watcher: number,
  version: { readonly position: number; readonly atNs: number },
  previousArrivalNs: number,
): number {
  const jitter =
    watchers.jitterNs === 0
      ? 0
      : Math.floor(watchers.jitterNs * hashUnit(seed, stream, watcher, version.position));
  return Math.max(previousArrivalNs, version.atNs + watchers.latencyNs + jitter);
}
