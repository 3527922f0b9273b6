import { SimulationError } from "../errors/index.ts";
import { digest, spread } from "../random/mixing.ts";
import type { SimTime } from "../time/index.ts";
import type { Scheduler } from "./scheduler.ts";

/** How changes travel from one sender to its consumers. */
export interface BroadcastOptions {
  readonly consumers: number;
  /** Decides the jitter, together with consumer and version. */
  readonly seed: string;
  /** What every message takes at least. */
  readonly latencyNs: number;
  /** Added evenly between 0 and this, independently for each message. */
  readonly jitterNs?: number;
  /** The sender's line, shared by all copies, which leave one after the other; unlimited unless given. */
  readonly bytesPerSecond?: number;
}

/**
 * One sender, many consumers, and no event per consumer: publishing writes one line into a log, and an
 * arrival is computed when somebody asks for it.
 *
 * Copies leave in order of the consumers' numbers; at each consumer messages arrive in order of
 * publication, at the earliest when they left plus latency and jitter. The jitter is a hash of
 * seed, consumer and version, so the order of asking cannot matter.
 */
export class Broadcast {
  readonly consumers: number;
  readonly #scheduler: Pick<Scheduler, "now">;
  readonly #seed: number;
  readonly #latencyNs: number;
  readonly #jitterNs: number;
  readonly #nsPerByte: number;
  /** By version: when its first copy began to leave, and how long each copy takes. */
  readonly #startsNs: number[] = [];
  readonly #copyNs: number[] = [];
  #lineFreeNs = 0;
  /** By consumer: versions counted as delivered, and when the last of them arrived. */
  readonly #delivered: Int32Array;
  readonly #lastNs: Float64Array;

  constructor(scheduler: Pick<Scheduler, "now">, options: BroadcastOptions) {
    this.#scheduler = scheduler;
    this.consumers = options.consumers;
    this.#seed = digest(options.seed);
    this.#latencyNs = options.latencyNs;
    this.#jitterNs = options.jitterNs ?? 0;
    this.#nsPerByte = 1_000_000_000 / (options.bytesPerSecond ?? Infinity);
    if (!(this.#latencyNs >= 0 && this.#jitterNs >= 0 && this.#nsPerByte >= 0)) throw bad(options);
    this.#delivered = new Int32Array(this.consumers);
    this.#lastNs = new Float64Array(this.consumers);
  }

  /** Versions published; they are numbered from 0. */
  get versions(): number {
    return this.#startsNs.length;
  }

  /** Sends a change of so many bytes to everyone, now; returns its version. */
  publish(bytes = 0): number {
    const startNs = Math.max(this.#scheduler.now, this.#lineFreeNs);
    const copyNs = bytes * this.#nsPerByte;
    this.#lineFreeNs = startNs + copyNs * this.consumers;
    this.#copyNs.push(copyNs);
    return this.#startsNs.push(startNs) - 1;
  }

  /** How many versions, the oldest first, have arrived at a consumer by now. */
  delivered(consumer: number): number {
    const { now } = this.#scheduler;
    let next = this.nextArrival(consumer);
    while (next !== undefined && next <= now) {
      this.#lastNs[consumer] = next;
      this.#delivered[consumer] = (this.#delivered[consumer] as number) + 1;
      next = this.nextArrival(consumer);
    }
    return this.#delivered[consumer] as number;
  }

  /** When the first version that is not yet counted as delivered arrives; undefined if all are. */
  nextArrival(consumer: number): SimTime | undefined {
    const version = this.#delivered[consumer] as number;
    if (version >= this.versions) return undefined;
    const arrivalNs = Math.round(this.#unordered(consumer, version));
    return Math.max(this.#lastNs[consumer] as number, arrivalNs) as SimTime;
  }

  /** Arrival without regard to earlier versions. */
  #unordered(consumer: number, version: number): number {
    const leftNs =
      (this.#startsNs[version] as number) + (consumer + 1) * (this.#copyNs[version] as number);
    const jitter = this.#jitterNs === 0 ? 0 : this.#jitterNs * this.#share(consumer, version);
    return leftNs + this.#latencyNs + jitter;
  }

  /** A number in [0, 1) that depends on seed, consumer and version alone. */
  #share(consumer: number, version: number): number {
    return (spread(spread(this.#seed ^ consumer) + version) >>> 0) / 0x100000000;
  }
}

function bad({
  latencyNs,
  jitterNs = 0,
  bytesPerSecond = Infinity,
}: BroadcastOptions): SimulationError {
  return new SimulationError(
    "bad-broadcast",
    { latencyNs, jitterNs, bytesPerSecond },
    "A broadcast's latency or jitter is negative, or its bandwidth is not above 0.",
    "Give times from 0 up and a bandwidth above 0.",
  );
}
