/** Units that numbers of a run can have; `share` counts from 0 to 1. */
export type NumberUnit =
  | "share"
  | "ns"
  | "ratio"
  | "count"
  | "per-second"
  | "bytes"
  | "bytes-per-second"
  | "seconds"
  | "usd-per-million"
  | "usd-per-month";

interface Scale {
  readonly factor: number;
  readonly suffix: string;
}

const PLAIN: Scale = { factor: 1, suffix: "" };
const SCALES: Readonly<Record<NumberUnit, Scale>> = {
  share: { factor: 100, suffix: " %" },
  ns: { factor: 1e-6, suffix: " ms" },
  ratio: { factor: 1, suffix: "×" },
  count: PLAIN,
  "per-second": { factor: 1, suffix: "/s" },
  bytes: { factor: 1, suffix: " B" },
  "bytes-per-second": { factor: 1, suffix: " B/s" },
  seconds: { factor: 1, suffix: " s" },
  "usd-per-million": { factor: 1, suffix: " USD" },
  "usd-per-month": { factor: 1, suffix: " USD" },
};

/** A number with enough digits to see on which side of a bound it lies. */
export function numberInWords(value: number, unit: NumberUnit = "count"): string {
  return `${digits(value, unit)}${SCALES[unit].suffix}`;
}

/** An interval likewise: `0.12 … 0.31 %`. */
export function intervalInWords(
  { low, high }: { readonly low: number; readonly high: number },
  unit: NumberUnit = "count",
): string {
  return `${digits(low, unit)} … ${numberInWords(high, unit)}`;
}

function digits(value: number, unit: NumberUnit): string {
  return String(Number((value * SCALES[unit].factor).toPrecision(5)));
}
