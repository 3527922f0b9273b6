import type { Network, TrafficLedger, TrafficPlan } from "../../traffic/index.ts";

/** What one run counted for one Service, or for all. */
export interface ServiceAmounts {
  calls: number;
  bytes: number;
  crossZoneBytes: number;
  /** Bytes of requests that users outside sent, and of the answers that they got. */
  fromOutsideBytes: number;
  toOutsideBytes: number;
}

/** What one run counted in its measured window. */
export interface RunAmounts {
  /** Requests that began at sources. */
  readonly requests: number;
  readonly byService: ReadonlyMap<string, ServiceAmounts>;
  /** Bytes by [sender's zone × zones + receiver's zone]. */
  readonly bytesByZonePair: Float64Array;
}

const NOTHING: ServiceAmounts = {
  calls: 0,
  bytes: 0,
  crossZoneBytes: 0,
  fromOutsideBytes: 0,
  toOutsideBytes: 0,
};

/** Counts a run's calls and bytes by Service; bytes cross zones where sender and receiver differ. */
export function runAmounts(
  ledger: TrafficLedger,
  plan: TrafficPlan,
  { zones }: Pick<Network, "zones">,
): RunAmounts {
  const byService = new Map<string, ServiceAmounts>();
  for (const [index, edge] of ledger.edges.entries()) {
    const { calls, bytesByZonePair } = edge;
    const planned = plan.edges[index];
    const service = plan.servicePorts[planned?.servicePort ?? -1]?.service ?? "";
    const amounts = byService.get(service) ?? { ...NOTHING };
    byService.set(service, amounts);
    amounts.calls += calls;
    if (planned !== undefined && planned.from < 0) {
      const failed = edge.failures.reduce((so, each) => so + each, 0);
      const sent = edge.requestsByDistance.reduce((so, each) => so + each, 0);
      amounts.fromOutsideBytes += sent * planned.requestBytes;
      amounts.toOutsideBytes += (calls - failed) * planned.responseBytes;
    }
    for (const [pair, bytes] of bytesByZonePair.entries()) {
      amounts.bytes += bytes;
      if (pair % (zones.length + 1) !== 0) amounts.crossZoneBytes += bytes;
    }
  }
  return {
    requests: ledger.sourceRequests.reduce((so, each) => so + each, 0),
    byService,
    bytesByZonePair: ledger.bytesByZonePair,
  };
}
