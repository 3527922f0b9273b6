import { ZONE_LABEL } from "../../api/index.ts";
import type { PriceTable } from "../../topology/index.ts";
import type { Network, TrafficPlan } from "../../traffic/index.ts";
import { NO_ZONE } from "../world/cluster-network.ts";
import type { Finding } from "./finding.ts";

export interface ClusterQuestion {
  readonly plan: TrafficPlan;
  readonly network: Network;
  readonly prices: PriceTable;
}

/** What holds for the whole cluster, and bounds what any change of routing can do. */
export function explainCluster({ plan, network, prices }: ClusterQuestion): readonly Finding[] {
  const [zone, ...others] = network.zones;
  if (others.length === 0 && zone === NO_ZONE) {
    return [
      {
        severity: "warning",
        subject: "the cluster",
        message:
          `has no node with the label ${ZONE_LABEL}: zones are unknown, so nothing counts as crossing, ` +
          "and no hint can be given.",
      },
    ];
  }
  if (others.length === 0) {
    return [
      {
        severity: "info",
        subject: "the cluster",
        message: `has one zone (${zone}): nothing can cross zones, whatever the routing.`,
      },
    ];
  }
  const price = prices.byDistance["other-zone"];
  const isFree =
    prices.zonePairs === undefined &&
    price !== undefined &&
    price.senderUsd + price.receiverUsd === 0;
  return [
    ...(isFree
      ? [
          {
            severity: "info" as const,
            subject: "the cluster",
            message: `${prices.label} charges nothing between zones: there is latency to gain and no money to save.`,
            rule: `${prices.source} (${prices.date})`,
          },
        ]
      : []),
    ...clientsInOneZone(plan, network),
  ];
}

/** Clients whose pods are all in one zone: real users seldom are. */
function clientsInOneZone(plan: TrafficPlan, network: Network): readonly Finding[] {
  const clients = new Set(
    plan.sources.map(({ edge }) => plan.edges[edge]?.from ?? -1).filter((from) => from >= 0),
  );
  return [...clients].flatMap((workload) => {
    const pods = network.clientPods(workload);
    const zones = new Set(pods.map((pod) => network.place(network.nodeOf(pod)).zone));
    const [zone, ...others] = zones;
    if (zone === undefined || others.length > 0) return [];
    const [namespace, , name] = (plan.workloads[workload]?.key ?? "").split("/");
    const which = pods.length === 1 ? "its only pod is" : `all ${pods.length} pods are`;
    return [
      {
        severity: "info" as const,
        subject: `${namespace}/${name}`,
        message:
          `is where requests begin, and ${which} in ${network.zones[zone]}: the load on zones follows ` +
          "from that. If real users come in through every zone, say so with a traffic file.",
      },
    ];
  });
}
