import type { Distance } from "./distance.ts";

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
