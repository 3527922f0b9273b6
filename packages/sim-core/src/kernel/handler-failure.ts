import { SimulationError } from "../errors/index.ts";
import { formatDuration, type SimTime } from "../time/index.ts";

/** What is known of an event whose handler threw. */
export interface FailedEvent {
  readonly now: SimTime;
  readonly component: string;
  /** The component that was running when the event was scheduled. */
  readonly scheduledBy: string;
  readonly payload: readonly [a: number, b: number];
  /** The lines of code that scheduled the event; only in a simulation made with `sites`. */
  readonly site: string | undefined;
}

/**
 * A handler threw: `cause` is what it threw.
 *
 * The simulation is left at the time of the event, which counts as run; what its handler did before
 * throwing stays done, all other events are still pending. Look at it, but do not trust it further.
 */
export class HandlerFailure extends SimulationError {
  readonly event: FailedEvent;

  constructor(event: FailedEvent, cause: unknown) {
    super(
      "handler-failed",
      { timeNs: event.now, component: event.component, scheduledBy: event.scheduledBy },
      `"${event.component}" failed at ${formatDuration(event.now)}: ${messageOf(cause)}\n` +
        `It was scheduled by "${event.scheduledBy}" with payload (${event.payload.join(", ")})` +
        (event.site === undefined ? "." : `:\n${event.site}`),
      event.site === undefined
        ? "\nThe same seed fails again: make the simulation with { sites: true } to see the scheduling line."
        : "\nThe failed event counts as run; the others are still pending.",
      { cause },
    );
    this.name = "HandlerFailure";
    this.event = event;
  }
}

/** What a handler threw, wrapped once. */
export function handlerFailure(cause: unknown, event: FailedEvent): HandlerFailure {
  return new HandlerFailure(event, cause);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
