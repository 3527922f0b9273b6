import type { SimTime } from "../time/index.ts";

/** Anything that can say that a run is no longer wanted; an `AbortSignal` is one. */
export interface Abortable {
  readonly aborted: boolean;
}

/** How far a run has come, as told to its progress call-back. */
export interface Progress {
  readonly now: SimTime;
  /** Events run by this call. */
  readonly events: number;
  /** `undefined` when the run has no clock. */
  readonly eventsPerSecond: number | undefined;
  /** Share of the simulated time that has passed, 0 … 1; `undefined` for a run without an end. */
  readonly share: number | undefined;
  /** Seconds until the end at the pace so far; `undefined` without a clock or an end. */
  readonly secondsLeft: number | undefined;
}

/** When to stop, and whom to tell on the way. All limits are checked between events. */
export interface RunOptions {
  /** Stop after this many events. */
  readonly maxEvents?: number;
  /** Stop as soon as this is true; asked after every event. */
  readonly stopWhen?: () => boolean;
  /** Stop when aborted; looked at every thousand events or so. */
  readonly signal?: Abortable;
  /**
   * Milliseconds on a real clock, for example `() => performance.now()`. The kernel has none of its
   * own, so that nothing simulated can depend on it; budgets of real time and speeds need one.
   */
  readonly clock?: () => number;
  /** Stop after this much real time by `clock`. */
  readonly maxMilliseconds?: number;
  /** Called every `progressEvery` events (100,000 unless given) and at the end. */
  readonly progress?: (progress: Progress) => void;
  readonly progressEvery?: number;
}

/** Why a run ended. Except for `empty` and `reached` it can be continued by running again. */
export type RunEnd =
  | "empty"
  | "reached"
  | "stopped"
  | "condition"
  | "event-budget"
  | "time-budget"
  | "aborted";

/** What a run did. */
export interface RunSummary {
  readonly end: RunEnd;
  readonly events: number;
  readonly now: SimTime;
}
