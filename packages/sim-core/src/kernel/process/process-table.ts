import { type EventId, type HandlerId, NO_EVENT } from "../event-id.ts";
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

/** How the engine resumes processes at the present time. */
export interface Resumption {
  /** Resumes a process after all that is pending now: an event, or NO_EVENT for a place in the ready line. */
  resumeSoon(process: number): EventId;
  /** Takes back a place in the ready line. */
  readonly ready: { remove(process: number): void };
}

/** The living processes of a simulation, by small whole numbers that events carry. */
export class ProcessTable implements ProcessHome {
  readonly scheduler: Scheduler;
  readonly #handler: HandlerId;
  readonly #resumption: Resumption;
  readonly #processes: (Process | undefined)[] = [];
  readonly #free: number[] = [];

  /** `handler` must call `resume` with its first payload. */
  constructor(scheduler: Scheduler, handler: HandlerId, resumption: Resumption) {
    this.scheduler = scheduler;
    this.#handler = handler;
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

  wakeUp(delayNs: number, index: number): EventId {
    if (delayNs === 0) return this.#resumption.resumeSoon(index);
    return this.scheduler.schedule(delayNs, this.#handler, index);
  }

  cancelWakeUp(event: EventId, index: number): void {
    if (event === NO_EVENT) this.#resumption.ready.remove(index);
    else this.scheduler.cancel(event);
  }

  /** A place in the ready line became an event. */
  queued(index: number, event: EventId): void {
    (this.#processes[index] as Process).queued(event);
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
