import type { PriceTable, TransferPrice } from "./price.ts";

/** A zone by name, in the region that it belongs to. */
export interface PricedZone {
  readonly zone: string;
  readonly region: number | string;
}

/** Key of a way from one zone to another in a price table. */
export function pairKey(from: string, to: string): string {
  return `${from}>${to}`;
}

/**
 * What each end pays for bytes from one zone to another: the price of this pair of zones, else of the
 * distance. Undefined: there is no price.
 */
export function pairPrice(
  { byDistance, zonePairs }: PriceTable,
  from: PricedZone,
  to: PricedZone,
): TransferPrice | undefined {
  const sameRegion = from.region === to.region;
  if (sameRegion && from.zone === to.zone) return byDistance["same-zone"];
  const ofZones = zonePairs?.get(pairKey(from.zone, to.zone));
  return ofZones ?? byDistance[sameRegion ? "other-zone" : "other-region"];
}

/** The same table with every price of a transfer multiplied. */
export function scaledPrices(prices: PriceTable, factor: number): PriceTable {
  const scaled = ({ senderUsd, receiverUsd }: TransferPrice): TransferPrice => ({
    senderUsd: senderUsd * factor,
    receiverUsd: receiverUsd * factor,
  });
  const byDistance = Object.fromEntries(
    Object.entries(prices.byDistance).map(([distance, price]) => [distance, scaled(price)]),
  );
  if (prices.zonePairs === undefined) return { ...prices, byDistance };
  const pairs = [...prices.zonePairs].map(([pair, price]) => [pair, scaled(price)] as const);
  return { ...prices, byDistance, zonePairs: new Map(pairs) };
}
