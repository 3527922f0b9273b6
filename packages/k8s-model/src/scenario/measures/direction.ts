import { Histogram } from "@k8s-netsim/sim-core";
import { crossesAt } from "../../topology/index.ts";
import {
  type EdgeLedger,
  FAILURES,
  type Failure,
  LATENCY_RELATIVE_ERROR,
  type Network,
  type TrafficLedger,
  type TrafficPlan,
} from "../../traffic/index.ts";

/** North-south: calls that begin outside of the cluster. East-west: calls from pods. */
export type Direction = "north-south" | "east-west";

/** What one run says of calls in one direction. */
export interface DirectionView {
  readonly calls: number;
  readonly latency: Histogram;
  failedShare(): number | undefined;
  failedBy(cause: Failure): number;
  /** Share of connections whose endpoint is not on the node at which they came in or began. */
  secondHopShare(): number | undefined;
  /** Share of calls whose server sees the address of its client. */
  clientAddressShare(): number | undefined;
  /** Share of bytes between that node and the endpoint that cross zones. */
  crossZoneShare(): number | undefined;
  /** Share of bytes between a load balancer and the node it sends to that cross zones. */
  hopCrossZoneShare(): number | undefined;
}

/** A run of traffic over a network. */
interface TrafficRun {
  readonly ledger: TrafficLedger;
  readonly plan: TrafficPlan;
  readonly network: Network;
}

/** The edges of one direction. */
export function edgesOf(
  ledger: TrafficLedger,
  plan: TrafficPlan,
  direction: Direction,
): readonly EdgeLedger[] {
  return ledger.edges.filter(
    (_, index) => (plan.edges[index]?.from ?? -1) < 0 === (direction === "north-south"),
  );
}

export function directionView(
  { ledger, plan, network }: TrafficRun,
  direction: Direction,
): DirectionView {
  const edges = edgesOf(ledger, plan, direction);
  const calls = edges.reduce((so, edge) => so + edge.calls, 0);
  const failed = (cause: number): number =>
    edges.reduce((so, edge) => so + (edge.failures[cause] as number), 0);
  return {
    calls,
    latency: mergedLatency(edges),
    failedShare: () =>
      calls === 0 ? undefined : FAILURES.reduce((so, _, cause) => so + failed(cause), 0) / calls,
    failedBy: (cause) => failed(FAILURES.indexOf(cause)),
    secondHopShare: () => shareAt(edges, "connectionsByDistance", (distance) => distance > 0),
    clientAddressShare: () => {
      // Nobody inside the cluster is masqueraded on the way to a pod, hairpin aside.
      if (direction === "east-west") return calls === 0 ? undefined : 1;
      const kept = plan.edges.reduce((so, { from, servicePort }, index) => {
        const keeps = from < 0 && network.keepsClientAddress?.(servicePort) === true;
        return so + (keeps ? (ledger.edges[index] as EdgeLedger).calls : 0);
      }, 0);
      return calls === 0 ? undefined : kept / calls;
    },
    crossZoneShare: () => shareAt(edges, "bytesByDistance", crossesAt),
    hopCrossZoneShare: () => shareAt(edges, "hopBytesByDistance", crossesAt),
  };
}

function mergedLatency(edges: readonly EdgeLedger[]): Histogram {
  const merged = new Histogram({ relativeError: LATENCY_RELATIVE_ERROR });
  for (const edge of edges) merged.merge(edge.latency);
  return merged;
}

function shareAt(
  edges: readonly EdgeLedger[],
  amounts: "connectionsByDistance" | "bytesByDistance" | "hopBytesByDistance",
  counts: (distance: number) => boolean,
): number | undefined {
  let part = 0;
  let whole = 0;
  for (const edge of edges) {
    edge[amounts].forEach((amount, distance) => {
      whole += amount;
      if (counts(distance)) part += amount;
    });
  }
  return whole === 0 ? undefined : part / whole;
}
