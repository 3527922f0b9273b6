import type { HandlerId } from "@k8s-netsim/sim-core";
import type { ConnectionPool } from "./connection-pools.ts";
import { type Connector, NO_ROOM } from "./connector.ts";
import { FAILURE_CODE, TIMED_OUT } from "./ledger.ts";
import type { Meter } from "./meter.ts";
import { LOOK_UP_PENDING } from "./name-resolver.ts";
import type { ServerSide } from "./server-side.ts";
import { NONE, type TrafficState } from "./traffic-state.ts";

/** A first packet that got no answer is sent again after this long (Linux 6.5 and later: 1, 2, 3 s). */
const SYN_AGAIN_NS = 1_000_000_000;

/** From a call to a request on its way: a connection of the caller's pool, or a new one by name. */
export class RequestSender {
  readonly #state: TrafficState;
  readonly #meter: Meter;
  readonly #servers: ServerSide;
  readonly #connector: Connector;
  /** The attempt of a row has failed before anything was sent. */
  readonly #failed: (row: number, failure: number) => void;
  /** The row still serves until its connection stands, so this one needs no generation. */
  readonly #established: HandlerId;
  /** Handlers with payload (row, generation): what they mean is over once the row is freed. */
  readonly #resolved: HandlerId;
  readonly #synAgain: HandlerId;

  constructor(
    state: TrafficState,
    meter: Meter,
    servers: ServerSide,
    connector: Connector,
    failed: (row: number, failure: number) => void,
  ) {
    const { sim, options } = state;
    this.#state = state;
    this.#meter = meter;
    this.#servers = servers;
    this.#connector = connector;
    this.#failed = failed;
    this.#resolved = state.onWaitingRow("name resolved", (row) => this.#openAndSend(row));
    this.#synAgain = state.onWaitingRow("first packet again", (row) => this.#openAndSend(row));
    this.#established = sim.handler("connection stands", (row) => this.#transmit(row));
    options.resolver?.onEnded?.((row, generation, isFound) => {
      if (state.isWaiting(row, generation)) this.#lookedUp(row, isFound);
    });
  }

  /** Sends the request of a row over a connection of its pool, opening one where none is free. */
  send(row: number): void {
    const { calls, network, pools, servers, sim } = this.#state;
    const pool = this.#state.poolOf(row);
    const connection = pools.idle(pool, network, servers, sim.now);
    if (connection !== NONE) this.#sendOver(row, connection);
    else if (pool.open < pool.limit) this.#lookUp(row);
    else pool.waiting?.push(row, calls.generation[row] as number, sim.now);
  }

  /** Calls that waited for a connection of a full pool go on while there is one. */
  serveWaiting(pool: ConnectionPool): void {
    const { waiting } = pool;
    if (waiting === undefined) return;
    while (!waiting.isEmpty && (pool.idle.length > 0 || pool.open < pool.limit)) {
      const row = waiting.headRow;
      const isLive = this.#state.isWaiting(row, waiting.headGeneration);
      waiting.shift();
      if (isLive) this.#goOn(row, pool);
    }
  }

  #goOn(row: number, pool: ConnectionPool): void {
    const { network, pools, servers, sim } = this.#state;
    const connection = pools.idle(pool, network, servers, sim.now);
    if (connection === NONE) this.#lookUp(row);
    else this.#sendOver(row, connection);
  }

  #lookUp(row: number): void {
    const { calls, sim } = this.#state;
    const lookUpNs = this.#connector.lookUpNs(row);
    if (lookUpNs === 0) {
      this.#openAndSend(row);
      return;
    }
    calls.doubt[row] = FAILURE_CODE.dns;
    if (lookUpNs === LOOK_UP_PENDING || lookUpNs === Number.POSITIVE_INFINITY) return;
    sim.schedule(lookUpNs, this.#resolved, row, calls.generation[row] as number);
  }

  #lookedUp(row: number, isFound: boolean): void {
    if (isFound) this.#openAndSend(row);
    else this.#failed(row, FAILURE_CODE.dns);
  }

  #openAndSend(row: number): void {
    const { calls, sim } = this.#state;
    const pool = this.#state.poolOf(row);
    calls.doubt[row] = TIMED_OUT;
    if (pool.open >= pool.limit) {
      // Others were faster while the name was looked up.
      pool.waiting?.push(row, calls.generation[row] as number, sim.now);
      return;
    }
    const connection = this.#connector.connect(row, pool);
    if (connection === NO_ROOM) {
      calls.doubt[row] = FAILURE_CODE["conntrack-full"];
      sim.schedule(SYN_AGAIN_NS, this.#synAgain, row, calls.generation[row] as number);
      return;
    }
    if (connection === NONE) return;
    pool.open += 1;
    this.#sendOver(row, connection);
  }

  #sendOver(row: number, connection: number): void {
    const { calls, links, pools, sim } = this.#state;
    calls.connection[row] = connection;
    // Nobody answers: the caller finds out by its time-out.
    if (this.#connector.isLost(row, connection)) return;
    calls.serving[row] = 1;
    const handshakeNs = (pools.table.establishedAt[connection] as number) - sim.now;
    if (links !== undefined && handshakeNs > 0) {
      // A link takes bytes in the order of time: not before the connection stands.
      sim.schedule(handshakeNs, this.#established, row);
      return;
    }
    this.#meter.requestSent(row);
    const oneWayNs = this.#state.oneWayNs(pools.table.distance[connection] as number);
    const linkNs = links === undefined ? 0 : this.#onLinkNs(row, connection);
    this.#servers.send(row, Math.max(0, handshakeNs) + linkNs + oneWayNs);
  }

  #transmit(row: number): void {
    const { calls, pools } = this.#state;
    if (calls.waiting[row] === 0) {
      // Given up before a byte was sent.
      calls.serving[row] = 0;
      this.#state.recycle(row);
      return;
    }
    const connection = calls.connection[row] as number;
    this.#meter.requestSent(row);
    const oneWayNs = this.#state.oneWayNs(pools.table.distance[connection] as number);
    this.#servers.send(row, this.#onLinkNs(row, connection) + oneWayNs);
  }

  #onLinkNs(row: number, connection: number): number {
    const { calls, links, sim } = this.#state;
    const { requestBytes } = this.#state.edge(calls.edge[row] as number);
    return links?.request(connection, requestBytes, sim.now) ?? 0;
  }
}
