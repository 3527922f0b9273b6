import type { Scheduler } from "../scheduler.ts";
import { PENDING, type Wait, type Waiter } from "./wait.ts";

/** A wait made of several. */
export interface Whole {
  partEnded(index: number, value: unknown): void;
  partFailed(index: number, error: unknown): void;
}

/** One of several waits, waiting on behalf of the whole. */
export class Part implements Waiter {
  readonly scheduler: Scheduler;
  place = 0;
  readonly #whole: Whole;
  readonly #wait: Wait<unknown>;
  readonly #index: number;
  #open = true;

  constructor(whole: Whole, wait: Wait<unknown>, index: number, scheduler: Scheduler) {
    this.#whole = whole;
    this.#wait = wait;
    this.#index = index;
    this.scheduler = scheduler;
  }

  begin(): unknown {
    const value = this.#wait.begin(this);
    if (value !== PENDING) this.#open = false;
    return value;
  }

  /** Whether it still waits. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** From now on what arrives is sent back. Close all parts before withdrawing any: one may free another. */
  close(): void {
    this.#open = false;
  }

  withdraw(): void {
    this.#wait.withdraw(this);
  }

  undo(value: unknown): void {
    this.#wait.undo(value);
  }

  describe(): string {
    return this.#wait.describe();
  }

  wake(value: unknown): void {
    if (!this.#open) {
      this.#wait.undo(value);
      return;
    }
    this.#open = false;
    this.#whole.partEnded(this.#index, value);
  }

  fail(error: unknown): void {
    if (!this.#open) return;
    this.#open = false;
    this.#whole.partFailed(this.#index, error);
  }
}

/** Ends those of several waits that still wait. */
export function withdrawOpen(parts: readonly Part[]): void {
  const open = parts.filter((part) => part.isOpen);
  for (const part of open) part.close();
  for (const part of open) part.withdraw();
}
