export * from "./lab/index.ts";
export * from "./wire/index.ts";
