import type { Estimate, Measure } from "../result.ts";
import { decimalsFor, formatNumber } from "./number.ts";

export type Unit = Measure["unit"];

interface Scale {
  readonly factor: number;
  readonly prefix?: string;
  readonly suffix: string;
  readonly least?: number;
}

const nanosecondSteps: readonly [number, string][] = [
  [1e9, " s"],
  [1e6, " ms"],
  [1e3, " µs"],
  [1, " ns"],
];
/** A unit begins where a few of it are reached: 119 min is easier to read than 1.98 h. */
const secondSteps: readonly [number, string, number?][] = [
  [3 * 86_400, " d", 86_400],
  [7200, " h", 3600],
  [600, " min", 60],
  [1, " s"],
  [1e-3, " ms"],
];
const byteSteps: readonly [number, string][] = [
  [1e12, " TB"],
  [1e9, " GB"],
  [1e6, " MB"],
  [1e3, " kB"],
  [1, " B"],
];

const byteRateSteps: readonly [number, string][] = byteSteps.map(([size, suffix]) => [
  size,
  `${suffix}/s`,
]);

/** Each step: from which size, its suffix, and what one of it is where that is another number. */
function stepped(size: number, steps: readonly [number, string, number?][]): Scale {
  const [least, suffix, one = least] = steps.find(([step]) => size >= step) ??
    steps.at(-1) ?? [1, ""];
  return { factor: one, suffix };
}

/** The unit that reads best at this size. `change`: a difference, so shares become points. */
function scaleOf(unit: Unit, size: number, change: boolean): Scale {
  switch (unit) {
    case "share":
      return { factor: 0.01, suffix: change ? " pp" : "%", least: 1 };
    case "ns":
      return size === 0 ? { factor: 1e6, suffix: " ms" } : stepped(size, nanosecondSteps);
    case "seconds":
      return size === 0 ? { factor: 1, suffix: " s" } : stepped(size, secondSteps);
    case "bytes":
      return stepped(size, byteSteps);
    case "bytes-per-second":
      return stepped(size, byteRateSteps);
    case "per-second":
      return { factor: 1, suffix: "/s" };
    case "usd-per-million":
    case "usd-per-month":
      return { factor: 1, prefix: "$", suffix: "", least: 2 };
    case "ratio":
      return { factor: 1, suffix: "×", least: 2 };
    case "count":
      return { factor: 1, suffix: "" };
  }
}

/** What one unit of the measure is called where the numbers themselves do not say it. */
export function unitNote(unit: Unit): string {
  if (unit === "usd-per-million") return "per million entry requests";
  if (unit === "usd-per-month") return "per month";
  return "";
}

export interface QuantityOptions {
  /** The number is a difference: it carries a sign, and shares are percentage points. */
  readonly change?: boolean;
  /** A round number, as on an axis: `5 ms` rather than `5.00 ms`. */
  readonly round?: boolean;
}

/** A number in its unit: `66.7%`, `−1.24 ms`, `$0.30`. A dash where it is not defined. */
export function formatQuantity(
  value: number | null,
  unit: Unit,
  options: QuantityOptions = {},
): string {
  return writeAt(value, frameOf([value], unit, options));
}

/** Numbers side by side: one unit for all of them, each with its own significant digits. */
export function formatAlike(
  values: readonly (number | null)[],
  unit: Unit,
  options: QuantityOptions = {},
): readonly string[] {
  const { scale } = frameOf(values, unit, options);
  return values.map((value) =>
    writeAt(value, { ...frameOf([value], unit, options, scale), scale }),
  );
}

export interface EstimateWords {
  readonly value: string;
  /** `−67.2 … −66.1`, in the unit of `value`; empty where there is no interval. */
  readonly interval: string;
  /** Both in one: `66.7% (66.1 … 67.2)`. */
  readonly both: string;
}

/** An estimate and its interval, all three numbers in one unit and with the same decimals. */
export function formatEstimate(
  estimate: Estimate,
  unit: Unit,
  options: QuantityOptions = {},
): EstimateWords {
  const { value, low, high } = estimate;
  const frame = frameOf([value, low, high], unit, options);
  const text = writeAt(value, frame);
  const isExact = estimate.n === 1 && low === high;
  if (isExact || low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) {
    return { value: text, interval: "", both: text };
  }
  const interval = formatRange(low, high, unit, options, frame);
  return { value: text, interval, both: `${text} (${interval})` };
}

/** Two ends of a range in one unit, written once: `−2.10 … −0.40 ms`. */
export function formatRange(
  low: number,
  high: number,
  unit: Unit,
  options: QuantityOptions = {},
  frame: Frame = frameOf([low, high], unit, options),
): string {
  const first = writeAt(low, { ...frame, scale: { ...frame.scale, suffix: "" } });
  return `${first} … ${writeAt(high, frame)}`;
}

interface Frame {
  readonly scale: Scale;
  /** Absent: as many as the number has, three significant digits at most. */
  readonly decimals: number | undefined;
  readonly signed: boolean;
}

function frameOf(
  values: readonly (number | null)[],
  unit: Unit,
  { change = false, round = false }: QuantityOptions,
  given?: Scale,
): Frame {
  const sizes = values.flatMap((v) => (v === null || !Number.isFinite(v) ? [] : [Math.abs(v)]));
  const largest = Math.max(0, ...sizes);
  const scale = given ?? scaleOf(unit, largest, change);
  const shown = largest / scale.factor;
  if (round) return { scale, decimals: roundDecimals(shown, scale), signed: change };
  const whole = unit === "count" && sizes.every((size) => Number.isInteger(size));
  const fewest = Math.max(minimum(scale, shown), decimalsFor(shown, shown < 1 ? 2 : 3));
  return {
    scale,
    decimals: whole || shown === 0 || shown >= 1000 ? 0 : spreadDecimals(values, scale, fewest),
    signed: change,
  };
}

/** None that are zero, but `$0.10` rather than `$0.1`. */
function roundDecimals(shown: number, scale: Scale): number | undefined {
  const hasOneDecimal = !Number.isInteger(shown) && Number(shown.toFixed(1)) === shown;
  return scale.prefix === "$" && hasOneDecimal ? 2 : undefined;
}

/** One more decimal where the ends of an interval would otherwise look the same. */
function spreadDecimals(values: readonly (number | null)[], scale: Scale, fewest: number): number {
  const numbers = values.filter(
    (value): value is number => value !== null && Number.isFinite(value),
  );
  const spread = (Math.max(...numbers) - Math.min(...numbers)) / scale.factor;
  return spread > 0 ? Math.max(fewest, Math.min(fewest + 1, decimalsFor(spread, 1))) : fewest;
}

// Below one, a fixed number of decimals would hide the digits that matter.
function minimum(scale: Scale, shown: number): number {
  return shown >= 100 ? 0 : (scale.least ?? 0);
}

function writeAt(value: number | null, frame: Frame): string {
  if (value === null || !Number.isFinite(value)) return "–";
  const { scale, decimals, signed } = frame;
  const digits = formatNumber(
    Math.abs(value) / scale.factor,
    decimals === undefined ? {} : { decimals },
  );
  const isZero = !/[1-9]/.test(digits);
  const sign = isZero ? "" : value < 0 ? "−" : signed ? "+" : "";
  return `${sign}${scale.prefix ?? ""}${digits}${scale.suffix}`;
}

/** A relative change, `−12.5%`; the sign is always there. */
export function formatRelative(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "–";
  const percent = value * 100;
  const decimals = Math.abs(percent) >= 100 ? 0 : 1;
  return `${formatNumber(percent, { decimals, signed: true })}%`;
}
