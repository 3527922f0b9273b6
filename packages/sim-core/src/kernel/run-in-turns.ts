import { Pace } from "./pace.ts";
import type { RunOptions, RunSummary } from "./run-options.ts";
import type { Simulation } from "./simulation.ts";

/** How a run shares its thread. */
export interface TurnOptions extends Omit<RunOptions, "progressEvery"> {
  /** Lets others run: resolves when it is our turn again, for example after a `setTimeout`. */
  readonly turn: () => Promise<void>;
  /** Events between turns, and between calls of `progress`; 50,000 unless given, some milliseconds. */
  readonly eventsPerTurn?: number;
  /** Run to this time instead of to the end. */
  readonly untilNs?: number;
}

/**
 * Runs a simulation without holding the thread, so that a page stays alive and an `AbortSignal` is
 * heard: aborting is a pause, as the simulation can be run on. The results are those of an ordinary run.
 */
export async function runInTurns(
  simulation: Simulation,
  options: TurnOptions,
): Promise<RunSummary> {
  const { turn, eventsPerTurn = 50_000, untilNs, maxEvents = Infinity } = options;
  const { stopWhen, signal, clock, maxMilliseconds = Infinity, progress } = options;
  const pace = new Pace(simulation.now, untilNs ?? Infinity, clock);
  let events = 0;
  for (;;) {
    const limits = {
      maxEvents: Math.min(eventsPerTurn, maxEvents - events),
      ...(stopWhen && { stopWhen }),
      ...(signal && { signal }),
    };
    const summary =
      untilNs === undefined ? simulation.run(limits) : simulation.runUntil(untilNs, limits);
    events += summary.events;
    progress?.(pace.progress(summary.now, events));
    if (summary.end !== "event-budget" || events >= maxEvents) return { ...summary, events };
    if (pace.elapsedMs() >= maxMilliseconds) return { ...summary, events, end: "time-budget" };
    await turn();
  }
}
