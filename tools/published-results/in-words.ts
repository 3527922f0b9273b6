import type { Outcome } from "./judge.ts";
import type { Tolerance, Unit, Value } from "./published-result.ts";

/** A value as a reader would write it. */
export function valueText(value: Value | undefined, unit: Unit): string {
  if (value === undefined) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "number") return numberText(value, unit);
  if (Array.isArray(value)) return value.map((one: Value) => valueText(one, unit)).join(", ");
  const parts = Object.entries(value).map(([name, part]) => `${name} ${valueText(part, unit)}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}

function numberText(value: number, unit: Unit): string {
  switch (unit) {
    case "bytes":
      return bytesText(value);
    case "bytes/s":
    case "bytes/min":
      return `${bytesText(value)}/${unit.slice("bytes/".length)}`;
    case "count":
      return digits(value);
    case "times":
      return `${digits(value)} times`;
    case "per second":
      return `${digits(value)}/s`;
    case "s":
    case "ms":
      return `${digits(value)} ${unit}`;
    case "hours":
      return `${digits(value)} h`;
    case "":
      return digits(value, 6);
  }
}

const SCALES = [
  [1e12, "TB"],
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
] as const;

function bytesText(bytes: number): string {
  for (const [scale, name] of SCALES) if (bytes >= scale) return `${digits(bytes / scale)} ${name}`;
  return `${digits(bytes)} B`;
}

/** Whole numbers in full, others to some significant digits; thousands apart. */
function digits(value: number, significant = 4): string {
  const text = Number.isInteger(value)
    ? String(value)
    : String(Number(value.toPrecision(significant)));
  const [whole = "", fraction] = text.split(".");
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? apart : `${apart}.${fraction}`;
}

/** How far ours is from the published value, where that can be told. */
export function differenceText({ ours, result, difference }: Outcome): string {
  if (ours === undefined) return "–";
  if (difference === undefined) return "differs";
  if (typeof result.published === "boolean") return difference === 0 ? "0" : "differs";
  if (difference >= 1) return `${digits(Number((difference + 1).toPrecision(2)))} times`;
  const percent = 100 * difference;
  if (Math.abs(percent) < 0.005) return "0";
  const text = Math.abs(percent) < 1 ? percent.toFixed(2) : percent.toFixed(0);
  return `${percent > 0 ? "+" : ""}${text.replace("-", "−")} %`;
}

export function toleranceText(tolerance: Tolerance | undefined): string {
  switch (tolerance?.kind) {
    case undefined:
    case "exact":
      return "exact";
    case "absolute":
      return tolerance.by < 1e-9 ? "exact but for rounding" : `± ${tolerance.by}`;
    case "relative":
      return `± ${digits(100 * tolerance.by)} %`;
    case "factor":
      return `factor ${tolerance.by}`;
    case "at-least":
      return "at least";
    case "at-most":
      return "at most";
  }
}
