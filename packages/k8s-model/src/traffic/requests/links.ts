import { TrafficInputError } from "../traffic-input-error.ts";

/**
 * Links from zone to zone, each with a bandwidth: bytes leave one after another in the order in
 * which they came (FIFO), so that a busy link delays whatever follows. With Poisson arrivals and
 * equal sizes the wait is that of an M/D/1 queue. Times must be given in order.
 */
export class ZoneLinks {
  readonly #nsPerByte: Float64Array;
  readonly #freeAt: Float64Array;
  readonly #zones: number;

  constructor(bytesPerSecond: readonly number[], zones: number) {
    if (bytesPerSecond.length !== zones * zones) {
      throw new TrafficInputError(
        "link-count",
        `${zones} zones have ${zones * zones} links, and ${bytesPerSecond.length} bandwidths were given.`,
        "give one for every ordered pair of zones, Infinity where there is no limit",
      );
    }
    bytesPerSecond.forEach((rate, pair) => {
      if (rate > 0) return;
      throw new TrafficInputError(
        "link-bandwidth",
        `Link ${pair} (from zone ${Math.floor(pair / zones)} to zone ${pair % zones}) has ${rate} bytes per second.`,
        "give a bandwidth above 0, Infinity where there is no limit",
      );
    });
    this.#zones = zones;
    this.#nsPerByte = Float64Array.from(bytesPerSecond, (rate) => 1e9 / rate);
    this.#freeAt = new Float64Array(bytesPerSecond.length);
  }

  /** Puts bytes on a link now: how long until the last of them has left it, ns. */
  send(from: number, to: number, bytes: number, nowNs: number): number {
    const link = from * this.#zones + to;
    const startNs = Math.max(nowNs, this.#freeAt[link] as number);
    const doneNs = startNs + bytes * (this.#nsPerByte[link] as number);
    this.#freeAt[link] = doneNs;
    return doneNs - nowNs;
  }
}
