export { BrokenInvariant, invariant } from "./invariant.ts";
export { type ErrorFacts, SimulationError } from "./simulation-error.ts";
