import type { Scheduler } from "../scheduler.ts";
import { Process, type ProcessBody, type ProcessHome } from "./process.ts";

/** How a process starts. */
export interface ProcessOptions {
  /** Start after this time; now unless given. */
  readonly delayNs?: number;
  /** May wait for ever without counting as stuck. */
  readonly background?: boolean;
}

/** A process that waits, and for what. */
export interface Waiting {
  readonly process: string;
  readonly waitsFor: string;
  readonly background: boolean;
}

/**
 * How the engine resumes processes. A process owns its next resumption alone, so the place in the queue
 * is name enough: a small integer.
 */
export interface Resumption {
  /** Resumes a process after a delay; the place of the event, or NONE for one in the ready line. */
  resumeAfter(delayNs: number, process: number): number;
  /** The same without a delay. */
  resumeNow(process: number): number;
  /** Takes back a resumption that has not happened. */
  withdraw(place: number, process: number): void;
}

/** The living processes of a simulation, by small whole numbers that events carry. */
export class ProcessTable implements ProcessHome {
  readonly scheduler: Scheduler;
  readonly #resumption: Resumption;
  readonly #processes: (Process | undefined)[] = [];
  readonly #free: number[] = [];

  constructor(scheduler: Scheduler, resumption: Resumption) {
    this.scheduler = scheduler;
    this.#resumption = resumption;
  }

  start<R>(name: string, body: ProcessBody<R>, options?: ProcessOptions): Process<R> {
    const index = this.#free.pop() ?? this.#processes.length;
    const delayNs = options?.delayNs ?? 0;
    const background = options?.background ?? false;
    const process = new Process<R>(this, index, name, body, background, delayNs);
    this.#processes[index] = process as Process;
    return process;
  }

  resume(index: number): void {
    (this.#processes[index] as Process).resume();
  }

  wakeUp(delayNs: number, index: number): number {
    return this.#resumption.resumeAfter(delayNs, index);
  }

  wakeUpNow(index: number): number {
    return this.#resumption.resumeNow(index);
  }

  cancelWakeUp(place: number, index: number): void {
    this.#resumption.withdraw(place, index);
  }

  /** A place in the ready line became an event. */
  queued(index: number, place: number): void {
    (this.#processes[index] as Process).queued(place);
  }

  ended(index: number): void {
    this.#processes[index] = undefined;
    this.#free.push(index);
  }

  /** The name of the process with that number. */
  label(index: number): string {
    return this.#processes[index]?.name ?? "(process)";
  }

  /** Who waits for what, in order of number. */
  waiting(): Waiting[] {
    return this.#processes.flatMap((process) => {
      const waitsFor = process?.waitsFor;
      if (process === undefined || waitsFor === undefined) return [];
      return [{ process: process.name, waitsFor, background: process.background }];
    });
  }
}
