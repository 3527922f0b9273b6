export { inferCallGraph } from "./call-graph.ts";
export type * from "./call-graph-types.ts";
export { connectionKind } from "./connection-kind.ts";
export { type Arrow, type Cut, cutCycles } from "./cycles.ts";
export { trafficOf } from "./to-traffic.ts";
