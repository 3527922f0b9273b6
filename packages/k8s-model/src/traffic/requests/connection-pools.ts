import type { RandomStream, Simulation } from "@k8s-netsim/sim-core";
import { DROPPED, type Network, PodState, type Protocol, REFUSED } from "../network.ts";
import type { CallEdgePlan } from "../plan.ts";
import { ConnectionTable } from "./connection-table.ts";
import type { NodeTracking } from "./node-tracking.ts";
import { RowRing } from "./row-ring.ts";
import type { ServerQueues } from "./server-queues.ts";

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
  readonly servicePort: number;
  /** Its port speaks UDP: nobody refuses or resets. */
  readonly isDatagram: boolean;
  /** Connections open or being opened; not counted for shared ones. */
  open: number;
  /** Most that may be open. */
  readonly limit: number;
  readonly maxAgeNs: number;
  /** Calls that wait for a connection, first come first served; only where there is a limit. */
  readonly waiting: RowRing | undefined;
  /** Chooses the endpoint of each new connection. */
  readonly choice: RandomStream;
  /** Retries that the budget allows now, and until when it was filled. */
  retryTokens: number;
  refilledAtNs: number;
}

/** What pools must know of the traffic that they are part of. */
interface PoolsState {
  readonly sim: Simulation;
  readonly network: Network;
  readonly tracking: NodeTracking | undefined;
  protocolOf(servicePort: number): Protocol;
}

/** Pools by (edge, caller). A connection of a pool that is not shared serves one call at a time. */
export class ConnectionPools {
  readonly table: ConnectionTable = new ConnectionTable();
  readonly #edges: readonly CallEdgePlan[];
  readonly #state: PoolsState;
  readonly #stream: (edge: number, pod: number) => RandomStream;
  /** By edge, then by pod + 1 (0: outside). */
  readonly #pools: (ConnectionPool | undefined)[][];

  constructor(
    edges: readonly CallEdgePlan[],
    state: PoolsState,
    stream: (edge: number, pod: number) => RandomStream,
  ) {
    this.#edges = edges;
    this.#state = state;
    this.#stream = stream;
    this.#pools = edges.map(() => []);
  }

  of(edge: number, pod: number): ConnectionPool {
    const known = (this.#pools[edge] as (ConnectionPool | undefined)[])[pod + 1];
    return known ?? this.#add(edge, pod);
  }

  #add(edge: number, pod: number): ConnectionPool {
    const byPod = this.#pools[edge] as (ConnectionPool | undefined)[];
    const { connection, retryBudget, servicePort } = this.#edges[edge] as CallEdgePlan;
    const isShared = connection.kind === "long-lived";
    const kept = connection.connections ?? (pod < 0 ? OUTSIDE_CONNECTIONS : 1);
    const limit = isShared ? Infinity : (connection.connections ?? Infinity);
    const pool: ConnectionPool = {
      idle: [],
      shared: new Int32Array(isShared ? kept : 0).fill(-1),
      turn: 0,
      isShared,
      servicePort,
      isDatagram: this.#state.protocolOf(servicePort) === "UDP",
      open: 0,
      limit,
      maxAgeNs: connection.maxAgeNs ?? Infinity,
      waiting: limit === Infinity ? undefined : new RowRing(),
      choice: this.#stream(edge, pod),
      retryTokens: retryBudget?.burst ?? 0,
      refilledAtNs: 0,
    };
    while (byPod.length <= pod + 1) byPod.push(undefined);
    byPod[pod + 1] = pool;
    return pool;
  }

  /** An open connection to use, or -1. Those that are too old or that the peer has closed are dropped. */
  idle(pool: ConnectionPool, network: Network, servers: ServerQueues, nowNs: number): number {
    if (pool.isShared) return this.#sharedIdle(pool, network, servers, nowNs);
    const { idle } = pool;
    while (idle.length > 0) {
      const at = idle.pop() as number;
      if (!this.#isOver(at, pool, network, servers, nowNs)) return at;
      this.#untrack(at);
      pool.open -= 1;
      this.table.recycle(at);
    }
    return -1;
  }

  #sharedIdle(
    pool: ConnectionPool,
    network: Network,
    servers: ServerQueues,
    nowNs: number,
  ): number {
    const { shared, choice } = pool;
    if (shared.length > 1) pool.turn = Math.floor(choice.double() * shared.length);
    const at = shared[pool.turn] as number;
    if (at < 0 || !this.#isOver(at, pool, network, servers, nowNs)) return at;
    shared[pool.turn] = -1;
    this.#untrack(at);
    return -1;
  }

  /** A new row for a connection of this pool; its columns are the caller's to fill. */
  add(pool: ConnectionPool): number {
    const at = this.table.open();
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
    else this.#close(pool, connection);
  }

  /** The caller gave up waiting: it closes the connection and will open another. */
  abandon(pool: ConnectionPool, connection: number): void {
    if (!pool.isShared) {
      this.#close(pool, connection);
      return;
    }
    const held = pool.shared.indexOf(connection);
    if (held < 0) return;
    pool.shared[held] = -1;
    this.#untrack(connection);
  }

  #close(pool: ConnectionPool, connection: number): void {
    this.table.closed[connection] = 1;
    this.#untrack(connection);
    pool.open -= 1;
  }

  #untrack(connection: number): void {
    const { sim, tracking } = this.#state;
    if (tracking === undefined) return;
    const { callerNode, backendNode } = this.table;
    const node = callerNode[connection] as number;
    const other = backendNode[connection] as number;
    tracking.close(node, sim.now);
    if (other !== node) tracking.close(other, sim.now);
  }

  /** Gives the row of a closed connection back once neither end uses it. */
  recycleIfClosed(pool: ConnectionPool, connection: number): void {
    if (!pool.isShared && this.table.closed[connection] === 1) this.table.recycle(connection);
  }

  /** Whether a connection has reached its age, or its peer has closed it. */
  #isOver(
    connection: number,
    pool: ConnectionPool,
    network: Network,
    servers: ServerQueues,
    nowNs: number,
  ): boolean {
    const { table } = this;
    if (nowNs - (table.establishedAt[connection] as number) > pool.maxAgeNs) return true;
    const entry = table.entry[connection] as number;
    if (entry >= 0 && network.wayState?.(entry, pool.servicePort) === PodState.closed) return true;
    const pod = table.backend[connection] as number;
    const state = network.podState(pod);
    if (pool.isDatagram) return this.#isCleared(connection, pool, state);
    const epoch = table.backendEpoch[connection] as number;
    if (state === PodState.silent) return epoch < (servers.closedBelow[pod] as number);
    return state !== PodState.serving || servers.epoch[pod] !== epoch;
  }

  /**
   * Nobody tells a UDP socket that its peer is gone. kube-proxy clears the entry of its flow where the
   * Service port has endpoints and the peer serves no more; without any endpoint the flow goes on as it was.
   */
  #isCleared(connection: number, pool: ConnectionPool, state: PodState): boolean {
    const { network } = this.#state;
    const isProxied = network.isHeadless?.(pool.servicePort) !== true;
    if (state === PodState.serving || !isProxied) return false;
    const { backend, callerNode, entry } = this.table;
    const origin = (entry[connection] as number) >= 0 ? "external" : "internal";
    const node = callerNode[connection] as number;
    const endpoints = network.endpoints(node, pool.servicePort, origin);
    if (endpoints === REFUSED || endpoints === DROPPED) return false;
    return !endpoints.includes(backend[connection] as number);
  }
}
