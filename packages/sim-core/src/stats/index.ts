export * from "./batch-means.ts";
export * from "./distribution-distance.ts";
export * from "./holm.ts";
export * from "./interval.ts";
export {
  meanInterval,
  meanTest,
  pairedDifferences,
  pairedInterval,
  pairedTest,
  welchInterval,
  welchTest,
} from "./mean-interval.ts";
export * from "./normal-distribution.ts";
export * from "./quantile-interval.ts";
export * from "./ratio-interval.ts";
export * from "./run-analysis.ts";
export * from "./sample.ts";
export * from "./stopping-rule.ts";
export * from "./student-t-distribution.ts";
export * from "./warm-up.ts";
