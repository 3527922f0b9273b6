import type { Scheduler } from "../scheduler.ts";
import { PENDING, Wait, type Waiter, type Yieldable } from "./wait.ts";

/** The steps of a process: a generator that yields what it waits for. */
// biome-ignore lint/suspicious/noExplicitAny: a plain `yield` cannot know the type of what it waits for; `yield*` does.
export type Steps<R = unknown> = Generator<Yieldable, R, any>;

/** What a process does, as a generator function. */
export type ProcessBody<R = unknown> = (process: Process<R>) => Steps<R>;

/**
 * The one `next` of all generators: looked up on each of them it would be slow as soon as there are more than
 * a few generator functions.
 */
const next: (this: Steps, value: unknown) => IteratorResult<Yieldable, unknown> =
  Object.getPrototypeOf(function* () {}).prototype.next;

/** Thrown inside a process, at its `yield`, when another interrupts it. */
export class Interrupted extends Error {
  /** What the interrupter said. */
  readonly reason: unknown;

  constructor(reason: unknown) {
    super(`Interrupted: ${String(reason)}`);
    this.name = "Interrupted";
    this.reason = reason;
  }
}

/** Where processes live: wakes them through the event queue and keeps account of them. */
export interface ProcessHome {
  readonly scheduler: Scheduler;
  /** Resumes the process with that number; the result names the resumption. */
  wakeUp(delayNs: number, index: number): number;
  wakeUpNow(index: number): number;
  cancelWakeUp(wakeUp: number, index: number): void;
  ended(index: number): void;
}

/**
 * What a process is doing: not begun; on the stack; in a delay; waiting for something; about to be
 * resumed with what it waited for; finished, failed or killed.
 */
export type ProcessState =
  | "starting"
  | "awake"
  | "delayed"
  | "waiting"
  | "woken"
  | "finished"
  | "failed"
  | "killed";

/** The states as numbers, in this order: storing one needs no word with the garbage collector. */
const STATES: readonly ProcessState[] = [
  "starting",
  "awake",
  "delayed",
  "waiting",
  "woken",
  "finished",
  "failed",
  "killed",
];
const STARTING = 0;
const AWAKE = 1;
const DELAYED = 2;
const WAITING = 3;
const WOKEN = 4;
const FINISHED = 5;
const FAILED = 6;
const KILLED = 7;

/** Of its own, because what is imported is looked up at every use. */
const NOT_YET: typeof PENDING = PENDING;

/** How a process goes on: a value comes from its `yield`, an error is thrown there, or it returns. */
const NEXT = 0;
const THROW = 1;
const RETURN = 2;

/** Killed while awake: the next yield is the last, but for what `finally` yields. */
const KILL: unique symbol = Symbol("kill");

/**
 * An activity that takes time, written as a generator function. Waiting for it gives what it returns,
 * or throws what it threw; thrown with nobody waiting, an error ends the run.
 */
export class Process<R = unknown> extends Wait<R> implements Waiter {
  readonly name: string;
  /** May wait for ever without counting as stuck: servers, watchers. */
  readonly background: boolean;
  readonly #home: ProcessHome;
  readonly #index: number;
  readonly #steps: Steps<R>;
  /** Of its resumption among the events, or in the line that it waits in. */
  place: number;
  #state: number = STARTING;
  /** What it waits for, or has just been granted by. */
  #wait: Wait<unknown> | undefined = undefined;
  /** What to resume with, and in the end what it returned or threw. */
  #value: unknown = undefined;
  #move: number = NEXT;
  /** What awaits its next yield: interrupts, and before them a kill. */
  #disturbances: (Interrupted | typeof KILL)[] | undefined = undefined;
  #killed = false;
  #joined: Set<Waiter> | undefined = undefined;

  /** `index` is its number at home: the payload of its events. */
  constructor(
    home: ProcessHome,
    index: number,
    name: string,
    body: ProcessBody<R>,
    background: boolean,
    delayNs: number,
  ) {
    super();
    this.name = name;
    this.background = background;
    this.#home = home;
    this.#index = index;
    this.place = delayNs === 0 ? home.wakeUpNow(index) : home.wakeUp(delayNs, index);
    this.#steps = body(this);
  }

  get state(): ProcessState {
    return STATES[this.#state] as ProcessState;
  }

  /** Not finished, failed or killed. */
  get isAlive(): boolean {
    return this.#state < FINISHED;
  }

  get scheduler(): Scheduler {
    return this.#home.scheduler;
  }

  /** What it waits for, in words; undefined when it does not wait for anything but time. */
  get waitsFor(): string | undefined {
    return this.#state === WAITING ? this.#wait?.describe() : undefined;
  }

  /**
   * Throws `Interrupted` inside the process, at its present wait, which ends; false when the process
   * has ended. A process that is awake, or has just got what it waited for, is interrupted at its next
   * wait.
   */
  interrupt(reason?: unknown): boolean {
    if (!this.isAlive) return false;
    const interrupted = new Interrupted(reason);
    if (this.#state === DELAYED || this.#state === WAITING) {
      this.#leave();
      this.#wait = undefined;
      this.fail(interrupted);
    } else {
      this.#disturbances ??= [];
      this.#disturbances.push(interrupted);
    }
    return true;
  }

  /**
   * Ends the process where it waits; its `finally` blocks run at once, and may wait themselves. False
   * when it has ended already. A process that is awake, such as one that kills itself, ends at its next
   * `yield`.
   */
  kill(): boolean {
    if (!this.isAlive) return false;
    this.#killed = true;
    if (this.#state === AWAKE) {
      this.#disturbances ??= [];
      if (this.#disturbances[0] !== KILL) this.#disturbances.unshift(KILL);
      return true;
    }
    this.#leave();
    this.#move = RETURN;
    this.#advance();
    return true;
  }

  /** Called by the event that ends its wait. */
  resume(): void {
    this.#advance();
  }

  /** Its place in the ready line became an event. */
  queued(wakeUp: number): void {
    this.place = wakeUp;
  }

  wake(value: unknown): void {
    this.#state = WOKEN;
    this.#value = value;
    this.place = this.#home.wakeUpNow(this.#index);
  }

  fail(error: unknown): void {
    this.#move = THROW;
    this.wake(error);
  }

  begin(waiter: Waiter): R | typeof PENDING {
    if (this.#state === FAILED) throw this.#value;
    if (!this.isAlive) return this.#value as R;
    this.#joined ??= new Set();
    this.#joined.add(waiter);
    return PENDING;
  }

  withdraw(waiter: Waiter): void {
    this.#joined?.delete(waiter);
  }

  describe(): string {
    return `process "${this.name}"`;
  }

  /** Gives up what the process waits for, or has been granted and not received. */
  #leave(): void {
    if (this.#state === WAITING) {
      this.#wait?.withdraw(this);
      return;
    }
    this.#home.cancelWakeUp(this.place, this.#index);
    if (this.#state === WOKEN && this.#move === NEXT) this.#wait?.undo(this.#value);
    this.#move = NEXT;
    this.#value = undefined;
  }

  /** Goes on up to the next wait that is not over at once. */
  #advance(): void {
    this.#state = AWAKE;
    this.#wait = undefined;
    while (this.#step());
  }

  /**
   * Goes on to its next `yield`; true when it can go on from there, as `#move` and `#value` say. A function
   * without a loop, because compiled code looks constants up again inside a loop that catches.
   */
  #step(): boolean {
    const value = this.#value;
    const move = this.#move;
    this.#value = undefined;
    this.#move = NEXT;
    let step: IteratorResult<Yieldable, unknown>;
    try {
      step = move === NEXT ? next.call(this.#steps, value) : this.#disturb(move, value);
    } catch (error) {
      this.#fail(error);
      return false;
    }
    if (step.done === true) {
      this.#end(this.#killed ? KILLED : FINISHED, step.value);
      return false;
    }
    const disturbances = this.#disturbances;
    return disturbances === undefined ? this.#begin(step.value) : this.#takeFirst(disturbances);
  }

  #disturb(move: number, value: unknown): IteratorResult<Yieldable, R> {
    return move === THROW ? this.#steps.throw(value) : this.#steps.return(value as R);
  }

  /** Goes on with the first kill or interrupt that came while it was awake. */
  #takeFirst(disturbances: (Interrupted | typeof KILL)[]): true {
    const first = disturbances.shift();
    if (disturbances.length === 0) this.#disturbances = undefined;
    this.#move = first === KILL ? RETURN : THROW;
    this.#value = first === KILL ? undefined : first;
    return true;
  }

  /** Begins to wait; true when that is over at once. */
  #begin(yielded: Yieldable): boolean {
    try {
      if (typeof yielded === "number") {
        this.place = this.#home.wakeUp(yielded, this.#index);
        this.#state = DELAYED;
        return false;
      }
      const value = yielded.begin(this);
      if (value === NOT_YET) {
        this.#wait = yielded;
        this.#state = WAITING;
        return false;
      }
      this.#value = value;
    } catch (error) {
      this.#move = THROW;
      this.#value = error;
    }
    return true;
  }

  #fail(error: unknown): void {
    if (this.#joined !== undefined && this.#joined.size > 0) {
      this.#end(FAILED, error);
      return;
    }
    // It keeps its number, so that the failure of its event can name it.
    this.#state = FAILED;
    this.#value = error;
    throw error;
  }

  #end(state: number, value: unknown): void {
    this.#state = state;
    this.#value = value;
    this.#home.ended(this.#index);
    const joined = this.#joined;
    this.#joined = undefined;
    if (joined === undefined) return;
    for (const waiter of joined) {
      if (state === FAILED) waiter.fail(value);
      else waiter.wake(value);
    }
  }
}
