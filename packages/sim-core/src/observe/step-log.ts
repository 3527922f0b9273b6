import type { ObservedEvent, Observer } from "../kernel/index.ts";
import type { RandomStream } from "../random/index.ts";
import type { SimTime } from "../time/index.ts";

/** One thing that a simulation did. */
export type Step =
  | {
      readonly kind: "event";
      readonly time: SimTime;
      readonly component: string;
      readonly payload: readonly [a: number, b: number];
    }
  | {
      readonly kind: "draw";
      readonly time: SimTime;
      /** The component whose event drew. */
      readonly component: string;
      readonly stream: string;
      readonly value: number;
    };

/** Everything a simulation did, up to a limit, in typed arrays: 28 bytes a step. */
export class StepLog implements Observer {
  #length = 0;
  readonly #limit: number;
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  #times: Float64Array = new Float64Array(1024);
  #values: Float64Array = new Float64Array(1024);
  /** By step: number of the component, number of the stream or −1, and the payload. */
  #words: Int32Array = new Int32Array(4 * 1024);
  #time = 0;
  #component: number;

  constructor(limit: number) {
    this.#limit = limit;
    this.#component = this.#number("(outside of events)");
  }

  get length(): number {
    return this.#length;
  }

  event({ time, component, a, b }: ObservedEvent): void {
    this.#time = time;
    this.#component = this.#number(component);
    this.#append(0, -1, a, b);
  }

  draw(stream: RandomStream, value: number): void {
    this.#append(value, this.#number(stream.name), 0, 0);
  }

  /** A step by its number; undefined beyond the end. */
  step(index: number): Step | undefined {
    if (index >= this.#length) return undefined;
    const time = this.#times[index] as SimTime;
    const [component, stream, a, b] = this.#words.subarray(4 * index, 4 * index + 4);
    const name = this.#names[component as number] as string;
    if (stream === -1) {
      return { kind: "event", time, component: name, payload: [a as number, b as number] };
    }
    const value = this.#values[index] as number;
    return {
      kind: "draw",
      time,
      component: name,
      stream: this.#names[stream as number] as string,
      value,
    };
  }

  #append(value: number, stream: number, a: number, b: number): void {
    if (this.#length === this.#limit) return;
    if (this.#length === this.#times.length) this.#grow();
    const index = this.#length++;
    this.#times[index] = this.#time;
    this.#values[index] = value;
    this.#words[4 * index] = this.#component;
    this.#words[4 * index + 1] = stream;
    this.#words[4 * index + 2] = a;
    this.#words[4 * index + 3] = b;
  }

  #number(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#names.push(name) - 1;
    this.#numbers.set(name, number);
    return number;
  }

  #grow(): void {
    const length = 2 * this.#times.length;
    const times = new Float64Array(length);
    times.set(this.#times);
    this.#times = times;
    const values = new Float64Array(length);
    values.set(this.#values);
    this.#values = values;
    const words = new Int32Array(4 * length);
    words.set(this.#words);
    this.#words = words;
  }
}
