import type { PriceTable } from "../../topology/index.ts";
import type { TrafficPlan } from "../../traffic/index.ts";
import type { TrafficTotals } from "../measures/traffic-totals.ts";
import type { ConfigurationSummary } from "../what-if/answer.ts";
import type { DrainReport } from "./drain-report.ts";
import type { FailureTrace } from "./failure-trace.ts";
import type { RestingCluster } from "./resting-cluster.ts";

/** What was seen of one run during change. */
export interface Happenings {
  readonly failures: readonly FailureTrace[];
  readonly drains: readonly DrainReport[];
}

/** What a configuration looks like: where nodes and endpoints are, and what did not fit. */
export function configurationSummary(
  resting: RestingCluster,
  plan: TrafficPlan,
  totals: TrafficTotals,
  prices: PriceTable,
  happened: Happenings = { failures: [], drains: [] },
): ConfigurationSummary {
  const network = resting.networkFor(plan);
  const endpointsByZone = new Map<string, ReadonlyMap<string, number>>();
  plan.servicePorts.forEach(({ service }, port) => {
    const byZone = new Map(network.zones.map((zone) => [zone, 0]));
    for (const pod of network.readyEndpoints(port)) {
      const zone = network.zones[network.place(network.nodeOf(pod)).zone] ?? "";
      byZone.set(zone, (byZone.get(zone) ?? 0) + 1);
    }
    endpointsByZone.set(service, byZone);
  });
  return {
    totals,
    transfers: totals.transfers.priced(prices),
    nodesByZone: resting.nodesByZone(),
    endpointsByZone,
    ...happened,
    unschedulable: resting.unschedulable(),
    reconciled: resting.reconciled(),
  };
}
