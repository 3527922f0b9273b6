import type { SimTime } from "../time/index.ts";
import type { Action } from "./closures.ts";
import type { EventId, HandlerId } from "./event-id.ts";

/** The part of a simulation that its own pieces build on: a clock and a way to be called later. */
export interface Scheduler {
  readonly now: SimTime;
  schedule(delayNs: number, handler: HandlerId, a?: number, b?: number, priority?: number): EventId;
  after(delayNs: number, action: Action, priority?: number): EventId;
  cancel(id: EventId): boolean;
}
