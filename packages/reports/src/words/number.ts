/** Numbers as people read them, the same in every locale: `1,234.5`, with a real minus sign. */

/** Power of ten of the first significant digit; 0 for zero. Read from the digits, not computed. */
function magnitude(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return 0;
  const text = Math.abs(value).toExponential(2);
  return Number(text.slice(text.indexOf("e") + 1));
}

/** Decimals that show `digits` significant digits of `value`, at most `most`. */
export function decimalsFor(value: number, digits = 3, most = 6): number {
  return Math.min(most, Math.max(0, digits - 1 - magnitude(value)));
}

export interface NumberOptions {
  readonly decimals?: number;
  /** A plus sign before positive numbers: for differences. */
  readonly signed?: boolean;
}

/** `1,234.50`; three significant digits where no decimals are given; a dash where undefined. */
export function formatNumber(value: number | null, options: NumberOptions = {}): string {
  if (value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const decimals = options.decimals ?? trimmedDecimals(size);
  if (size >= 1e15) return `${sign(value, options)}${size.toExponential(2)}`;
  const [whole = "0", fraction] = size.toFixed(decimals).split(".");
  const digits = fraction === undefined ? grouped(whole) : `${grouped(whole)}.${fraction}`;
  return `${/[1-9]/.test(digits) ? sign(value, options) : ""}${digits}`;
}

function trimmedDecimals(size: number): number {
  const decimals = decimalsFor(size);
  const fraction = size.toFixed(decimals).split(".")[1] ?? "";
  return fraction.replace(/0+$/, "").length;
}

function sign(value: number, options: NumberOptions): string {
  if (value < 0) return "−";
  return options.signed ? "+" : "";
}

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ",");
}
