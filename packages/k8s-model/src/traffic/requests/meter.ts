import { crossesAt } from "../../topology/index.ts";
import { PodState } from "../network.ts";
import type { EdgeLedger } from "./ledger.ts";
import { NONE, OUTSIDE, type TrafficState } from "./traffic-state.ts";

/** Writes into the ledger what happens to calls that began inside the measured window. */
export class Meter {
  readonly #state: TrafficState;
  readonly #zones: number;
  /** Width of a bin of the time line, ns; 0: there is no time line. */
  readonly #binNs: number;

  constructor(state: TrafficState) {
    this.#state = state;
    this.#zones = state.network.zones.length;
    this.#binNs = state.options.binNs ?? 0;
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
    const { table } = pools;
    const connection = calls.connection[row] as number;
    const { requestBytes } = this.#state.edge(calls.edge[row] as number);
    const distance = edge.countDistance(table.distance[connection] as number, requestBytes);
    edge.requestsByDistance[distance] = (edge.requestsByDistance[distance] as number) + 1;
    if (table.counted[connection] === 0) {
      table.counted[connection] = 1;
      edge.connectionsByDistance[distance] = (edge.connectionsByDistance[distance] as number) + 1;
    }
    const pair =
      (table.callerZone[connection] as number) * this.#zones +
      (table.backendZone[connection] as number);
    edge.countBytes(pair, requestBytes);
    if (this.#binNs > 0) this.#inTimeLine(this.#state.sim.now, distance, requestBytes);
  }

  /** An answer left its server, now or at the time that a planned queue gave it. */
  answerSent(row: number, isPlanned: boolean): void {
    const edge = this.edgeOf(row);
    if (edge === undefined) return;
    const { calls, pools, sim } = this.#state;
    const { table } = pools;
    const connection = calls.connection[row] as number;
    const { responseBytes } = this.#state.edge(calls.edge[row] as number);
    const distance = edge.countDistance(table.distance[connection] as number, responseBytes);
    const pair =
      (table.backendZone[connection] as number) * this.#zones +
      (table.callerZone[connection] as number);
    edge.countBytes(pair, responseBytes);
    if (this.#binNs === 0) return;
    this.#inTimeLine(
      isPlanned ? (calls.departAt[row] as number) : sim.now,
      distance,
      responseBytes,
    );
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
    if (pod === OUTSIDE) return false;
    const state = this.#state.network.podState(pod);
    return state === PodState.closed || state === PodState.silent;
  }

  #endToEnd(row: number, latencyNs: number, failure: number): void {
    const { calls, ledger, options } = this.#state;
    const source = calls.source[row] as number;
    ledger.sourceRequests[source] = (ledger.sourceRequests[source] as number) + 1;
    if (failure === NONE) ledger.latency.record(latencyNs);
    else ledger.sourceFailed[source] = (ledger.sourceFailed[source] as number) + 1;
    if (this.#binNs === 0) return;
    const sinceNs = (calls.startedAt[row] as number) - options.measureFromNs;
    const bin = ledger.bin(Math.floor(sinceNs / this.#binNs));
    bin.requests += 1;
    if (failure === NONE) {
      bin.latency.record(latencyNs);
      bin.answered(this.#state.backendOf(row));
    } else bin.failed += 1;
  }

  #inTimeLine(atNs: number, distance: number, bytes: number): void {
    const { ledger, options } = this.#state;
    // Beyond the end only stragglers travel: a share of them says nothing.
    if (atNs >= options.endNs) return;
    const bin = ledger.bin(Math.floor((atNs - options.measureFromNs) / this.#binNs));
    bin.bytes += bytes;
    if (crossesAt(distance)) bin.crossZoneBytes += bytes;
  }
}
