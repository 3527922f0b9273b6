import { SimulationError } from "../errors/index.ts";
import { type DrawObserver, RandomStream, type StreamState } from "./random-stream.ts";

/** Every stream's state by name: plain data, in the order in which the streams were first asked for. */
export type SavedStreams = readonly (readonly [name: string, state: StreamState])[];

interface Registered {
  readonly stream: RandomStream;
  readonly shared: boolean;
}

/**
 * Hands out random streams by name, each to one owner.
 *
 * A second request for a name is an error unless both requests say `shared`: two components that draw
 * from one stream by accident shift each other's numbers.
 */
export class StreamRegistry {
  readonly #seed: string;
  readonly #antithetic: boolean;
  readonly #streams = new Map<string, Registered>();
  readonly #waitingStates = new Map<string, StreamState>();
  #observer: DrawObserver | undefined;

  constructor(seed: string, options: { antithetic?: boolean } = {}) {
    this.#seed = seed;
    this.#antithetic = options.antithetic ?? false;
  }

  /** The stream of that name; its numbers depend on the seed and the name alone. */
  stream(name: string, options: { shared?: boolean } = {}): RandomStream {
    const shared = options.shared ?? false;
    const known = this.#streams.get(name);
    if (known !== undefined) {
      if (known.shared && shared) return known.stream;
      throw alreadyTaken(name, known.shared);
    }
    const stream = new RandomStream(this.#seed, name, { antithetic: this.#antithetic });
    stream.observe(this.#observer);
    const state = this.#waitingStates.get(name);
    if (state !== undefined) stream.restore(state);
    this.#waitingStates.delete(name);
    this.#streams.set(name, { stream, shared });
    return stream;
  }

  /** The state of every stream handed out so far. */
  save(): SavedStreams {
    return [
      ...[...this.#streams].map(([name, { stream }]) => [name, stream.save()] as const),
      ...this.#waitingStates,
    ];
  }

  /** Sets every saved stream back, those not yet asked for as soon as they are. */
  restore(saved: SavedStreams): void {
    for (const [name, state] of saved) {
      const known = this.#streams.get(name);
      if (known === undefined) this.#waitingStates.set(name, state);
      else known.stream.restore(state);
    }
  }

  /** Reports every draw of every stream, present and future. */
  observe(observer: DrawObserver | undefined): void {
    this.#observer = observer;
    for (const { stream } of this.#streams.values()) stream.observe(observer);
  }
}

function alreadyTaken(name: string, shared: boolean): SimulationError {
  return new SimulationError(
    "stream-already-taken",
    { stream: name },
    `The random stream "${name}" already belongs to someone${shared ? " who shares it" : ""}.`,
    "Choose a name of your own, or pass { shared: true } in every request for it.",
  );
}
