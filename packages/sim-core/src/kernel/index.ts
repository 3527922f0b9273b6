export type { Action } from "./closures.ts";
export { type EventId, type HandlerId, NO_EVENT } from "./event-id.ts";
export { type FailedEvent, HandlerFailure } from "./handler-failure.ts";
export type { Handler, HandlerLabel } from "./handler-table.ts";
export * from "./process/index.ts";
export type { Repetition } from "./repetition.ts";
export type { Abortable, Progress, RunEnd, RunOptions, RunSummary } from "./run-options.ts";
export { Simulation, type SimulationOptions } from "./simulation.ts";
