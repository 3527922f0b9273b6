import { DISTANCES, type Distance } from "./distance.ts";

/** What one end of a transfer pays, in US dollars per unit of data. */
export interface TransferPrice {
  readonly senderUsd: number;
  readonly receiverUsd: number;
}

/**
 * A provider's price of traffic by distance. A distance that is missing has no sourced price: bytes
 * that travel it are reported as unpriced, never as free.
 */
export interface PriceTable {
  readonly provider: Provider | "none";
  readonly label: string;
  /** Bytes in one billed unit: 1e9 for GB, 2^30 for GiB. */
  readonly unitBytes: number;
  readonly unitName: "GB" | "GiB";
  readonly byDistance: Readonly<Partial<Record<Distance, TransferPrice>>>;
  readonly source: string;
  readonly date: string;
}

export type Provider = "aws" | "gcp" | "azure";

const FREE: TransferPrice = { senderUsd: 0, receiverUsd: 0 };

/** List prices for traffic inside a cluster; sources and dates as given with each. */
export const PRICE_TABLES: Readonly<Record<Provider, PriceTable>> = {
  aws: {
    provider: "aws",
    label: "AWS",
    unitBytes: 1e9,
    unitName: "GB",
    byDistance: {
      "same-node": FREE,
      "same-zone": FREE,
      "other-zone": { senderUsd: 0.01, receiverUsd: 0.01 },
      "other-region": { senderUsd: 0.02, receiverUsd: 0 },
    },
    source:
      "aws-samples EKS cost reference and a measured bill (lastweekinaws): 0.01 USD out and " +
      "0.01 USD in per GB between zones; 0.02 USD per GB between regions (typical, sender)",
    date: "2026",
  },
  gcp: {
    provider: "gcp",
    label: "Google Cloud",
    unitBytes: 1_073_741_824,
    unitName: "GiB",
    byDistance: {
      "same-node": FREE,
      "same-zone": FREE,
      "other-zone": { senderUsd: 0.01, receiverUsd: 0 },
    },
    source: "cloud.google.com/vpc/pricing: the sender pays, ingress is free; 0.01 USD per GiB",
    date: "2026",
  },
  azure: {
    provider: "azure",
    label: "Azure",
    unitBytes: 1e9,
    unitName: "GB",
    byDistance: { "same-node": FREE, "same-zone": FREE, "other-zone": FREE },
    source: "charge between zones announced 2021 and withdrawn 2024-05-21 (vjirovsky.cz)",
    date: "2024-05-21",
  },
};

/** US dollars that one end pays for `bytes`; `undefined` where there is no price. */
export function transferShareUsd(
  table: PriceTable,
  distance: Distance,
  bytes: number,
  end: "sender" | "receiver",
): number | undefined {
  const price = table.byDistance[distance];
  if (price === undefined) return undefined;
  return (bytes / table.unitBytes) * (end === "sender" ? price.senderUsd : price.receiverUsd);
}

/** Why a price table cannot be used. */
export class PriceTableError extends Error {
  override readonly name = "PriceTableError";
  readonly code = "price-table";

  constructor(message: string, remedy: string) {
    super(`${message}\n  Fix: ${remedy}.   [price-table]`);
  }
}

/**
 * Holds a table of one's own to what money can be counted by; a distance without a price is a gap
 * only where the bill is to be complete.
 *
 * @param needed distances that must have a price
 * @throws {PriceTableError} naming the distance
 */
export function checkPriceTable(table: PriceTable, needed: readonly Distance[] = []): void {
  const { label, unitBytes, byDistance } = table;
  if (!(unitBytes > 0 && unitBytes < Number.POSITIVE_INFINITY)) {
    const given = `Price table "${label}": a unit of ${unitBytes} bytes cannot be billed.`;
    throw new PriceTableError(given, "give unitBytes as 1e9 for GB or 1073741824 for GiB");
  }
  for (const distance of DISTANCES) {
    const price = byDistance[distance];
    if (price === undefined) {
      if (!needed.includes(distance)) continue;
      const gap = `Price table "${label}" has no price for ${distance}.`;
      throw new PriceTableError(gap, "give senderUsd and receiverUsd for it, 0 where it is free");
    }
    for (const [end, usd] of Object.entries(price)) {
      if (usd >= 0 && usd < Number.POSITIVE_INFINITY) continue;
      const given = `Price table "${label}", ${distance}: ${end} is ${usd}.`;
      throw new PriceTableError(given, "give US dollars per unit, 0 or more");
    }
  }
}

/** US dollars that both ends together pay for `bytes`; `undefined` where there is no price. */
export function transferCostUsd(
  table: PriceTable,
  distance: Distance,
  bytes: number,
): number | undefined {
  const price = table.byDistance[distance];
  if (price === undefined) return undefined;
  return (bytes / table.unitBytes) * (price.senderUsd + price.receiverUsd);
}
