import { SimulationError } from "../errors/index.ts";
import type { HandlerId } from "./event-id.ts";

/** What an event calls, with the two 32-bit integers it was scheduled with. */
export type Handler = (a: number, b: number) => void;

/** Names an event for people, from its payload. */
export type HandlerLabel = (a: number, b: number) => string;

/** Handler 0 is no handler: it stands for whoever schedules while no event runs. */
export const OUTSIDE: HandlerId = 0 as HandlerId;

/** An event holds its handler in 16 bits. */
const HANDLER_LIMIT = 0x10000;

/** The handlers of a simulation by number, each with the name of its component. */
export class HandlerTable {
  readonly runs: Handler[] = [() => {}];
  readonly #names: string[] = ["(outside of events)"];
  readonly #labels: (HandlerLabel | undefined)[] = [undefined];

  add(name: string, run: Handler, label?: HandlerLabel): HandlerId {
    if (this.runs.length === HANDLER_LIMIT) throw tooManyHandlers(name);
    this.#names.push(name);
    this.#labels.push(label);
    return (this.runs.push(run) - 1) as HandlerId;
  }

  has(handler: number): boolean {
    return handler > OUTSIDE && handler < this.runs.length;
  }

  /** The component's name, without regard to a payload. */
  name(handler: number): string {
    return this.#names[handler] as string;
  }

  /** The component's name for one event. */
  label(handler: number, a: number, b: number): string {
    const label = this.#labels[handler];
    return label === undefined ? this.name(handler) : label(a, b);
  }
}

function tooManyHandlers(name: string): SimulationError {
  return new SimulationError(
    "too-many-handlers",
    { handler: name, limit: HANDLER_LIMIT },
    `"${name}" is handler number ${HANDLER_LIMIT}, and there is room for ${HANDLER_LIMIT - 1}.`,
    "Register one handler per kind of event and tell instances apart by the payload.",
  );
}
