/// <reference path="./seedrandom-tychei.d.ts" />
import tychei from "seedrandom/lib/tychei.js";
import { SimulationError } from "../errors/index.ts";

/** Where a stream stands: enough to continue it exactly. Plain data, so it survives JSON. */
export interface StreamState {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  /** Numbers drawn so far. */
  readonly draws: number;
}

/** Told of every number that a stream hands out; how fingerprints see draws. */
export type DrawObserver = (stream: RandomStream, value: number) => void;

/**
 * One named sequence of random numbers: seedrandom's tychei, 53 bits a number.
 *
 * The sequence depends on the seed and the name alone, so streams never disturb one another.
 * An antithetic stream hands out 1 − u where its twin hands out u.
 */
export class RandomStream {
  readonly name: string;
  readonly antithetic: boolean;
  #generator: ReturnType<typeof tychei>;
  #draws = 0;
  #observer: DrawObserver | undefined;

  constructor(seed: string, name: string, options: { antithetic?: boolean } = {}) {
    this.name = name;
    this.antithetic = options.antithetic ?? false;
    this.#generator = tychei(`${seed}/${name}`, { state: true });
  }

  /** Numbers drawn so far. */
  get draws(): number {
    return this.#draws;
  }

  /** A number uniform in (0, 1): never 0 and never 1, so its logarithm is finite. */
  double(): number {
    const drawn = this.#generator.double();
    const value = this.antithetic ? 1 - drawn : drawn;
    this.#draws++;
    if (this.#observer !== undefined) this.#observer(this, value);
    return value;
  }

  /** A whole number uniform in 0 … n − 1; one draw. */
  int(n: number): number {
    if (!(n >= 1 && n <= Number.MAX_SAFE_INTEGER && Number.isInteger(n))) throw notACount(n);
    return Math.floor(this.double() * n);
  }

  /** True with the given probability; one draw, also for 0 and 1. */
  chance(probability: number): boolean {
    return this.double() < probability;
  }

  /** One item, each equally likely; one draw. */
  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)] as T;
  }

  /** A new array with the items in random order; one draw fewer than there are items. */
  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.int(last + 1);
      const kept = result[last] as T;
      result[last] = result[other] as T;
      result[other] = kept;
    }
    return result;
  }

  /** Where the stream stands now. */
  save(): StreamState {
    const { a, b, c, d } = this.#generator.state();
    return { a, b, c, d, draws: this.#draws };
  }

  /** Continues from a saved state, drawing the same numbers as the stream that saved it. */
  restore(state: StreamState): void {
    const { a, b, c, d } = state;
    this.#generator = tychei("", { state: { a, b, c, d } });
    this.#draws = state.draws;
  }

  /** Reports every draw to `observer`; `undefined` ends it. */
  observe(observer: DrawObserver | undefined): void {
    this.#observer = observer;
  }
}

function notACount(n: number): SimulationError {
  return new SimulationError(
    "not-a-count",
    { given: n },
    `Cannot choose among ${n} things.`,
    "Give a whole number of at least 1.",
  );
}
