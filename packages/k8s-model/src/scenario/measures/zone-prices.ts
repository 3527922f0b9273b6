import { type PriceTable, pairPrice, type TransferPrice } from "../../topology/index.ts";
import type { Network } from "../../traffic/index.ts";

/** What is paid for a unit of bytes by [sender's zone × zones + receiver's zone]; undefined: no price. */
export type ZonePrices = readonly (TransferPrice | undefined)[];

/** Prices by pair of zones of a network; undefined where the table has prices by distance only. */
export function zonePrices(prices: PriceTable, network: Network): ZonePrices | undefined {
  if (prices.zonePairs === undefined) return undefined;
  const regions = regionsOf(network);
  const places = network.zones.map((zone, index) => ({ zone, region: regions.get(index) ?? 0 }));
  return places.flatMap((from) => places.map((to) => pairPrice(prices, from, to)));
}

/** Region of each zone that has a pod; zones of users without pods count as of the same one. */
export function regionsOf(network: Network): ReadonlyMap<number, number> {
  const regions = new Map<number, number>(network.zones.map((_, zone) => [zone, 0]));
  for (let pod = 0; pod < network.podCount(); pod++) {
    const node = network.nodeOf(pod);
    if (node < 0) continue;
    const { zone, region } = network.place(node);
    regions.set(zone, region);
  }
  return regions;
}

/** US dollars for bytes by pair of zones; pairs without a price add nothing. */
export function pairCostUsd(
  bytesByZonePair: ArrayLike<number>,
  prices: ZonePrices,
  unitBytes: number,
): number {
  let usd = 0;
  for (let pair = 0; pair < bytesByZonePair.length; pair++) {
    const price = prices[pair];
    if (price === undefined) continue;
    usd += ((bytesByZonePair[pair] as number) / unitBytes) * (price.senderUsd + price.receiverUsd);
  }
  return usd;
}
