export type * from "./endpoint-slice.ts";
export * from "./meta.ts";
export * from "./node.ts";
export type * from "./pod.ts";
export type * from "./service.ts";
export type * from "./workload.ts";
