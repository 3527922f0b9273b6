import { SimulationError } from "../../errors/index.ts";
import { formatDuration, type SimTime } from "../../time/index.ts";
import type { Waiting } from "./process-table.ts";

/** Processes named in the message; all are in `waiting`. */
const NAMED = 20;

/**
 * No event is pending, and processes still wait: nothing will ever wake them.
 *
 * The simulation is whole: its clock stands at the last event, and it can be run on after scheduling
 * something that wakes them.
 */
export class Deadlock extends SimulationError {
  readonly waiting: readonly Waiting[];

  constructor(now: SimTime, waiting: readonly Waiting[]) {
    const lines = waiting
      .slice(0, NAMED)
      .map(({ process, waitsFor }) => `  "${process}" waits for ${waitsFor}`);
    if (waiting.length > NAMED) lines.push(`  and ${waiting.length - NAMED} more`);
    super(
      "deadlock",
      { timeNs: now, processes: waiting.length },
      `At ${formatDuration(now)} nothing is left to happen, and processes still wait:\n${lines.join("\n")}\n`,
      "Wake them, or start those that may wait for ever with { background: true }.",
    );
    this.name = "Deadlock";
    this.waiting = waiting;
  }
}
