export * from "./api/index.ts";
export * from "./control-plane/index.ts";
export * from "./data-plane/index.ts";
export * from "./manifests/index.ts";
export * from "./scenario/index.ts";
export * from "./store/index.ts";
export * from "./topology/index.ts";
export * from "./traffic/index.ts";
