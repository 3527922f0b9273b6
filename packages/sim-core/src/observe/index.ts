export type { Clock } from "./clock.ts";
export { Counter } from "./counter.ts";
export { EventTrace, type EventTraceOptions, type Span } from "./event-trace.ts";
export { Fingerprint } from "./fingerprint.ts";
export { Gauge } from "./gauge.ts";
export { Histogram, type HistogramSnapshot } from "./histogram.ts";
export type { Step } from "./step-log.ts";
export { Tally } from "./tally.ts";
export { Timeline, type TimelineBin, type TimelineOptions } from "./timeline.ts";
export {
  type DeterminismReport,
  type Difference,
  verifyDeterminism,
} from "./verify-determinism.ts";
