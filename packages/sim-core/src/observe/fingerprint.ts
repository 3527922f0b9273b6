import type { ObservedEvent, Observer } from "../kernel/index.ts";
import type { RandomStream } from "../random/index.ts";
import { digest, spread } from "../random/mixing.ts";

// One double, seen as its two words, the lower first whatever the machine.
const DOUBLE = new DataView(new ArrayBuffer(8));

/**
 * A running digest of everything a simulation did: time and component of every event, stream and value
 * of every draw. Two runs with equal fingerprints did the same; see `verifyDeterminism` for where two
 * differ.
 *
 * 64 bits, against accident and not against malice. Begin with `simulation.observe(fingerprint)`.
 */
export class Fingerprint implements Observer {
  #low = 0x6a09e667;
  #high: number = 0xbb67ae85 | 0;
  #steps = 0;
  readonly #digests = new Map<string, number>();

  /** Events and draws so far. */
  get steps(): number {
    return this.#steps;
  }

  /** 16 hexadecimal digits. */
  get value(): string {
    return hexadecimal(this.#high) + hexadecimal(this.#low);
  }

  event({ time, component, a, b }: ObservedEvent): void {
    this.#name(component);
    this.#number(time);
    this.#word(a);
    this.#word(b);
    this.#steps++;
  }

  draw(stream: RandomStream, value: number): void {
    this.#name(stream.name);
    this.#number(value);
    this.#steps++;
  }

  #name(name: string): void {
    let known = this.#digests.get(name);
    if (known === undefined) {
      known = digest(name);
      this.#digests.set(name, known);
    }
    this.#word(known);
  }

  #number(value: number): void {
    DOUBLE.setFloat64(0, value, true);
    this.#word(DOUBLE.getInt32(0, true));
    this.#word(DOUBLE.getInt32(4, true));
  }

  /** Both halves depend on every word so far, by different ways. */
  #word(word: number): void {
    const low = spread(this.#low ^ word);
    this.#high = spread((this.#high + word) ^ low);
    this.#low = (low + 0x9e3779b9) | 0;
  }
}

function hexadecimal(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
