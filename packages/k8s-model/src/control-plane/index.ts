export * from "./endpoint-slice/index.ts";
export * from "./placement/index.ts";
export * from "./scheduler/index.ts";
