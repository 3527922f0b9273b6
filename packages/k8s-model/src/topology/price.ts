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
  /** Prices from one zone to another by `FROM>TO`; they go before those by distance. */
  readonly zonePairs?: ReadonlyMap<string, TransferPrice>;
  /** What leaves the cluster and what comes in; what is absent has no sourced price. */
  readonly northSouth?: NorthSouthPrices;
  readonly source: string;
  /** Since when, as `2026`, `2026-10` or `2026-10-01`. */
  readonly date: string;
}

/** Prices of a service that data passes: US dollars per unit of data, and for each hour that it runs. */
export interface ServicePrice {
  readonly perUnitUsd?: number;
  readonly perHourUsd?: number;
}

/** Prices of traffic between the cluster and the outside. */
export interface NorthSouthPrices {
  /** Data that a load balancer passes on, both ways; hours of each balancer. */
  readonly loadBalancer?: ServicePrice;
  /** Data that a NAT gateway passes on, both ways; hours of each gateway. */
  readonly natGateway?: ServicePrice;
  /** Data sent to the Internet. */
  readonly internetEgress?: ServicePrice;
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
    northSouth: { natGateway: { perUnitUsd: 0.045, perHourUsd: 0.045 } },
    source:
      "aws-samples EKS cost reference and a measured bill " +
      "(https://www.lastweekinaws.com/blog/aws-cross-az-data-transfer-costs-more-than-aws-says/): " +
      "0.01 USD out and 0.01 USD in per GB between zones; 0.02 USD per GB between regions (typical, sender)",
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
    source:
      "https://cloud.google.com/vpc/pricing: the sender pays, ingress is free; 0.01 USD per GiB",
    date: "2026",
  },
  azure: {
    provider: "azure",
    label: "Azure",
    unitBytes: 1e9,
    unitName: "GB",
    byDistance: { "same-node": FREE, "same-zone": FREE, "other-zone": FREE },
    source:
      "charge between zones announced 2021 and withdrawn 2024-05-21 " +
      "(https://blog.vjirovsky.cz/azure-may-2024-cost-storage/)",
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

/**
 * The list prices of a provider that were in force on a date: the newest table that is not younger.
 * Only prices whose source was read are known, so that most dates in the past have none.
 */
export function priceTableOf(provider: Provider, date?: string): PriceTable | undefined {
  const table = PRICE_TABLES[provider];
  return date === undefined || table.date.slice(0, date.length) <= date ? table : undefined;
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
    checkAmounts(label, distance, price);
  }
  for (const [pair, price] of table.zonePairs ?? []) checkAmounts(label, pair, price);
  for (const [service, price] of Object.entries(table.northSouth ?? {})) {
    checkAmounts(label, service, price);
  }
}

function checkAmounts(label: string, what: string, price: object): void {
  for (const [field, usd] of Object.entries(price) as [string, number][]) {
    if (usd >= 0 && usd < Number.POSITIVE_INFINITY) continue;
    const given = `Price table "${label}", ${what}: ${field} is ${usd}.`;
    throw new PriceTableError(given, "give US dollars, 0 or more");
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
