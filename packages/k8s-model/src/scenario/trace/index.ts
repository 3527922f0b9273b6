export { InvalidTrace } from "./invalid-trace.ts";
export { traceMoment } from "./trace-moment.ts";
export type {
  ServiceAddress,
  TracedConnection,
  TraceOptions,
  TraceOutcome,
  TraceTally,
  TrafficTrace,
} from "./trace-options.ts";
export { type ScenarioTraceOptions, traceScenario } from "./trace-scenario.ts";
export { traceTraffic } from "./trace-traffic.ts";
export { type TracedQuestion, traceWhatIf } from "./trace-what-if.ts";
