import { SimulationError } from "../errors/index.ts";
import {
  type Arrivals,
  type RandomStream,
  type SavedStreams,
  StreamRegistry,
} from "../random/index.ts";
import { MAX_TIME, type SimTime } from "../time/index.ts";
import { ArrivalSource } from "./arrival-source.ts";
import { type Action, Closures } from "./closures.ts";
import { type EventId, type HandlerId, NO_EVENT } from "./event-id.ts";
import { handlerFailure } from "./handler-failure.ts";
import { type Handler, type HandlerLabel, HandlerTable, OUTSIDE } from "./handler-table.ts";
import { type Observer, Observers, type StopObserving } from "./observer.ts";
import { Deadlock, type Process, type ProcessBody, type ProcessOptions } from "./process/index.ts";
import { ProcessTable, type Waiting } from "./process/process-table.ts";
import { ReadyLine } from "./process/ready-line.ts";
import { EventQueue } from "./queue/event-queue.ts";
import {
  FLOATS_PER_RECORD,
  HANDLERS,
  INTS_PER_RECORD,
  NONE,
  PAYLOAD_A,
  PAYLOAD_B,
} from "./queue/event-records.ts";
import { Repetition } from "./repetition.ts";
import { runInSlices } from "./run-in-slices.ts";
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
  readonly #queue: EventQueue = new EventQueue();
  readonly #handlers: HandlerTable = new HandlerTable();
  readonly #closures: Closures = new Closures();
  readonly #processes: ProcessTable;
  readonly #processHandler: HandlerId;
  /** Not empty only while no event is pending at the present time. */
  readonly #ready: ReadyLine = new ReadyLine();
  readonly #streams: StreamRegistry;
  readonly #sites: string[] | undefined;
  readonly #closureHandler: HandlerId;
  readonly #observers: Observers = new Observers();
  #observed = false;
  #now = 0;
  #events = 0;
  #current: HandlerId = OUTSIDE;
  #running = false;
  #stopping = false;

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.#streams = new StreamRegistry(options.seed, options);
    this.#sites = options.sites ? [] : undefined;
    this.#closureHandler = this.#handlers.add(
      "action",
      (index) => this.#closures.run(index),
      (index) => this.#closures.label(index),
    );
    this.#processHandler = this.#handlers.add(
      "process",
      (index) => this.#processes.resume(index),
      (index) => this.#processes.label(index),
    );
    this.#processes = new ProcessTable(this, this.#processHandler, {
      soon: (process) => this.#resumeSoon(process),
      notSoon: (process) => this.#ready.remove(process),
    });
  }

  /** Simulated time now. */
  get now(): SimTime {
    return this.#now as SimTime;
  }

  /** Events run so far. */
  get events(): number {
    return this.#events;
  }

  /** Events waiting to run. */
  get pending(): number {
    return this.#queue.size + this.#ready.size;
  }

  /** When the next event runs; `undefined` when none is pending. */
  get nextTime(): SimTime | undefined {
    if (this.#ready.size > 0) return this.now;
    const time = this.#queue.firstTime();
    return time === Infinity ? undefined : (time as SimTime);
  }

  /** Bytes held by the event queue, used or not. */
  get queueBytes(): number {
    return this.#queue.bytes;
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
   * Registers what events of one kind call; once per kind, up to 65,534 kinds. `name` is the component
   * that errors and traces speak of; `label` names single events where the payload tells more.
   */
  handler(name: string, run: Handler, label?: HandlerLabel): HandlerId {
    return this.#handlers.add(name, run, label);
  }

  /**
   * Schedules a handler after a delay: the fast path, which allocates nothing. Fractions of a
   * nanosecond round to the nearest; `a` and `b` are 32-bit integers, `priority` is −128 … 127.
   */
  schedule(delayNs: number, handler: HandlerId, a = 0, b = 0, priority = 0): EventId {
    return this.#insert(this.#now + Math.round(delayNs), handler, a, b, priority);
  }

  /** Schedules a handler at a time, which must not be in the past. */
  scheduleAt(timeNs: number, handler: HandlerId, a = 0, b = 0, priority = 0): EventId {
    return this.#insert(Math.round(timeNs) + 0, handler, a, b, priority);
  }

  /** Takes an event back; false when it has run, is running or was cancelled already. */
  cancel(id: EventId): boolean {
    const { records } = this.#queue;
    const slot = records.slot(id);
    if (slot === NONE) return false;
    const record = slot * INTS_PER_RECORD;
    if (((records.ints[record + HANDLERS] as number) & 0xffff) === this.#closureHandler) {
      this.#closures.forget(records.ints[record + PAYLOAD_A] as number);
    }
    return this.#queue.cancel(id);
  }

  /**
   * Moves a pending event to another time, after the events already scheduled there; false when it has
   * run, is running or was cancelled.
   */
  reschedule(id: EventId, timeNs: number): boolean {
    const time = Math.round(timeNs);
    this.#requireFuture(time, timeNs);
    if (time === this.#now) this.#queueReady();
    return this.#queue.reschedule(id, time);
  }

  /** Whether an event is still to run. */
  isPending(id: EventId): boolean {
    return this.#queue.records.slot(id) !== NONE;
  }

  /** Runs an action at a time. */
  at(timeNs: number, action: Action, priority = 0): EventId {
    this.#requireFuture(Math.round(timeNs), timeNs);
    return this.scheduleAt(timeNs, this.#closureHandler, this.#closures.keep(action), 0, priority);
  }

  /** Runs an action after a delay. */
  after(delayNs: number, action: Action, priority = 0): EventId {
    return this.at(this.#now + delayNs, action, priority);
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
    const summary = this.#run(Infinity, options);
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
    this.#requireFuture(time, timeNs);
    const summary = this.#run(time, options);
    if (summary.end !== "reached" && summary.end !== "empty") return summary;
    this.#now = time;
    return { ...summary, end: "reached", now: this.now };
  }

  /** Runs one event; false when none is pending. */
  step(): boolean {
    return this.#run(Infinity, { maxEvents: 1 }).events === 1;
  }

  /**
   * Shows every event and every draw to an observer, until the returned function is called. Observing
   * changes nothing but the speed.
   */
  observe(observer: Observer): StopObserving {
    this.#observers.add(observer);
    this.#setObserved();
    return () => {
      this.#observers.remove(observer);
      this.#setObserved();
    };
  }

  /** Ends the present run after the present event; running again continues: a pause. */
  stop(): void {
    this.#stopping = this.#running;
  }

  #run(endNs: number, options: RunOptions = {}): RunSummary {
    if (this.#running) throw alreadyRunning(this.#now);
    this.#running = true;
    this.#stopping = false;
    try {
      return runInSlices(
        {
          slice: (maxEvents) => this.#slice(endNs, maxEvents),
          now: () => this.now,
          stopping: () => this.#stopping,
        },
        endNs,
        options,
      );
    } finally {
      this.#running = false;
      this.#current = OUTSIDE;
    }
  }

  /** Runs up to `maxEvents` events no later than `endNs`; returns how many. The loop of all loops. */
  #slice(endNs: number, maxEvents: number): number {
    const queue = this.#queue;
    const { records } = queue;
    let events = 0;
    while (events < maxEvents && !this.#stopping) {
      if (this.#ready.size > 0) {
        const wokenBy = this.#ready.firstWokenBy();
        this.#dispatch(this.#processHandler | (wokenBy << 16), this.#ready.shift(), 0, NONE);
        events++;
        continue;
      }
      const slot = queue.takeUntil(endNs);
      if (slot === NONE) break;
      const record = slot * INTS_PER_RECORD;
      const { ints } = records;
      const handlers = ints[record + HANDLERS] as number;
      const a = ints[record + PAYLOAD_A] as number;
      const b = ints[record + PAYLOAD_B] as number;
      this.#now = records.floats[slot * FLOATS_PER_RECORD] as number;
      records.free(slot);
      this.#dispatch(handlers, a, b, slot);
      events++;
    }
    return events;
  }

  /** Runs one event; `slot` was its place in the queue. */
  #dispatch(handlers: number, a: number, b: number, slot: number): void {
    const handler = handlers & 0xffff;
    this.#current = handler as HandlerId;
    this.#events++;
    if (this.#observed) this.#showEvent(handlers, a, b);
    try {
      (this.#handlers.runs[handler] as Handler)(a, b);
    } catch (cause) {
      throw this.#failure(cause, handlers, a, b, slot);
    }
  }

  /** Resumes a process at the present time, by the ready line if that keeps the order. */
  #resumeSoon(process: number): EventId {
    const quiet = this.#ready.size > 0 || this.#queue.firstTime() > this.#now;
    if (!quiet || this.#sites !== undefined) return this.schedule(0, this.#processHandler, process);
    this.#ready.push(process, this.#current);
    return NO_EVENT;
  }

  /** Makes events of the ready line, before another event of the present time gets behind it. */
  #queueReady(): void {
    while (this.#ready.size > 0) {
      const handlers = this.#processHandler | (this.#ready.firstWokenBy() << 16);
      const process = this.#ready.shift();
      this.#processes.queued(process, this.#queue.insert(this.#now, 0, handlers, process, 0));
    }
  }

  #insert(time: number, handler: HandlerId, a: number, b: number, priority: number): EventId {
    if (!(time >= this.#now && time <= MAX_TIME)) throw this.#badTime(time);
    if (!this.#handlers.has(handler)) throw unknownHandler(handler);
    if (time === this.#now) this.#queueReady();
    const id = this.#queue.insert(time, priority, handler | (this.#current << 16), a, b);
    if (this.#sites !== undefined) this.#sites[this.#queue.records.slot(id)] = callerStack();
    return id;
  }

  #setObserved(): void {
    this.#observed = !this.#observers.isEmpty;
    this.#streams.observe(
      this.#observed ? (stream, value) => this.#observers.draw(stream, value) : undefined,
    );
  }

  #showEvent(handlers: number, a: number, b: number): void {
    this.#observers.event({
      time: this.now,
      handler: handlers & 0xffff,
      component: this.#handlers.name(handlers & 0xffff),
      a,
      b,
      scheduledBy: this.#handlers.name(handlers >>> 16),
    });
  }

  #requireFuture(rounded: number, given: number): void {
    if (!(rounded >= this.#now && rounded <= MAX_TIME)) throw this.#badTime(given);
  }

  #badTime(given: number): SimulationError {
    return new SimulationError(
      "time-in-the-past",
      { given, nowNs: this.#now },
      `${given} ns is no time for an event: it is ${this.#now} ns now, and times end at 2^53 ns.`,
      "Delays are finite and not negative; check what computed it.",
    );
  }

  #failure(cause: unknown, handlers: number, a: number, b: number, slot: number): Error {
    return handlerFailure(cause, {
      now: this.now,
      component: this.#handlers.label(handlers & 0xffff, a, b),
      scheduledBy: this.#handlers.name(handlers >>> 16),
      payload: [a, b],
      site: this.#sites?.[slot],
    });
  }
}

/** Where the caller of the simulation stands: the stack without the kernel's own frames. */
function callerStack(): string {
  const frames = String(new Error("scheduled").stack).split("\n").slice(1);
  const first = frames.findIndex((frame) => !/\b(Simulation|callerStack)\b/.test(frame));
  return frames.slice(Math.max(0, first)).join("\n");
}

function alreadyRunning(nowNs: number): SimulationError {
  return new SimulationError(
    "already-running",
    { nowNs },
    "The simulation was asked to run from inside one of its own events.",
    "Schedule an event, or stop() and run again outside.",
  );
}

function unknownHandler(handler: number): SimulationError {
  return new SimulationError(
    "unknown-handler",
    { handler },
    `${handler} is not a handler of this simulation.`,
    "Use the number that handler(...) of the same simulation returned.",
  );
}
