import type { SendLine } from "./broadcast.ts";
import { hashEnd, hashStart } from "./hash.ts";

/**
 * Watchers that are alike: how long a version takes from the API server to them.
 *
 * `latencyNs` is the same for all, `jitterNs` the width of a uniform addition that is a pure hash
 * of (seed, stream, watcher, version). Within one stream arrivals never overtake each other.
 */
export interface WatcherClass {
  readonly name: string;
  readonly latencyNs: number;
  readonly jitterNs: number;
}

/** What fixes every jitter of one watcher of a stream: the run's seed and the stream's own number. */
export function jitterSource(seed: number, stream: number, watcher: number): number {
  return hashStart(seed, stream, watcher);
}

/**
 * When a version would reach a watcher if no earlier one were on its way and it had no jitter (ns):
 * its copy is number `rank` of those that its server sends, the last of all at the latest.
 */
function soonestNs(line: SendLine, position: number, rank: number, watchers: WatcherClass): number {
  const index = position - line.startNs.base;
  const leavesNs =
    (line.startNs.values[index] as number) + (rank + 1) * (line.copyNs.values[index] as number);
  const lastNs = line.endNs.values[index] as number;
  return Math.floor(Math.min(leavesNs, lastNs)) + watchers.latencyNs;
}

function jitterNs(watchers: WatcherClass, jitter: number, position: number): number {
  return Math.floor(watchers.jitterNs * hashEnd(jitter, position));
}

const STRIDE = 8;

/**
 * The first version from `from` on that has not reached a watcher at a time: `arrive(k) =
 * max(arrive(k − 1), leaves(k) + latency + jitter)`, so all before it have.
 */
export function firstNotArrived(
  line: SendLine,
  from: number,
  timeNs: number,
  rank: number,
  watchers: WatcherClass,
  jitter: number,
): number {
  const { end } = line;
  const lastNs = line.endNs.values;
  const { base } = line.endNs;
  const surelyNs = timeNs - watchers.latencyNs - watchers.jitterNs;
  let position = from;
  // What surely has arrived is a prefix: most of it is passed in strides.
  while (position + STRIDE < end && (lastNs[position + STRIDE - base] as number) <= surelyNs) {
    position += STRIDE;
  }
  while (position < end && (lastNs[position - base] as number) <= surelyNs) position++;
  for (; position < end; position++) {
    const soonest = soonestNs(line, position, rank, watchers);
    // What cannot have arrived needs no jitter.
    if (soonest > timeNs || soonest + jitterNs(watchers, jitter, position) > timeNs) break;
  }
  return position;
}

/** When a version reaches a watcher that has all before it (ns); never where there is none yet. */
export function arrivalNs(
  line: SendLine,
  position: number,
  rank: number,
  watchers: WatcherClass,
  jitter: number,
): number {
  if (position >= line.end) return Number.POSITIVE_INFINITY;
  return soonestNs(line, position, rank, watchers) + jitterNs(watchers, jitter, position);
}
