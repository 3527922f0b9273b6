import type { RandomStream } from "../random/index.ts";
import type { SimTime } from "../time/index.ts";

/** An event about to run, as an observer sees it. */
export interface ObservedEvent {
  readonly time: SimTime;
  /** The handler's number and name. */
  readonly handler: number;
  readonly component: string;
  readonly a: number;
  readonly b: number;
  /** Component that was running when the event was scheduled. */
  readonly scheduledBy: string;
}

/** Someone who looks on and changes nothing: traces, fingerprints. */
export interface Observer {
  /** Called before each event's handler. */
  event?(event: ObservedEvent): void;
  /** Called for each number drawn from any of the simulation's streams. */
  draw?(stream: RandomStream, value: number): void;
}

/** Ends an observation. */
export type StopObserving = () => void;

/** Several observers as one, told in the order in which they came. */
export class Observers {
  readonly #all = new Set<Observer>();

  /** Whether there is any; kept up to date here, because it is asked before every event. */
  isWatched = false;

  add(observer: Observer): void {
    this.#all.add(observer);
    this.isWatched = true;
  }

  remove(observer: Observer): void {
    this.#all.delete(observer);
    this.isWatched = this.#all.size > 0;
  }

  event(event: ObservedEvent): void {
    for (const observer of this.#all) observer.event?.(event);
  }

  draw(stream: RandomStream, value: number): void {
    for (const observer of this.#all) observer.draw?.(stream, value);
  }
}
