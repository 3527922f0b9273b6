import { SimulationError } from "../../errors/index.ts";
import type { Scheduler } from "../scheduler.ts";

/** What `begin` returns when there is nothing to have yet. */
export const PENDING: unique symbol = Symbol("pending");

/** Someone who waits: a process, or a part of an any-of or all-of. */
export interface Waiter {
  readonly scheduler: Scheduler;
  /** Where it stands, for what it waits for to know. */
  place: number;
  /** The wait is over, and this is what it gave. */
  wake(value: unknown): void;
  /** The wait is over because what was waited for failed. */
  fail(error: unknown): void;
}

/**
 * Something a process can wait for, with `yield`, or with `yield*` for a result of type `T`.
 *
 * A wait that is made for one use, such as `store.get()`, serves one waiter at a time.
 */
export abstract class Wait<T> {
  /** Starts to wait: what is to be had at once, or PENDING and later a call of the waiter. */
  abstract begin(waiter: Waiter): T | typeof PENDING;

  /** Ends a wait that is still pending. */
  abstract withdraw(waiter: Waiter): void;

  /** Takes back what was granted and never arrived, because its receiver was stopped in between. */
  undo(_value: T): void {}

  /** What is waited for, in words that follow "waits for". */
  abstract describe(): string;

  *[Symbol.iterator](): Generator<Wait<T>, T, T> {
    return yield this;
  }
}

/** What a process may yield: a number is a delay in nanoseconds. */
export type Yieldable = number | Wait<unknown>;

/** Two waiters yielded the same wait. */
export function waitInUse(description: string): SimulationError {
  return new SimulationError(
    "wait-in-use",
    { wait: description },
    `Someone waits for ${description} with this very object already.`,
    "Make a new wait for each waiter: call acquire(), get(), put(), anyOf() or allOf() again.",
  );
}
