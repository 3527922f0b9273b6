import { asWait } from "./delay.ts";
import { Part, type Whole, withdrawOpen } from "./part.ts";
import { PENDING, Wait, type Waiter, waitInUse, type Yieldable } from "./wait.ts";

/** Waits for several things; gives their values in the order asked. The first failure fails the whole. */
export function allOf(...yieldables: readonly Yieldable[]): Wait<readonly unknown[]> {
  return new AllOf(yieldables.map(asWait));
}

class AllOf extends Wait<readonly unknown[]> implements Whole {
  readonly #waits: readonly Wait<unknown>[];
  #parts: Part[] = [];
  /** What the parts that have ended gave. */
  #values = new Map<number, unknown>();
  #waiter: Waiter | undefined;

  constructor(waits: readonly Wait<unknown>[]) {
    super();
    this.#waits = waits;
  }

  begin(waiter: Waiter): readonly unknown[] | typeof PENDING {
    if (this.#waiter !== undefined) throw waitInUse(this.describe());
    this.#parts = [];
    this.#values = new Map();
    try {
      for (const [index, wait] of this.#waits.entries()) {
        const part = new Part(this, wait, index, waiter.scheduler);
        const value = part.begin();
        if (value !== PENDING) this.#values.set(index, value);
        this.#parts.push(part);
      }
    } catch (error) {
      this.#end();
      throw error;
    }
    if (this.#isComplete) return this.#inOrder();
    this.#waiter = waiter;
    return PENDING;
  }

  partEnded(index: number, value: unknown): void {
    this.#values.set(index, value);
    if (!this.#isComplete) return;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    waiter?.wake(this.#inOrder());
  }

  partFailed(_index: number, error: unknown): void {
    this.#end()?.fail(error);
  }

  withdraw(): void {
    this.#end();
  }

  override undo(values: readonly unknown[]): void {
    for (const [index, wait] of this.#waits.entries()) wait.undo(values[index]);
  }

  describe(): string {
    const open = this.#parts.filter((part) => part.isOpen);
    const missing = open.length > 0 ? open : this.#waits;
    return `all of: ${missing.map((wait) => wait.describe()).join("; ")}`;
  }

  get #isComplete(): boolean {
    return this.#values.size === this.#waits.length;
  }

  #inOrder(): readonly unknown[] {
    return this.#waits.map((_, index) => this.#values.get(index));
  }

  /** Withdraws what is pending and gives back what was granted. */
  #end(): Waiter | undefined {
    const waiter = this.#waiter;
    this.#waiter = undefined;
    withdrawOpen(this.#parts);
    for (const [index, value] of this.#values) this.#parts[index]?.undo(value);
    this.#values.clear();
    return waiter;
  }
}
