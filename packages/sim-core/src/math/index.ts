export { exp } from "./exp.ts";
export { log, log1p } from "./log.ts";
