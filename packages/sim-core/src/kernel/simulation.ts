import {
  type Arrivals,
  type RandomStream,
  type SavedStreams,
  StreamRegistry,
} from "../random/index.ts";
import type { SimTime } from "../time/index.ts";
import { ArrivalSource } from "./arrival-source.ts";
import { type Action, Closures } from "./closures.ts";
import { Engine } from "./engine.ts";
import type { EventId, HandlerId } from "./event-id.ts";
import type { Handler, HandlerLabel } from "./handler-table.ts";
import type { Observer, StopObserving } from "./observer.ts";
import { Deadlock, type Process, type ProcessBody, type ProcessOptions } from "./process/index.ts";
import { ProcessTable, type Waiting } from "./process/process-table.ts";
import { NONE } from "./queue/event-records.ts";
import { Repetition } from "./repetition.ts";
import type { RunOptions, RunSummary } from "./run-options.ts";
import type { Scheduler } from "./scheduler.ts";

/** What a simulation is made of. */
export interface SimulationOptions {
  /** Decides every random number, together with the streams' names. */
  readonly seed: string;
  /** Streams hand out 1 − u in place of u: the other half of an antithetic pair. */
  readonly antithetic?: boolean;
  /**
   * Remember for every event the line of code that scheduled it, to be told when its handler fails.
   * Costs microseconds an event; a failure comes back under the same seed, so turn it on for a second run.
   */
  readonly sites?: boolean;
}

/**
 * A discrete-event simulation: a clock, the pending events and the random streams.
 *
 * Events run in one total order: time, then priority (lower first), then order of scheduling. The same
 * program under the same seed does the same, to the last bit, on every supported engine.
 */
export class Simulation implements Scheduler {
  readonly seed: string;
  readonly #engine: Engine;
  readonly #streams: StreamRegistry;
  readonly #closures: Closures = new Closures();
  readonly #closureHandler: HandlerId;
  readonly #processes: ProcessTable;

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.#streams = new StreamRegistry(options.seed, options);
    this.#engine = new Engine({ sites: options.sites ?? false });
    const { handlers } = this.#engine;
    this.#closureHandler = handlers.add(
      "action",
      (index) => this.#closures.run(index),
      (index) => this.#closures.label(index),
    );
    const handler = handlers.add(
      "process",
      (index) => this.#processes.resume(index),
      (index) => this.#processes.label(index),
    );
    this.#processes = new ProcessTable(this, this.#engine);
    this.#engine.serve(handler, this.#processes);
  }

  /** Simulated time now. */
  get now(): SimTime {
    return this.#engine.now as SimTime;
  }

  /** Events run so far. */
  get events(): number {
    return this.#engine.events;
  }

  /** Events waiting to run. */
  get pending(): number {
    return this.#engine.queue.size + this.#engine.ready.size;
  }

  /** When the next event runs; `undefined` when none is pending. */
  get nextTime(): SimTime | undefined {
    if (this.#engine.ready.size > 0) return this.now;
    const time = this.#engine.queue.firstTime();
    return time === Infinity ? undefined : (time as SimTime);
  }

  /** Bytes held by the event queue, used or not. */
  get queueBytes(): number {
    return this.#engine.queue.bytes;
  }

  /**
   * The random stream of that name. One owner per name: asking twice is an error unless both say
   * `shared`.
   */
  random(name: string, options?: { shared?: boolean }): RandomStream {
    return this.#streams.stream(name, options);
  }

  /** The state of all random streams, as plain data. */
  saveStreams(): SavedStreams {
    return this.#streams.save();
  }

  /** Continues all random streams from a saved state, also those not asked for yet. */
  restoreStreams(saved: SavedStreams): void {
    this.#streams.restore(saved);
  }

  /**
   * Registers what events of one kind call; once per kind, up to some 65,000 kinds. `name` is the component
   * that errors and traces speak of; `label` names single events where the payload tells more.
   */
  handler(name: string, run: Handler, label?: HandlerLabel): HandlerId {
    return this.#engine.handlers.add(name, run, label);
  }

  /**
   * Schedules a handler after a delay: the fast path, which allocates nothing. Fractions of a
   * nanosecond round to the nearest; `a` and `b` are 32-bit integers, `priority` is −128 … 127.
   */
  schedule(delayNs: number, handler: HandlerId, a = 0, b = 0, priority = 0): EventId {
    const engine = this.#engine;
    engine.dueNs = engine.now + Math.round(delayNs);
    return engine.queue.records.id(engine.insert(handler, a, b, priority));
  }

  /** Schedules a handler at a time, which must not be in the past. */
  scheduleAt(timeNs: number, handler: HandlerId, a = 0, b = 0, priority = 0): EventId {
    const engine = this.#engine;
    engine.dueNs = Math.round(timeNs) + 0;
    return engine.queue.records.id(engine.insert(handler, a, b, priority));
  }

  /** Takes an event back; false when it has run, is running or was cancelled already. */
  cancel(id: EventId): boolean {
    const { queue } = this.#engine;
    const { records } = queue;
    const slot = records.slot(id);
    if (slot === NONE) return false;
    if ((records.handlers(slot) & 0xffff) === this.#closureHandler) {
      this.#closures.forget(records.payloadA(slot));
    }
    return queue.cancel(id);
  }

  /**
   * Moves a pending event to another time, after the events already scheduled there; false when it has
   * run, is running or was cancelled.
   */
  reschedule(id: EventId, timeNs: number): boolean {
    const time = Math.round(timeNs);
    this.#engine.requireFuture(time, timeNs);
    return this.#engine.reschedule(id, time);
  }

  /** Whether an event is still to run. */
  isPending(id: EventId): boolean {
    return this.#engine.queue.records.slot(id) !== NONE;
  }

  /** Runs an action at a time. */
  at(timeNs: number, action: Action, priority = 0): EventId {
    this.#engine.requireFuture(Math.round(timeNs), timeNs);
    return this.scheduleAt(timeNs, this.#closureHandler, this.#closures.keep(action), 0, priority);
  }

  /** Runs an action after a delay. */
  after(delayNs: number, action: Action, priority = 0): EventId {
    return this.at(this.now + delayNs, action, priority);
  }

  /** Runs an action every period, for the first time after `firstNs` (one period unless given). */
  every(periodNs: number, action: Action, options: { firstNs?: number } = {}): Repetition {
    return new Repetition(this, periodNs, action, options.firstNs ?? periodNs);
  }

  /** Runs an action at every arrival, from now on; the times are drawn from `stream`. */
  arrivals(arrivals: Arrivals, stream: RandomStream, action: Action): ArrivalSource {
    return new ArrivalSource(this, arrivals, stream, action);
  }

  /**
   * Starts a process: a generator function that yields what it waits for. Its first step runs as an
   * event of its own, now or after `delayNs`.
   */
  process<R>(name: string, body: ProcessBody<R>, options?: ProcessOptions): Process<R> {
    return this.#processes.start(name, body, options);
  }

  /** Which processes wait for something other than time, and for what. */
  waiting(): Waiting[] {
    return this.#processes.waiting();
  }

  /**
   * Runs events until none is pending. Processes that then still wait, other than background ones, are
   * a `Deadlock`, which is thrown.
   */
  run(options?: RunOptions): RunSummary {
    const summary = this.#engine.run(Infinity, options);
    if (summary.end === "empty") {
      const stuck = this.waiting().filter(({ background }) => !background);
      if (stuck.length > 0) throw new Deadlock(this.now, stuck);
    }
    return summary;
  }

  /**
   * Runs every event up to and including a time, and leaves the clock there; stopped early, the clock
   * stays at the last event.
   */
  runUntil(timeNs: number, options?: RunOptions): RunSummary {
    const time = Math.round(timeNs);
    this.#engine.requireFuture(time, timeNs);
    const summary = this.#engine.run(time, options);
    if (summary.end !== "reached" && summary.end !== "empty") return summary;
    this.#engine.now = time;
    return { ...summary, end: "reached", now: this.now };
  }

  /** Runs one event; false when none is pending. */
  step(): boolean {
    return this.#engine.run(Infinity, { maxEvents: 1 }).events === 1;
  }

  /**
   * Shows every event and every draw to an observer, until the returned function is called. Observing
   * changes nothing but the speed.
   */
  observe(observer: Observer): StopObserving {
    this.#engine.observers.add(observer);
    this.#showDraws();
    return () => {
      this.#engine.observers.remove(observer);
      this.#showDraws();
    };
  }

  /** Ends the present run after the present event; running again continues: a pause. */
  stop(): void {
    this.#engine.stopping = this.#engine.isRunning;
  }

  #showDraws(): void {
    const { observers } = this.#engine;
    this.#streams.observe(
      observers.isWatched ? (stream, value) => observers.draw(stream, value) : undefined,
    );
  }
}
