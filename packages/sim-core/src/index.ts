export * from "./stats/index.ts";
