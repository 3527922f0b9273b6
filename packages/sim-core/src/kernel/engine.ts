import { SimulationError } from "../errors/index.ts";
import { MAX_TIME, type SimTime } from "../time/index.ts";
import type { EventId, HandlerId } from "./event-id.ts";
import { handlerFailure } from "./handler-failure.ts";
import { type Handler, HandlerTable, OUTSIDE } from "./handler-table.ts";
import { Observers } from "./observer.ts";
import { ReadyLine } from "./process/ready-line.ts";
import { EventQueue } from "./queue/event-queue.ts";
import { NONE } from "./queue/event-records.ts";
import { runInSlices } from "./run-in-slices.ts";
import type { RunOptions, RunSummary } from "./run-options.ts";

/** What the engine needs to know of processes. */
export interface ProcessEvents {
  /** The event of a process has come. */
  resume(process: number): void;
  /** A process in the ready line got an event after all. */
  queued(process: number, place: number): void;
}

const NO_PROCESSES: ProcessEvents = { resume: () => {}, queued: () => {} };
/** Of its own, because what is imported is looked up at every use. */
const LAST_TIME: number = MAX_TIME;

/** The clock and the loop: takes events from the queue in order and calls their handlers. */
export class Engine {
  readonly queue: EventQueue = new EventQueue();
  readonly handlers: HandlerTable = new HandlerTable();
  readonly observers: Observers = new Observers();
  /** Not empty only while no event is pending at the present time. */
  readonly ready: ReadyLine = new ReadyLine();
  now = 0;
  /**
   * When the event of the next `insert` is to run. A field and no argument, because compiled code makes an
   * object of a time that it hands to a function.
   */
  dueNs = 0;
  /** Events run so far. */
  events = 0;
  stopping = false;
  isRunning = false;
  #current: HandlerId = OUTSIDE;
  #processes: ProcessEvents = NO_PROCESSES;
  /** The handler whose first payload is the number of the process to resume. */
  #processHandler: HandlerId = OUTSIDE;
  /** By slot, the lines of code that scheduled the event; only when they are kept. */
  readonly #sites: string[] | undefined;

  constructor(options: { sites: boolean }) {
    this.#sites = options.sites ? [] : undefined;
  }

  /** Tells the engine how processes are resumed; before the first of them starts. */
  serve(handler: HandlerId, processes: ProcessEvents): void {
    this.#processHandler = handler;
    this.#processes = processes;
  }

  /**
   * Adds an event at `dueNs` and returns its slot: a small integer, which costs less to hand on than
   * its id.
   */
  insert(handler: HandlerId, a: number, b: number, priority: number): number {
    const time = this.dueNs;
    if (!(time >= this.now && time <= LAST_TIME)) throw this.#badTime(time);
    if (!this.handlers.has(handler)) throw unknownHandler(handler);
    if (time === this.now && this.ready.size > 0) this.#queueReady();
    const { queue } = this;
    const { records } = queue;
    const slot = records.allocate(priority, handler | (this.#current << 16), a, b);
    records.setTime(slot, time);
    queue.place(slot);
    if (this.#sites !== undefined) this.#sites[slot] = callerStack();
    return slot;
  }

  reschedule(id: EventId, time: number): boolean {
    if (time === this.now) this.#queueReady();
    return this.queue.reschedule(id, time);
  }

  /**
   * Resumes a process after a delay: the event's slot, or NONE for a place in the ready line, where it
   * waits if that keeps the order.
   */
  resumeAfter(delayNs: number, process: number): number {
    const time = this.now + Math.round(delayNs);
    // Not by way of `insert`, so that the time stays a number in a register: see the records.
    if (time > this.now && time <= LAST_TIME && this.#sites === undefined) {
      const { queue } = this;
      const { records } = queue;
      const slot = records.allocate(0, this.#processHandler | (this.#current << 16), process, 0);
      records.setTime(slot, time);
      queue.place(slot);
      return slot;
    }
    if (time === this.now) return this.resumeNow(process);
    this.dueNs = time;
    return this.insert(this.#processHandler, process, 0, 0);
  }

  /** Resumes a process at the present time, after what is pending now: as `resumeAfter`. */
  resumeNow(process: number): number {
    const { ready } = this;
    const isQuiet = ready.size > 0 || this.queue.firstTime() > this.now;
    if (isQuiet && this.#sites === undefined) {
      ready.push(process, this.#current);
      return -1;
    }
    this.dueNs = this.now;
    return this.insert(this.#processHandler, process, 0, 0);
  }

  /** Takes back a resumption. */
  withdraw(place: number, process: number): void {
    if (place === NONE) this.ready.remove(process);
    else this.queue.cancel(this.queue.records.id(place));
  }

  /** Holds a time to the future; `given` is what the caller wrote. */
  requireFuture(time: number, given: number): void {
    if (!(time >= this.now && time <= LAST_TIME)) throw this.#badTime(given);
  }

  run(endNs: number, options: RunOptions = {}): RunSummary {
    if (this.isRunning) throw alreadyRunning(this.now);
    this.isRunning = true;
    this.stopping = false;
    try {
      return runInSlices(this, endNs, options);
    } finally {
      this.isRunning = false;
      this.#current = OUTSIDE;
    }
  }

  /** Runs up to `maxEvents` events no later than `endNs`; returns how many. The loop of all loops. */
  slice(endNs: number, maxEvents: number): number {
    const { queue, ready } = this;
    const { records } = queue;
    let events = 0;
    while (events < maxEvents && !this.stopping) {
      let slot = -1;
      let handlers = 0;
      let a = 0;
      let b = 0;
      if (ready.size > 0) {
        handlers = this.#processHandler | (ready.firstWokenBy() << 16);
        a = ready.shift();
      } else {
        slot = queue.takeUntil(endNs);
        if (slot < 0) break;
        handlers = records.handlers(slot);
        a = records.payloadA(slot);
        b = records.payloadB(slot);
        this.now = records.time(slot);
        records.free(slot);
      }
      this.#dispatch(handlers, a, b, slot);
      events++;
    }
    return events;
  }

  /** Runs one event; `slot` was its place in the queue. */
  #dispatch(handlers: number, a: number, b: number, slot: number): void {
    const handler = handlers & 0xffff;
    this.#current = handler as HandlerId;
    this.events++;
    if (this.observers.isWatched) this.#show(handlers, a, b);
    try {
      if (handler === this.#processHandler) this.#processes.resume(a);
      else (this.handlers.runs[handler] as Handler)(a, b);
    } catch (cause) {
      throw this.#failure(cause, handlers, a, b, slot);
    }
  }

  /** Makes events of the ready line, before another event of the present time gets behind it. */
  #queueReady(): void {
    while (this.ready.size > 0) {
      const handlers = this.#processHandler | (this.ready.firstWokenBy() << 16);
      const process = this.ready.shift();
      this.#processes.queued(process, this.queue.insert(this.now, 0, handlers, process, 0));
    }
  }

  #show(handlers: number, a: number, b: number): void {
    this.observers.event({
      time: this.now as SimTime,
      handler: handlers & 0xffff,
      component: this.handlers.name(handlers & 0xffff),
      a,
      b,
      scheduledBy: this.handlers.name(handlers >>> 16),
    });
  }

  #badTime(given: number): SimulationError {
    return new SimulationError(
      "time-in-the-past",
      { given, nowNs: this.now },
      `${given} ns is no time for an event: it is ${this.now} ns now, and times end at 2^53 ns.`,
      "Delays are finite and not negative; check what computed it.",
    );
  }

  #failure(cause: unknown, handlers: number, a: number, b: number, slot: number): Error {
    return handlerFailure(cause, {
      now: this.now as SimTime,
      component: this.handlers.label(handlers & 0xffff, a, b),
      scheduledBy: this.handlers.name(handlers >>> 16),
      payload: [a, b],
      site: this.#sites?.[slot],
    });
  }
}

/** Where the caller of the simulation stands: the stack without the kernel's own frames. */
function callerStack(): string {
  const frames = String(new Error("scheduled").stack).split("\n").slice(1);
  const first = frames.findIndex((frame) => !/\b(Engine|Simulation|callerStack)\b/.test(frame));
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
