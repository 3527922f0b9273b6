import { type Interval, meanInterval } from "@k8s-netsim/sim-core";
import { type Distance, type PriceTable, pairKey, transferShareUsd } from "../../topology/index.ts";
import type { EdgeLedger, Network, TrafficLedger, TrafficPlan } from "../../traffic/index.ts";
import { regionsOf } from "./zone-prices.ts";

/** Source of requests from outside the cluster. */
export const OUTSIDE_SOURCE = "(outside)";

/** Bytes of one run that a source's calls to one Service sent from zone to zone, and their price. */
export interface Transfer {
  /** Key of the calling workload, or {@link OUTSIDE_SOURCE}. */
  readonly source: string;
  /** `namespace/name` of the Service called. */
  readonly service: string;
  /** Zones of the sender and the receiver of the bytes: requests one way, answers the other. */
  readonly from: string;
  readonly to: string;
  readonly bytes: Interval;
  /** US dollars that each end pays; absent where the way has no sourced price. */
  readonly senderUsd: Interval | undefined;
  readonly receiverUsd: Interval | undefined;
}

interface Row {
  readonly source: string;
  readonly service: string;
  readonly from: string;
  readonly to: string;
  readonly distance: Distance;
  /** By replication. */
  readonly bytes: number[];
}

/** The bill's rows: bytes by (source workload, destination Service, zone pair), run by run. */
export class TransferRows {
  readonly #rows = new Map<string, Row>();
  #runs = 0;

  add(ledger: TrafficLedger, plan: TrafficPlan, network: Network): void {
    const regions = regionsOf(network);
    for (const [index, edge] of ledger.edges.entries()) {
      this.#addEdge(edge, index, plan, network.zones, regions);
    }
    this.#runs += 1;
  }

  /** Most bytes first; with 95 % intervals over the runs. */
  priced(prices: PriceTable): readonly Transfer[] {
    const transfers = [...this.#rows.values()].map((row): Transfer => {
      const { source, service, from, to, distance } = row;
      const bytes = Array.from({ length: this.#runs }, (_, run) => row.bytes[run] ?? 0);
      const usd = (end: "sender" | "receiver"): Interval | undefined => {
        const ofPair = prices.zonePairs?.get(pairKey(from, to));
        const table =
          ofPair === undefined ? prices : { ...prices, byDistance: { [distance]: ofPair } };
        const all = bytes.map((each) => transferShareUsd(table, distance, each, end));
        return all.includes(undefined) ? undefined : meanInterval(all as number[]);
      };
      const paid = { senderUsd: usd("sender"), receiverUsd: usd("receiver") };
      return { source, service, from, to, bytes: meanInterval(bytes), ...paid };
    });
    return transfers.sort((a, b) => b.bytes.mean - a.bytes.mean);
  }

  #addEdge(
    { bytesByZonePair }: EdgeLedger,
    index: number,
    { edges, servicePorts, workloads }: TrafficPlan,
    zones: readonly string[],
    regions: ReadonlyMap<number, number>,
  ): void {
    const edge = edges[index];
    if (edge === undefined) return;
    const source = workloads[edge.from]?.key ?? OUTSIDE_SOURCE;
    const service = servicePorts[edge.servicePort]?.service ?? "";
    bytesByZonePair.forEach((bytes, pair) => {
      if (bytes === 0) return;
      const a = Math.floor(pair / zones.length);
      const b = pair % zones.length;
      const [from = "", to = ""] = [zones[a], zones[b]];
      const key = JSON.stringify([source, service, from, to]);
      const distance = regions.get(a) === regions.get(b) ? withinRegion(a, b) : "other-region";
      const row = this.#rows.get(key) ?? { source, service, from, to, distance, bytes: [] };
      this.#rows.set(key, row);
      row.bytes[this.#runs] = (row.bytes[this.#runs] ?? 0) + bytes;
    });
  }
}

function withinRegion(a: number, b: number): Distance {
  return a === b ? "same-zone" : "other-zone";
}
