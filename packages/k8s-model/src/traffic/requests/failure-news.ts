import type { TrafficState } from "./traffic-state.ts";
import { NONE, OUTSIDE } from "./traffic-state.ts";

/** Tells the network of attempts that the data plane fails, where it wants to know. */
export class FailureNews {
  readonly #state: TrafficState;

  constructor(state: TrafficState) {
    this.#state = state;
  }

  /** A new connection came to nothing. `pod`: NONE where no endpoint was chosen. */
  onConnect(row: number, failure: "refused" | "timed-out", node: number, pod: number): void {
    const { network } = this.#state;
    if (!this.#isHeard(row)) return;
    network.attemptFailed?.({ failure, servicePort: this.#servicePort(row), node, pod });
  }

  /** A request over a connection that stood came to nothing. */
  onConnection(row: number, failure: "reset" | "timed-out"): void {
    const { calls, network, pools } = this.#state;
    if (!this.#isHeard(row)) return;
    const connection = calls.connection[row] as number;
    network.attemptFailed?.({
      failure,
      servicePort: this.#servicePort(row),
      node: senderNode(this.#state, row),
      pod: this.#state.backendOf(row),
      establishedAtNs: pools.table.establishedAt[connection] as number,
    });
  }

  #isHeard(row: number): boolean {
    const { calls, network } = this.#state;
    return network.attemptFailed !== undefined && calls.measured[row] !== 0;
  }

  #servicePort(row: number): number {
    return this.#state.edge(this.#state.calls.edge[row] as number).servicePort;
  }
}

/**
 * Requests that are at a pod now, being served or in its queue, with callers that wait for them. Those
 * on their way there or back are not: what becomes of them is seen where they arrive.
 */
export function requestsAt(state: TrafficState, pod: number): readonly number[] {
  const { calls, servers, sim } = state;
  const epoch = servers.epoch[pod] ?? NONE;
  const rows: number[] = [];
  for (let row = 0; row < calls.size; row++) {
    if (calls.serving[row] === 0 || calls.waiting[row] === 0) continue;
    if (calls.connection[row] === NONE || state.backendOf(row) !== pod) continue;
    const departNs = calls.departAt[row] as number;
    const arriveNs = calls.arriveAt[row] as number;
    const isForeseen = arriveNs >= 0;
    const hasArrived = isForeseen ? arriveNs <= sim.now : calls.epoch[row] === epoch;
    if (hasArrived && (departNs < 0 || departNs > sim.now)) rows.push(row);
  }
  return rows;
}

/** Node at which a row's connection enters the cluster's network: that of the caller, or an entry. */
export function senderNode(state: TrafficState, row: number): number {
  const { calls, network, pools } = state;
  const caller = calls.caller[row] as number;
  if (caller !== OUTSIDE) return network.nodeOf(caller);
  return pools.table.entry[calls.connection[row] as number] as number;
}
