import type { RandomStream } from "@k8s-netsim/sim-core";
import { type Network, PodState } from "../network.ts";
import type { CallEdgePlan } from "../plan.ts";
import { ConnectionTable } from "./connection-table.ts";

/** Long-lived connections that users outside hold together: they are many, whoever they are. */
export const OUTSIDE_CONNECTIONS = 100;

/** The connections of one caller (a pod, or all users outside) on one edge. */
export interface ConnectionPool {
  /** Idle keep-alive connections; the one used last is used next. */
  readonly idle: number[];
  /** Long-lived connections, shared by all requests: one of a pod, many of users outside; -1: none. */
  readonly shared: Int32Array;
  /** Whose turn it is: position in `shared`. */
  turn: number;
  readonly isShared: boolean;
  /** Chooses the endpoint of each new connection. */
  readonly choice: RandomStream;
}

export interface NewConnection {
  readonly backend: number;
  readonly epoch: number;
  readonly callerNode: number;
  readonly distance: number;
  readonly establishedAtNs: number;
  readonly requests: number;
}

/** Pools by (edge, caller). A connection of a pool that is not shared serves one call at a time. */
export class ConnectionPools {
  readonly table: ConnectionTable = new ConnectionTable();
  readonly #edges: readonly CallEdgePlan[];
  readonly #stream: (edge: number, pod: number) => RandomStream;
  /** By edge, then by pod + 1 (0: outside). */
  readonly #pools: (ConnectionPool | undefined)[][];

  constructor(edges: readonly CallEdgePlan[], stream: (edge: number, pod: number) => RandomStream) {
    this.#edges = edges;
    this.#stream = stream;
    this.#pools = edges.map(() => []);
  }

  of(edge: number, pod: number): ConnectionPool {
    const byPod = this.#pools[edge] as (ConnectionPool | undefined)[];
    const known = byPod[pod + 1];
    if (known !== undefined) return known;
    const pool: ConnectionPool = {
      idle: [],
      shared: new Int32Array(pod < 0 ? OUTSIDE_CONNECTIONS : 1).fill(-1),
      turn: 0,
      isShared: (this.#edges[edge] as CallEdgePlan).connection.kind === "long-lived",
      choice: this.#stream(edge, pod),
    };
    while (byPod.length <= pod + 1) byPod.push(undefined);
    byPod[pod + 1] = pool;
    return pool;
  }

  /** An open connection to use, or -1. Those that the peer has closed are dropped on the way. */
  idle(pool: ConnectionPool, network: Network, epochs: Int32Array): number {
    if (pool.isShared) {
      const { shared, choice } = pool;
      if (shared.length > 1) pool.turn = Math.floor(choice.double() * shared.length);
      const at = shared[pool.turn] as number;
      if (at < 0 || !this.#isClosedByPeer(at, network, epochs)) return at;
      shared[pool.turn] = -1;
      return -1;
    }
    for (let at = pool.idle.pop(); at !== undefined; at = pool.idle.pop()) {
      if (!this.#isClosedByPeer(at, network, epochs)) return at;
      this.table.recycle(at);
    }
    return -1;
  }

  connected(pool: ConnectionPool, made: NewConnection): number {
    const { table } = this;
    const at = table.open();
    table.backend[at] = made.backend;
    table.backendEpoch[at] = made.epoch;
    table.callerNode[at] = made.callerNode;
    table.distance[at] = made.distance;
    table.establishedAt[at] = made.establishedAtNs;
    table.requestsLeft[at] = made.requests;
    if (pool.isShared) pool.shared[pool.turn] = at;
    return at;
  }

  /** The call that used it was answered: idle again, or closed after its last request. */
  release(pool: ConnectionPool, connection: number): void {
    if (pool.isShared) return;
    const { table } = this;
    const left = (table.requestsLeft[connection] as number) - 1;
    table.requestsLeft[connection] = left;
    if (left > 0) pool.idle.push(connection);
    else table.closed[connection] = 1;
  }

  /** The caller gave up waiting: it closes the connection and will open another. */
  abandon(pool: ConnectionPool, connection: number): void {
    if (!pool.isShared) {
      this.table.closed[connection] = 1;
      return;
    }
    const held = pool.shared.indexOf(connection);
    if (held >= 0) pool.shared[held] = -1;
  }

  /** Gives the row of a closed connection back once neither end uses it. */
  recycleIfClosed(pool: ConnectionPool, connection: number): void {
    if (!pool.isShared && this.table.closed[connection] === 1) this.table.recycle(connection);
  }

  #isClosedByPeer(connection: number, network: Network, epochs: Int32Array): boolean {
    const pod = this.table.backend[connection] as number;
    const state = network.podState(pod);
    if (state === PodState.silent) return false;
    return state === PodState.closed || epochs[pod] !== this.table.backendEpoch[connection];
  }
}
