import type { SimTime } from "../time/index.ts";
import type { Progress, RunEnd, RunOptions, RunSummary } from "./run-options.ts";

/** The engine as a run sees it. */
export interface Engine {
  /** Runs up to so many events; fewer when nothing is left or the engine is stopping. */
  slice(maxEvents: number): number;
  now(): SimTime;
  stopping(): boolean;
}

/** Events between two looks at the clock and the signal. */
const EVENTS_PER_LOOK = 1024;

/** Drives the engine in slices, so that its inner loop knows nothing of budgets and call-backs. */
export function runInSlices(engine: Engine, endNs: number, options: RunOptions): RunSummary {
  const { maxEvents = Infinity, stopWhen, progress, progressEvery = 100_000 } = options;
  const watched = stopWhen ?? options.signal ?? options.clock ?? progress;
  const sliceLength = stopWhen ? 1 : watched ? EVENTS_PER_LOOK : Infinity;
  const pace = new Pace(engine.now(), endNs, options.clock);
  let events = 0;
  let reported = 0;
  let end = endBefore(options, pace, events);
  while (end === undefined) {
    const wanted = Math.min(sliceLength, maxEvents - events);
    const done = engine.slice(wanted);
    events += done;
    if (engine.stopping()) end = "stopped";
    else if (done < wanted) end = "empty";
    else end = stopWhen?.() ? "condition" : endBefore(options, pace, events);
    if (progress && events - reported >= progressEvery) {
      reported = events;
      progress(pace.progress(engine.now(), events));
    }
  }
  progress?.(pace.progress(engine.now(), events));
  return { end, events, now: engine.now() };
}

/** The limit that forbids a further event, if any. */
function endBefore(options: RunOptions, pace: Pace, events: number): RunEnd | undefined {
  if (options.signal?.aborted) return "aborted";
  if (events >= (options.maxEvents ?? Infinity)) return "event-budget";
  if (pace.elapsedMs() >= (options.maxMilliseconds ?? Infinity)) return "time-budget";
  return undefined;
}

/** How fast a run goes, by a clock that may be missing. */
class Pace {
  readonly #startNs: number;
  readonly #endNs: number;
  readonly #clock: (() => number) | undefined;
  readonly #startMs: number;

  constructor(startNs: number, endNs: number, clock: (() => number) | undefined) {
    this.#startNs = startNs;
    this.#endNs = endNs;
    this.#clock = clock;
    this.#startMs = clock?.() ?? 0;
  }

  elapsedMs(): number {
    return this.#clock === undefined ? 0 : this.#clock() - this.#startMs;
  }

  progress(now: SimTime, events: number): Progress {
    const seconds = this.elapsedMs() / 1000;
    const lengthNs = this.#endNs - this.#startNs;
    const share =
      lengthNs === Infinity ? undefined : lengthNs === 0 ? 1 : (now - this.#startNs) / lengthNs;
    return {
      now,
      events,
      eventsPerSecond: seconds > 0 ? events / seconds : undefined,
      share,
      secondsLeft: seconds > 0 && share ? (seconds * (1 - share)) / share : undefined,
    };
  }
}
