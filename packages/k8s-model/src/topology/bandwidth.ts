/** A bandwidth in bytes per second, or in words: `10Gbit`, `25Gbps`, `1.25GB/s`. */
export type Bandwidth = number | string;

/** A bandwidth that cannot be read. */
export class BandwidthError extends Error {
  readonly code = "bad-bandwidth";
  readonly remedy =
    "write it as 10Gbit, 25Gbps, 500Mbit or 1.25GB/s, or as bytes per second above 0";

  constructor(text: string) {
    super(`"${text}" is no bandwidth.`);
    this.name = "BandwidthError";
    this.message += `\n  Fix: ${this.remedy}.   [${this.code}]`;
  }
}

const FACTORS: Readonly<Record<string, number>> = { "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
const FORM = /^(\d+(?:\.\d+)?)\s*([kMGT]?)(bit\/s|bit|bps|B\/s)$/;

/**
 * Bytes per second of a bandwidth; decimal prefixes.
 *
 * @throws {BandwidthError} for anything that is no number above 0 with a unit
 */
export function bytesPerSecondOf(bandwidth: Bandwidth): number {
  if (typeof bandwidth === "number") {
    if (bandwidth > 0) return bandwidth;
    throw new BandwidthError(`${bandwidth}`);
  }
  const [, amount, prefix = "", unit] = FORM.exec(bandwidth.trim()) ?? [];
  const bytes = Number(amount) * (FACTORS[prefix] ?? Number.NaN) * (unit === "B/s" ? 1 : 1 / 8);
  if (bytes > 0) return bytes;
  throw new BandwidthError(bandwidth);
}
