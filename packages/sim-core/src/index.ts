export * from "./experiment/index.ts";
export * from "./stats/index.ts";
