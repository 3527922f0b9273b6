import { asked } from "./asked.ts";
import type { MeasuredPhase, MeasuredRun } from "./measured-run.ts";

const NS_PER_MS = 1_000_000;

/** A removal: when the client asked for it and when it saw it done (ns from the phase's start). */
interface Removal {
  readonly askedNs: number;
  readonly answeredNs: number;
}

/**
 * When the machine of a run is known to have been held up, and at what pace it went on meanwhile:
 * removals are asked for at known times, so one that is answered late shows that requests waited
 * until then, and what was answered in between shows how fast they were served. (A Ready status may
 * be late for the client's own reasons, too.) Times are those of the phase (ns from its start).
 */
export class Congestion {
  readonly #removals: readonly Removal[];
  readonly #answersNs: readonly number[];
  readonly #servedNs: number;
  #asked = 0;
  #answered = 0;
  #heldUntilNs = 0;

  /** @param servedNs a machine that is not held up answers within this time. */
  constructor(phase: MeasuredPhase, run: MeasuredRun, servedNs: number) {
    const seenNs = phase.podEvents.map(([ms]) => Math.round(ms * NS_PER_MS));
    this.#removals = removals(phase, run, seenNs);
    this.#answersNs = seenNs.sort((a, b) => a - b);
    this.#servedNs = servedNs;
  }

  /**
   * How long a request waits that arrives now and is served in turn with so many others (ns): until
   * as many have been answered, and no longer than the machine is held up. Time only goes forward.
   */
  waitNs(nowNs: number, others: number): number {
    for (; (this.#removals[this.#asked]?.askedNs ?? nowNs + 1) <= nowNs; this.#asked++) {
      const { answeredNs } = this.#removals[this.#asked] as Removal;
      this.#heldUntilNs = Math.max(this.#heldUntilNs, answeredNs - this.#servedNs);
    }
    if (this.#heldUntilNs <= nowNs) return 0;
    while ((this.#answersNs[this.#answered] ?? nowNs + 1) <= nowNs) this.#answered++;
    const turnNs = this.#answersNs[this.#answered + others] ?? this.#heldUntilNs;
    return Math.min(turnNs, this.#heldUntilNs) - nowNs;
  }
}

function removals(phase: MeasuredPhase, run: MeasuredRun, seenNs: readonly number[]): Removal[] {
  const askedNs = asked(phase, run);
  const found: Removal[] = [];
  for (const [index, [, kind]] of phase.podEvents.entries()) {
    const from = askedNs[index];
    if (kind !== "removed" || from === undefined) continue;
    found.push({ askedNs: from, answeredNs: seenNs[index] as number });
  }
  return found.sort((a, b) => a.askedNs - b.askedNs);
}
