import { NANOS_PER_SECOND } from "../time/sim-time.ts";
import type { Clock } from "./clock.ts";

/**
 * A quantity that holds its value until it is set again, such as a queue's length; its mean weighs
 * every value by how long it held.
 */
export class Gauge {
  readonly #clock: Clock;
  #value: number;
  #startNs: number;
  #changedNs: number;
  /** Of the value over time since the start, up to the last change. */
  #integral = 0;
  #min: number;
  #max: number;

  constructor(clock: Clock, initial = 0) {
    this.#clock = clock;
    this.#value = initial;
    this.#startNs = clock.now;
    this.#changedNs = clock.now;
    this.#min = initial;
    this.#max = initial;
  }

  get value(): number {
    return this.#value;
  }

  /** Least and greatest value since the start. */
  get min(): number {
    return this.#min;
  }

  get max(): number {
    return this.#max;
  }

  /** Mean over time since the start; the value itself while no time has passed. */
  get mean(): number {
    const { now } = this.#clock;
    const heldNs = now - this.#startNs;
    return heldNs > 0 ? this.#integralAt(now) / heldNs : this.#value;
  }

  /** Value times seconds since the start, for example busy seconds of a server. */
  get integralSeconds(): number {
    return this.#integralAt(this.#clock.now) / NANOS_PER_SECOND;
  }

  set(value: number): void {
    const { now } = this.#clock;
    this.#integral = this.#integralAt(now);
    this.#changedNs = now;
    this.#value = value;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
  }

  add(change: number): void {
    this.set(this.#value + change);
  }

  /** Starts measuring again now, at the present value: the end of a warm-up. */
  reset(): void {
    this.#startNs = this.#clock.now;
    this.#changedNs = this.#startNs;
    this.#integral = 0;
    this.#min = this.#value;
    this.#max = this.#value;
  }

  #integralAt(now: number): number {
    return this.#integral + this.#value * (now - this.#changedNs);
  }
}
