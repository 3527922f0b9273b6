export type { Clock } from "./clock.ts";
export { Counter } from "./counter.ts";
export { Gauge } from "./gauge.ts";
export { Histogram, type HistogramSnapshot } from "./histogram.ts";
export { Tally } from "./tally.ts";
