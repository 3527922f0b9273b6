export { formatDuration, parseDuration } from "./duration.ts";
export {
  hours,
  MAX_TIME,
  micros,
  millis,
  minutes,
  nanos,
  type SimTime,
  seconds,
  toSeconds,
} from "./sim-time.ts";
