export * from "./headless/index.ts";
export * from "./lookups/index.ts";
export * from "./resolver/index.ts";
export * from "./server/index.ts";
