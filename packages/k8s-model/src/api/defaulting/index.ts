export * from "./apply-defaults.ts";
export type { QualityOfService } from "./quality-of-service.ts";
export { qualityOfService } from "./quality-of-service.ts";
export * from "./stored.ts";
