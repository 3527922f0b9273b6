import type { Histogram } from "@k8s-netsim/sim-core";
import type { Cluster } from "../../cluster/index.ts";
import type { PriceTable } from "../../topology/index.ts";
import type { Failure, Network, TrafficLedger, TrafficPlan } from "../../traffic/index.ts";
import { FAILURES } from "../../traffic/index.ts";
import { type Direction, type DirectionView, directionView } from "../measures/direction.ts";
import { EVERYTHING, type MeasureId, type Observation } from "../measures/measure.ts";
import { observeTraffic } from "../measures/observe-traffic.ts";
import type { DrainReport } from "../world/drain-report.ts";
import type { FailureTrace } from "../world/failure-trace.ts";
import { type ServiceView, serviceView } from "./service-view.ts";

/** One run as `measure` sees it. Shares are 0 to 1, times nanoseconds. */
export interface RunView {
  /** Requests from their sources, end to end. */
  readonly requests: {
    readonly latency: Histogram;
    readonly count: number;
    failedShare(): number | undefined;
    /** Calls on all edges that failed for one cause. */
    failedBy(cause: Failure): number;
    /** Attempts on all edges that failed for one cause and were tried again. */
    retriedBy(cause: Failure): number;
  };
  readonly bytes: {
    /** Share of all bytes whose ends are (`true`) or are not (`false`) in one zone. */
    share(which: { readonly sameZone: boolean }): number | undefined;
  };
  readonly connections: {
    share(which: { readonly sameZone: boolean }): number | undefined;
  };
  /**
   * Requests from their sources that succeeded, by index of the pod that answered, for each second in
   * which they began; empty where nothing changes during the run.
   */
  readonly answeredByPod: readonly ReadonlyMap<number, number>[];
  /** The first failed attempts of each cause, followed back to view, slice and sync. */
  readonly failures: readonly FailureTrace[];
  /** Drains that were begun, with what held them up. */
  readonly drains: readonly DrainReport[];
  /** A Service (`namespace/name`) at the end of the run: its endpoints, hints, and their load. */
  service(key: string): ServiceView;
  /** Calls that begin outside of the cluster, or those from pods. */
  direction(which: Direction): DirectionView;
  /**
   * Any standard measure, for the whole cluster, for one Service (`namespace/name`), or for one
   * direction (`north-south`, `east-west`).
   */
  value(measure: MeasureId, scope?: string): number | undefined;
}

export interface RunViewOptions {
  readonly ledger: TrafficLedger;
  readonly plan: TrafficPlan;
  readonly network: Network;
  readonly cluster: Cluster;
  readonly failures?: readonly FailureTrace[];
  readonly drains?: readonly DrainReport[];
  readonly prices: PriceTable;
  readonly windowSeconds: number;
}

export function runView(options: RunViewOptions): RunView {
  const { ledger } = options;
  const observation: Observation = observeTraffic(ledger, options);
  const crossing =
    (measure: "crossZoneShare" | "crossZoneConnections") =>
    ({ sameZone }: { readonly sameZone: boolean }): number | undefined => {
      const share = observation.get(measure, EVERYTHING);
      return share === undefined || !sameZone ? share : 1 - share;
    };
  return {
    requests: {
      latency: ledger.latency,
      count: ledger.sourceRequests.reduce((so, value) => so + value, 0),
      failedShare: () => observation.get("failedShare", EVERYTHING),
      failedBy: (cause) =>
        ledger.edges.reduce(
          (so, edge) => so + (edge.failures[FAILURES.indexOf(cause)] as number),
          0,
        ),
      retriedBy: (cause) =>
        ledger.edges.reduce(
          (so, edge) => so + (edge.retriedFailures[FAILURES.indexOf(cause)] as number),
          0,
        ),
    },
    bytes: { share: crossing("crossZoneShare") },
    connections: { share: crossing("crossZoneConnections") },
    answeredByPod: ledger.bins.map((bin) => bin.answeredByPod),
    failures: options.failures ?? [],
    drains: options.drains ?? [],
    service: (key) => serviceView(options, key),
    direction: (which) => directionView(options, which),
    value: (measure, scope = EVERYTHING) => observation.get(measure, scope),
  };
}
