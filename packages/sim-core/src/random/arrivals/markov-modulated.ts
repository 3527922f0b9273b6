import { SimulationError } from "../../errors/index.ts";
import { log } from "../../math/index.ts";
import type { RandomStream } from "../random-stream.ts";
import { type Arrivals, NANOS_PER_SECOND, requireRate } from "./arrivals.ts";

/** A state of the environment: how fast things arrive in it, and how long it lasts on average. */
export interface ModulatingState {
  readonly ratePerSecond: number;
  readonly meanNs: number;
}

/**
 * Poisson arrivals whose rate follows a Markov chain: bursts and lulls. The states last exponentially
 * long and follow one another in a circle; a sequence begins in the first.
 */
export function markovModulated(states: readonly ModulatingState[]): Arrivals {
  if (states.length === 0) throw noStates();
  for (const { ratePerSecond, meanNs } of states) {
    const valid = ratePerSecond >= 0 && ratePerSecond < Infinity && meanNs > 0;
    requireRate(valid, "markovModulated", ratePerSecond, "not below 0, in a state that lasts");
  }
  const cycleNs = states.reduce((sum, { meanNs }) => sum + meanNs, 0);
  const arrivals = states.reduce((sum, state) => sum + state.ratePerSecond * state.meanNs, 0);
  if (!(arrivals > 0)) throw noStates();
  return {
    begin: (stream, startNs) => {
      const environment = new Environment(states, stream, startNs);
      return () => environment.next();
    },
    ratePerSecond: arrivals / cycleNs,
    describe: () => `markovModulated(${JSON.stringify(states)})`,
  };
}

class Environment {
  readonly #states: readonly ModulatingState[];
  readonly #stream: RandomStream;
  #index = 0;
  #time: number;
  #changeNs: number;

  constructor(states: readonly ModulatingState[], stream: RandomStream, startNs: number) {
    this.#states = states;
    this.#stream = stream;
    this.#time = startNs;
    this.#changeNs = startNs + this.#exponential(this.#state.meanNs);
  }

  /** Arrivals have no memory, so after a change of state a gap is simply drawn anew. */
  next(): number {
    for (;;) {
      const { ratePerSecond } = this.#state;
      const gap =
        ratePerSecond > 0 ? this.#exponential(NANOS_PER_SECOND / ratePerSecond) : Infinity;
      if (this.#time + gap < this.#changeNs) {
        this.#time += gap;
        return this.#time;
      }
      this.#time = this.#changeNs;
      this.#index = (this.#index + 1) % this.#states.length;
      this.#changeNs += this.#exponential(this.#state.meanNs);
    }
  }

  get #state(): ModulatingState {
    return this.#states[this.#index] as ModulatingState;
  }

  #exponential(mean: number): number {
    return -mean * log(1 - this.#stream.double());
  }
}

function noStates(): SimulationError {
  return new SimulationError(
    "no-arrivals",
    {},
    "markovModulated: in none of the states does anything arrive.",
    "Give at least one state with a rate above 0.",
  );
}
