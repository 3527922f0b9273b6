export type { Arrivals, NextArrival } from "./arrivals.ts";
export { type ModulatingState, markovModulated } from "./markov-modulated.ts";
export { poisson } from "./poisson.ts";
export { renewal } from "./renewal.ts";
export { timeVarying, type VaryingRate } from "./time-varying.ts";
export { trace } from "./trace.ts";
