import { SimulationError } from "../errors/index.ts";
import type { ObservedEvent, Observer } from "../kernel/index.ts";

/** Something that lasted, put into the trace by the model. */
export interface Span {
  readonly component: string;
  readonly name: string;
  readonly startNs: number;
  readonly endNs: number;
}

/** What a trace keeps. */
export interface EventTraceOptions {
  /** Events and spans kept, the latest; 100,000 unless given. */
  readonly limit?: number;
  /** Keep only events of which this is true. */
  readonly where?: (event: ObservedEvent) => boolean;
}

type Entry = ObservedEvent | Span;

/**
 * The latest events of a simulation, to be read by people and programs: JSON Lines, or Chrome's trace
 * events, which Perfetto opens. Begin with `simulation.observe(trace)`.
 */
export class EventTrace implements Observer {
  readonly #limit: number;
  readonly #where: ((event: ObservedEvent) => boolean) | undefined;
  readonly #entries: Entry[] = [];
  #oldest = 0;
  #dropped = 0;

  constructor(options: EventTraceOptions = {}) {
    this.#limit = options.limit ?? 100_000;
    this.#where = options.where;
    if (!(this.#limit >= 1)) throw notALimit(this.#limit);
  }

  /** Entries that made room for later ones. */
  get dropped(): number {
    return this.#dropped;
  }

  event(event: ObservedEvent): void {
    if (this.#where === undefined || this.#where(event)) this.#keep(event);
  }

  /** Adds something that lasted: a request, a sync, a rollout. */
  span(span: Span): void {
    this.#keep(span);
  }

  /** One JSON object a line, in order of recording. */
  *jsonLines(): Generator<string> {
    for (const entry of this.#inOrder()) yield `${JSON.stringify(lineOf(entry))}\n`;
  }

  /**
   * Chrome's trace event format as one JSON text: an instant per event and a bar per span, on one track
   * per component. Times are in microseconds, as the format wants them.
   */
  chromeTrace(): string {
    const tracks = new Map<string, number>();
    const track = (component: string): number => {
      const known = tracks.get(component) ?? tracks.size + 1;
      tracks.set(component, known);
      return known;
    };
    const events = [...this.#inOrder()].map((entry) => chromeEvent(entry, track(entry.component)));
    const names = [...tracks].map(([name, tid]) => ({
      name: "thread_name",
      ph: "M",
      pid: 1,
      tid,
      args: { name },
    }));
    return JSON.stringify({ displayTimeUnit: "ns", traceEvents: [...names, ...events] });
  }

  #keep(entry: Entry): void {
    if (this.#entries.length < this.#limit) {
      this.#entries.push(entry);
      return;
    }
    this.#entries[this.#oldest] = entry;
    this.#oldest = (this.#oldest + 1) % this.#limit;
    this.#dropped++;
  }

  *#inOrder(): Generator<Entry> {
    yield* this.#entries.slice(this.#oldest);
    yield* this.#entries.slice(0, this.#oldest);
  }
}

function lineOf(entry: Entry): object {
  if ("startNs" in entry) {
    const { component, name, startNs, endNs } = entry;
    return { kind: "span", component, name, startNs, endNs };
  }
  const { time, component, a, b, scheduledBy } = entry;
  return { kind: "event", timeNs: time, component, a, b, scheduledBy };
}

function chromeEvent(entry: Entry, tid: number): object {
  if ("startNs" in entry) {
    const { name, startNs, endNs } = entry;
    return { name, ph: "X", pid: 1, tid, ts: startNs / 1000, dur: (endNs - startNs) / 1000 };
  }
  const { component, time, a, b, scheduledBy } = entry;
  const args = { a, b, scheduledBy };
  return { name: component, ph: "i", s: "t", pid: 1, tid, ts: time / 1000, args };
}

function notALimit(limit: number): SimulationError {
  return new SimulationError(
    "bad-trace-limit",
    { limit },
    `A trace cannot keep ${limit} events.`,
    "Give a limit of at least 1.",
  );
}
