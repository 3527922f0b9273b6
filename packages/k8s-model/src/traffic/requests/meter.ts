import { crossesAt } from "../../topology/index.ts";
import { PodState } from "../network.ts";
import type { EdgeLedger } from "./ledger.ts";
import { NONE, OUTSIDE, type TrafficState } from "./traffic-state.ts";

/** Writes into the ledger what happens to calls that began inside the measured window. */
export class Meter {
  readonly #state: TrafficState;

  constructor(state: TrafficState) {
    this.#state = state;
  }

  /** The edge's account of a row, or nothing where the row is not measured. */
  edgeOf(row: number): EdgeLedger | undefined {
    const { calls, ledger } = this.#state;
    return calls.measured[row] === 0 ? undefined : ledger.edges[calls.edge[row] as number];
  }

  requestSent(row: number): void {
    const edge = this.edgeOf(row);
    if (edge === undefined) return;
    const { calls, pools } = this.#state;
    const connection = calls.connection[row] as number;
    const distance = pools.table.distance[connection] as number;
    edge.requestsByDistance[distance] = (edge.requestsByDistance[distance] as number) + 1;
    if (pools.table.counted[connection] === 0) {
      pools.table.counted[connection] = 1;
      edge.connectionsByDistance[distance] = (edge.connectionsByDistance[distance] as number) + 1;
    }
    this.#bytes(row, edge, this.#state.edge(calls.edge[row] as number).requestBytes, true);
  }

  answerSent(row: number): void {
    const edge = this.edgeOf(row);
    if (edge === undefined) return;
    const { responseBytes } = this.#state.edge(this.#state.calls.edge[row] as number);
    this.#bytes(row, edge, responseBytes, false);
  }

  /** A call has ended for its caller; `failure` is {@link NONE} where it succeeded. */
  ended(row: number, failure: number): void {
    const edge = this.edgeOf(row);
    if (edge === undefined) return;
    const { calls, sim } = this.#state;
    const latencyNs = sim.now - (calls.startedAt[row] as number);
    edge.calls += 1;
    if (failure === NONE) edge.latency.record(latencyNs);
    else edge.failures[failure] = (edge.failures[failure] as number) + 1;
    if (calls.parent[row] === NONE && !this.#callerIsGone(row)) {
      this.#endToEnd(row, latencyNs, failure);
    }
  }

  /** Nobody is left to feel an answer when the client's own pod has stopped. */
  #callerIsGone(row: number): boolean {
    const pod = this.#state.calls.caller[row] as number;
    return pod !== OUTSIDE && this.#state.network.podState(pod) !== PodState.serving;
  }

  #endToEnd(row: number, latencyNs: number, failure: number): void {
    const { calls, ledger, options } = this.#state;
    const source = calls.source[row] as number;
    ledger.sourceRequests[source] = (ledger.sourceRequests[source] as number) + 1;
    if (failure === NONE) ledger.latency.record(latencyNs);
    else ledger.sourceFailed[source] = (ledger.sourceFailed[source] as number) + 1;
    if (options.binNs === undefined) return;
    const sinceNs = (calls.startedAt[row] as number) - options.measureFromNs;
    const bin = ledger.bin(Math.floor(sinceNs / options.binNs));
    bin.requests += 1;
    if (failure === NONE) bin.latency.record(latencyNs);
    else bin.failed += 1;
  }

  #bytes(row: number, edge: EdgeLedger, bytes: number, toServer: boolean): void {
    const { calls, ledger, network, options, pools, sim } = this.#state;
    const connection = calls.connection[row] as number;
    const distance = pools.table.distance[connection] as number;
    edge.bytesByDistance[distance] = (edge.bytesByDistance[distance] as number) + bytes;
    const here = network.place(pools.table.callerNode[connection] as number).zone;
    const there = network.place(network.nodeOf(pools.table.backend[connection] as number)).zone;
    const zones = network.zones.length;
    const pair = toServer ? here * zones + there : there * zones + here;
    ledger.bytesByZonePair[pair] = (ledger.bytesByZonePair[pair] as number) + bytes;
    // Beyond the end only stragglers travel: a share of them says nothing.
    if (options.binNs === undefined || sim.now >= options.endNs) return;
    const bin = ledger.bin(Math.floor((sim.now - options.measureFromNs) / options.binNs));
    bin.bytes += bytes;
    if (crossesAt(distance)) bin.crossZoneBytes += bytes;
  }
}
