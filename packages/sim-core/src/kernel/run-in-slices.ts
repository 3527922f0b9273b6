import type { SimTime } from "../time/index.ts";
import { Pace } from "./pace.ts";
import type { RunEnd, RunOptions, RunSummary } from "./run-options.ts";

/** The engine as a run sees it. */
export interface SlicedEngine {
  readonly now: number;
  readonly stopping: boolean;
  /** Runs up to so many events until a time; fewer when nothing is left or the engine is stopping. */
  slice(endNs: number, maxEvents: number): number;
}

/** Events between two looks at the clock and the signal. */
const EVENTS_PER_LOOK = 1024;
/** Events in one go when nobody looks: so few that the loop is entered anew once it is compiled. */
const EVENTS_PER_SLICE = 0x10000;

/** Drives the engine in slices, so that its inner loop knows nothing of budgets and call-backs. */
export function runInSlices(engine: SlicedEngine, endNs: number, options: RunOptions): RunSummary {
  const { maxEvents = Infinity, stopWhen, progress, progressEvery = 100_000 } = options;
  const watched = stopWhen ?? options.signal ?? options.clock ?? progress;
  const sliceLength = stopWhen ? 1 : watched ? EVENTS_PER_LOOK : EVENTS_PER_SLICE;
  const pace = new Pace(engine.now, endNs, options.clock);
  let events = 0;
  let reported = -1;
  let end = endBefore(options, pace, events);
  while (end === undefined) {
    const wanted = Math.min(sliceLength, maxEvents - events);
    const done = engine.slice(endNs, wanted);
    events += done;
    if (engine.stopping) end = "stopped";
    else if (done < wanted) end = "empty";
    else end = stopWhen?.() ? "condition" : endBefore(options, pace, events);
    if (progress && events - Math.max(reported, 0) >= progressEvery) {
      reported = events;
      progress(pace.progress(engine.now, events));
    }
  }
  if (events !== reported) progress?.(pace.progress(engine.now, events));
  return { end, events, now: engine.now as SimTime };
}

/** The limit that forbids a further event, if any. */
function endBefore(options: RunOptions, pace: Pace, events: number): RunEnd | undefined {
  if (options.signal?.aborted) return "aborted";
  if (events >= (options.maxEvents ?? Infinity)) return "event-budget";
  if (pace.elapsedMs() >= (options.maxMilliseconds ?? Infinity)) return "time-budget";
  return undefined;
}
