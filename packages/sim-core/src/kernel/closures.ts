/** An action without payload. */
export type Action = () => void;

/** Actions waiting for their event, by small whole numbers, so that an event can carry one. */
export class Closures {
  readonly #actions: (Action | undefined)[] = [];
  readonly #free: number[] = [];

  /** Keeps an action; the number is its event's payload. */
  keep(action: Action): number {
    const index = this.#free.pop() ?? this.#actions.length;
    this.#actions[index] = action;
    return index;
  }

  /** Runs an action and forgets it; one that throws is kept, so that it can still be named. */
  run(index: number): void {
    (this.#actions[index] as Action)();
    this.forget(index);
  }

  forget(index: number): void {
    this.#actions[index] = undefined;
    this.#free.push(index);
  }

  /** The function's own name, or what it is. */
  label(index: number): string {
    return this.#actions[index]?.name || "(action)";
  }
}
