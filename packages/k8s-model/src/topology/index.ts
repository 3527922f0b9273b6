export * from "./bandwidth.ts";
export * from "./distance.ts";
export * from "./pair-price.ts";
export * from "./price.ts";
export * from "./round-trip.ts";
export * from "./synthesis.ts";
