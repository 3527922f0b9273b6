import { asWait } from "./delay.ts";
import { Part, type Whole, withdrawOpen } from "./part.ts";
import { PENDING, Wait, type Waiter, waitInUse, type Yieldable } from "./wait.ts";

/** Which of several waits ended first, and what it gave. */
export interface First {
  readonly index: number;
  readonly value: unknown;
}

/** Waits for the first of several things; the others are withdrawn, and nothing they hold is lost. */
export function anyOf(...yieldables: readonly Yieldable[]): Wait<First> {
  return new AnyOf(yieldables.map(asWait));
}

class AnyOf extends Wait<First> implements Whole {
  readonly #waits: readonly Wait<unknown>[];
  #parts: Part[] = [];
  #waiter: Waiter | undefined;

  constructor(waits: readonly Wait<unknown>[]) {
    super();
    this.#waits = waits;
  }

  begin(waiter: Waiter): First | typeof PENDING {
    if (this.#waiter !== undefined) throw waitInUse(this.describe());
    this.#parts = [];
    try {
      for (const [index, wait] of this.#waits.entries()) {
        const part = new Part(this, wait, index, waiter.scheduler);
        const value = part.begin();
        if (value !== PENDING) {
          withdrawOpen(this.#parts);
          return { index, value };
        }
        this.#parts.push(part);
      }
    } catch (error) {
      withdrawOpen(this.#parts);
      throw error;
    }
    this.#waiter = waiter;
    return PENDING;
  }

  partEnded(index: number, value: unknown): void {
    this.#end()?.wake({ index, value } satisfies First);
  }

  partFailed(_index: number, error: unknown): void {
    this.#end()?.fail(error);
  }

  withdraw(): void {
    this.#end();
  }

  override undo({ index, value }: First): void {
    this.#waits[index]?.undo(value);
  }

  describe(): string {
    return `any of: ${this.#waits.map((wait) => wait.describe()).join("; ")}`;
  }

  #end(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    withdrawOpen(this.#parts);
    return waiter;
  }
}
