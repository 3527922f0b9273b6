import { Histogram } from "@k8s-netsim/sim-core";
import {
  FAILURES,
  LATENCY_RELATIVE_ERROR,
  type Network,
  TimeBin,
  type TrafficLedger,
  type TrafficPlan,
} from "../../traffic/index.ts";
import { endpointLoads } from "./observe-traffic.ts";
import { type RunAmounts, runAmounts } from "./run-amounts.ts";
import { TransferRows } from "./transfers.ts";

/** What the charts of a configuration show: sums over its replications. */
export class TrafficTotals {
  readonly latency: Histogram = new Histogram({ relativeError: LATENCY_RELATIVE_ERROR });
  readonly bytesByZonePair: Float64Array;
  readonly bins: TimeBin[] = [];
  /** Calls that failed, and attempts that failed and were tried again, by position in FAILURES. */
  readonly failures: Float64Array = new Float64Array(FAILURES.length);
  readonly retriedFailures: Float64Array = new Float64Array(FAILURES.length);
  readonly transfers: TransferRows = new TransferRows();
  /** Calls and bytes, run by run. */
  readonly runs: RunAmounts[] = [];
  /** Requests by Service, then by pod name. */
  readonly #loads = new Map<string, Map<string, EndpointLoad>>();
  readonly #network: Network;
  readonly #plan: TrafficPlan;

  constructor(plan: TrafficPlan, network: Network) {
    this.#plan = plan;
    this.#network = network;
    this.bytesByZonePair = new Float64Array(network.zones.length * network.zones.length);
  }

  /** Adds one run; `network` as it stood at that run's end. */
  add(ledger: TrafficLedger, network: Network = this.#network): void {
    this.latency.merge(ledger.latency);
    for (const edge of ledger.edges) {
      addTo(this.failures, edge.failures);
      addTo(this.retriedFailures, edge.retriedFailures);
    }
    this.transfers.add(ledger, this.#plan, network);
    this.runs.push(runAmounts(ledger, this.#plan, network));
    ledger.bytesByZonePair.forEach((bytes, pair) => {
      this.bytesByZonePair[pair] = (this.bytesByZonePair[pair] as number) + bytes;
    });
    for (const { service, requests } of endpointLoads(ledger, { plan: this.#plan, network })) {
      const loads = this.#loads.get(service) ?? new Map<string, EndpointLoad>();
      this.#loads.set(service, loads);
      for (const row of requests) addLoad(loads, network, row.pod, row.requests);
    }
    for (const [index, bin] of ledger.bins.entries()) this.#addBin(index, bin);
  }

  get zones(): readonly string[] {
    return this.#network.zones;
  }

  loads(): ReadonlyMap<string, readonly EndpointLoad[]> {
    return new Map([...this.#loads].map(([service, loads]) => [service, [...loads.values()]]));
  }

  #addBin(index: number, bin: TimeBin): void {
    while (this.bins.length <= index) this.bins.push(new TimeBin());
    const so = this.bins[index] as TimeBin;
    so.requests += bin.requests;
    so.failed += bin.failed;
    so.bytes += bin.bytes;
    so.crossZoneBytes += bin.crossZoneBytes;
    so.latency.merge(bin.latency);
  }
}

export interface EndpointLoad {
  readonly pod: string;
  readonly zone: string;
  requests: number;
}

function addTo(sums: Float64Array, values: Float64Array): void {
  for (const [index, value] of values.entries()) sums[index] = (sums[index] as number) + value;
}

function addLoad(
  loads: Map<string, EndpointLoad>,
  network: Network,
  pod: number,
  requests: number,
): void {
  const name = network.podName(pod);
  const zone = network.zones[network.place(network.nodeOf(pod)).zone] ?? "";
  const load = loads.get(name) ?? { pod: name, zone, requests: 0 };
  load.requests += requests;
  loads.set(name, load);
}
