import { SimulationError } from "../errors/index.ts";
import { MAX_TIME, type SimTime } from "./sim-time.ts";

/** Nanoseconds of the units that Go, and so Kubernetes, writes in durations; largest first. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ["h", 3_600_000_000_000],
  ["m", 60_000_000_000],
  ["s", 1_000_000_000],
  ["ms", 1_000_000],
  ["us", 1_000],
  ["µs", 1_000],
  ["μs", 1_000],
  ["ns", 1],
]);

const PART = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|μs|ns)/y;

/**
 * Reads a duration as Go and Kubernetes write it: `"60s"`, `"1m30s"`, `"1.5h"`, `"30ms"`, `"0"`.
 *
 * Fractions of a nanosecond round to the nearest. Negative durations are not accepted.
 */
export function parseDuration(text: string): SimTime {
  if (text === "0") return 0 as SimTime;
  let totalNs = 0;
  let end = 0;
  while (end < text.length) {
    PART.lastIndex = end;
    const part = PART.exec(text);
    if (part === null) throw notADuration(text);
    totalNs += Math.round(Number(part[1]) * (UNITS.get(part[2] as string) as number));
    end = PART.lastIndex;
  }
  if (end === 0 || !(totalNs <= MAX_TIME)) throw notADuration(text);
  return totalNs as SimTime;
}

/**
 * Writes a time the way `parseDuration` reads it, exactly: `"1m30s"`, `"1.5ms"`, `"250ns"`, `"0s"`.
 */
export function formatDuration(time: number): string {
  if (time === 0) return "0s";
  if (time < 0) return `-${formatDuration(-time)}`;
  if (time < 1_000) return `${time}ns`;
  if (time < 1_000_000) return `${decimal(time, 1_000)}µs`;
  if (time < 1_000_000_000) return `${decimal(time, 1_000_000)}ms`;
  const minutesNs = time - (time % 60_000_000_000);
  const hours = Math.floor(minutesNs / 3_600_000_000_000);
  const minutes = (minutesNs - hours * 3_600_000_000_000) / 60_000_000_000;
  const rest = time - minutesNs;
  return [
    hours > 0 ? `${hours}h` : "",
    minutes > 0 ? `${minutes}m` : "",
    rest > 0 ? `${decimal(rest, 1_000_000_000)}s` : "",
  ].join("");
}

/** `value / unit` in decimal notation without rounding; `unit` is a power of ten. */
function decimal(value: number, unit: number): string {
  const whole = Math.floor(value / unit);
  const digits = String(unit).length - 1;
  const fraction = String(value - whole * unit)
    .padStart(digits, "0")
    .replace(/0+$/, "");
  return fraction === "" ? String(whole) : `${whole}.${fraction}`;
}

function notADuration(text: string): SimulationError {
  return new SimulationError(
    "not-a-duration",
    { text },
    `"${text}" is not a duration.`,
    'Write it as Kubernetes does, for example "60s", "1m30s", "30ms" or "1.5h".',
  );
}
