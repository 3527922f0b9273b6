import { Histogram } from "@k8s-netsim/sim-core";
import { DISTANCES } from "../../topology/index.ts";
import { widened } from "./call-table.ts";

/**
 * Why a call failed, as its caller sees it; `dns`: its Service's name was not resolved in time, or has no
 * address; `conntrack-full`: it timed out while a node on the way had no room for a connection.
 */
export const FAILURES = [
  "refused",
  "reset",
  "timed-out",
  "overloaded",
  "upstream",
  "dns",
  "conntrack-full",
] as const;

export type Failure = (typeof FAILURES)[number];

/** Position of each failure in {@link FAILURES}. */
export const FAILURE_CODE: Readonly<Record<Failure, number>> = Object.fromEntries(
  FAILURES.map((name, code) => [name, code]),
) as Record<Failure, number>;

/** Of the attempts that nobody answers; by itself, as it is written for each of them. */
export const TIMED_OUT: number = FAILURE_CODE["timed-out"];

/** Relative error of every latency quantile. */
export const LATENCY_RELATIVE_ERROR = 0.01;

const DISTANCE_COUNT = DISTANCES.length;

/** Counts of what happened on one edge to calls begun inside the measured window. */
export class EdgeLedger {
  /** Calls that ended, retries counted once. */
  calls = 0;
  readonly failures: Float64Array = new Float64Array(FAILURES.length);
  retries = 0;
  /** Attempts that failed and were tried again, by what had failed. */
  readonly retriedFailures: Float64Array = new Float64Array(FAILURES.length);
  /** Retries that a budget did not allow. */
  retriesWithheld = 0;
  /** Second copies of requests that took long. */
  hedges = 0;
  /** From the start of the first attempt to the answer; calls that succeeded, ns. */
  readonly latency: Histogram = new Histogram({ relativeError: LATENCY_RELATIVE_ERROR });
  readonly requestsByDistance: Float64Array = new Float64Array(DISTANCE_COUNT);
  readonly bytesByDistance: Float64Array = new Float64Array(DISTANCE_COUNT);
  /** Bytes between load balancers and the nodes they send to, by distance. */
  readonly hopBytesByDistance: Float64Array = new Float64Array(DISTANCE_COUNT);
  /** Connections that carried a request, whenever they were opened. */
  readonly connectionsByDistance: Float64Array = new Float64Array(DISTANCE_COUNT);
  /** Requests that reached each pod, by pod index. */
  requestsByPod: Float64Array = new Float64Array(16);
  /** Bytes by [sender's zone × zones + receiver's zone]. */
  readonly bytesByZonePair: Float64Array;

  constructor(zones = 0) {
    this.bytesByZonePair = new Float64Array(zones * zones);
  }

  /** Counts bytes that go a way, and gives the distance at its end. */
  countDistance(way: number, bytes: number): number {
    const distance = way % DISTANCE_COUNT;
    this.bytesByDistance[distance] = (this.bytesByDistance[distance] as number) + bytes;
    if (way >= DISTANCE_COUNT) {
      const hop = (way - distance) / DISTANCE_COUNT - 1;
      this.hopBytesByDistance[hop] = (this.hopBytesByDistance[hop] as number) + bytes;
    }
    return distance;
  }

  countBytes(zonePair: number, bytes: number): void {
    this.bytesByZonePair[zonePair] = (this.bytesByZonePair[zonePair] as number) + bytes;
  }

  reached(pod: number): void {
    if (pod >= this.requestsByPod.length) {
      this.requestsByPod = widened(this.requestsByPod, new Float64Array(2 * (pod + 1)));
    }
    this.requestsByPod[pod] = (this.requestsByPod[pod] as number) + 1;
  }
}

/** What clients saw in one bin of simulated time: requests from their sources, end to end. */
export class TimeBin {
  requests = 0;
  failed = 0;
  readonly latency: Histogram = new Histogram({ relativeError: 0.05 });
  bytes = 0;
  crossZoneBytes = 0;
  /** Requests that succeeded, by index of the pod that answered. */
  readonly answeredByPod: Map<number, number> = new Map();

  answered(pod: number): void {
    this.answeredByPod.set(pod, (this.answeredByPod.get(pod) ?? 0) + 1);
  }
}

/** Everything a run of traffic counts. */
export class TrafficLedger {
  readonly edges: readonly EdgeLedger[];
  /** Requests by source: ended, failed. */
  readonly sourceRequests: Float64Array;
  readonly sourceFailed: Float64Array;
  /** End to end, over all sources; requests that succeeded. */
  readonly latency: Histogram = new Histogram({ relativeError: LATENCY_RELATIVE_ERROR });
  readonly bins: TimeBin[] = [];

  constructor(edges: number, sources: number, zones: number) {
    this.edges = Array.from({ length: edges }, () => new EdgeLedger(zones));
    this.sourceRequests = new Float64Array(sources);
    this.sourceFailed = new Float64Array(sources);
  }

  /** Bytes of all edges by [sender's zone × zones + receiver's zone]. */
  get bytesByZonePair(): Float64Array {
    const sum = new Float64Array(this.edges[0]?.bytesByZonePair.length ?? 0);
    for (const { bytesByZonePair } of this.edges) {
      bytesByZonePair.forEach((bytes, pair) => {
        sum[pair] = (sum[pair] as number) + bytes;
      });
    }
    return sum;
  }

  bin(index: number): TimeBin {
    while (this.bins.length <= index) this.bins.push(new TimeBin());
    return this.bins[index] as TimeBin;
  }
}
