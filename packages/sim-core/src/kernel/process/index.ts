export { allOf } from "./all-of.ts";
export { anyOf, type First } from "./any-of.ts";
export { Deadlock } from "./deadlock.ts";
export { delay } from "./delay.ts";
export {
  Interrupted,
  type Process,
  type ProcessBody,
  type ProcessState,
  type Steps,
} from "./process.ts";
export type { ProcessOptions, Waiting } from "./process-table.ts";
export { type Acquisition, type Demand, Resource, type ResourceOptions } from "./resource.ts";
export { Signal } from "./signal.ts";
export { Store } from "./store.ts";
export { type Timed, timeOut } from "./time-out.ts";
export { Wait, type Waiter, type Yieldable } from "./wait.ts";
