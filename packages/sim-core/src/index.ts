export * from "./errors/index.ts";
export * from "./experiment/index.ts";
export * from "./kernel/index.ts";
export * from "./math/index.ts";
export * from "./observe/index.ts";
export * from "./random/index.ts";
export * from "./stats/index.ts";
export * from "./time/index.ts";
