export { InvalidTrace } from "./invalid-trace.ts";
export { traceScenario } from "./trace-scenario.ts";
export {
  type TracedConnection,
  type TraceOptions,
  type TrafficTrace,
  traceConnection,
  traceTraffic,
} from "./trace-traffic.ts";
