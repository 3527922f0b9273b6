export * from "./endpoint-slice/index.ts";
