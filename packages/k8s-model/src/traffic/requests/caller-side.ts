import type { HandlerId, RandomStream, SimTime } from "@k8s-netsim/sim-core";
import { distanceIndex } from "../../topology/index.ts";
import { DROPPED, PodState, REFUSED } from "../network.ts";
import type { CallEdgePlan, SourcePlan, TrafficPlan } from "../plan.ts";
import type { ConnectionPool } from "./connection-pools.ts";
import { FAILURE_CODE } from "./ledger.ts";
import type { Meter } from "./meter.ts";
import type { CallerPort, ServerSide } from "./server-side.ts";
import { TimeOutRing } from "./time-outs.ts";
import { NONE, OUTSIDE, type TrafficState } from "./traffic-state.ts";

/** The caller's side of a call: connection, time-out, answer, retry. */
export class CallerSide implements CallerPort {
  readonly answer: HandlerId;
  readonly #state: TrafficState;
  readonly #meter: Meter;
  readonly #servers: ServerSide;
  readonly #sources: readonly SourcePlan[];
  /** Told when a request of a source has ended. */
  readonly #sourceAnswered: (source: number) => void;
  readonly #timeOuts: readonly TimeOutRing[];
  readonly #timeOutHandlers: readonly HandlerId[];

  constructor(
    state: TrafficState,
    meter: Meter,
    plan: TrafficPlan,
    servers: ServerSide,
    sourceAnswered: (source: number) => void,
  ) {
    this.#state = state;
    this.#meter = meter;
    this.#servers = servers;
    this.#sources = plan.sources;
    this.#sourceAnswered = sourceAnswered;
    this.#timeOuts = plan.edges.map(() => new TimeOutRing());
    this.#timeOutHandlers = plan.edges.map((edge, index) =>
      state.sim.handler(`time-outs ${edge.name}`, () => this.#onDeadline(index)),
    );
    this.answer = state.sim.handler("answer arrives", (row, failure) =>
      this.#onAnswer(row, failure - 1),
    );
  }

  /** A source sends a request; its pod, or from outside. */
  begin(source: number, pod: number): void {
    const { calls, options, sim } = this.#state;
    const row = calls.take();
    calls.measured[row] = sim.now >= options.measureFromNs ? 1 : 0;
    calls.source[row] = source;
    calls.parent[row] = NONE;
    this.#open(row, (this.#sources[source] as SourcePlan).edge, pod);
  }

  call(parent: number, edge: number, pod: number): void {
    const { calls } = this.#state;
    const row = calls.take();
    calls.measured[row] = calls.measured[parent] as number;
    calls.source[row] = calls.source[parent] as number;
    calls.parent[row] = parent;
    this.#open(row, edge, pod);
  }

  #open(row: number, edge: number, pod: number): void {
    const { calls, sim } = this.#state;
    calls.edge[row] = edge;
    calls.caller[row] = pod;
    calls.startedAt[row] = sim.now;
    calls.attempt[row] = 0;
    this.#attempt(row);
  }

  /** Sends the request of a row over a connection of its pool, opening one where none is free. */
  #attempt(row: number): void {
    const { calls, network, pools, servers, sim } = this.#state;
    const pool = this.#poolOf(row);
    calls.waiting[row] = 1;
    calls.serving[row] = 0;
    calls.connection[row] = NONE;
    this.#watchDeadline(row);
    let connection = pools.idle(pool, network, servers.epoch);
    if (connection === NONE) connection = this.#connect(row, pool);
    if (connection === NONE) return;
    calls.connection[row] = connection;
    calls.serving[row] = 1;
    this.#meter.requestSent(row);
    const handshakeNs = Math.max(0, (pools.table.establishedAt[connection] as number) - sim.now);
    const oneWayNs = this.#state.oneWayNs(pools.table.distance[connection] as number);
    sim.schedule(handshakeNs + oneWayNs, this.#servers.arrival, row);
  }

  /** A new connection, or NONE when the attempt is refused or vanishes. */
  #connect(row: number, pool: ConnectionPool): number {
    const { calls, network, pools, servers, sim } = this.#state;
    const edge = this.#state.edge(calls.edge[row] as number);
    const caller = calls.caller[row] as number;
    const node = caller === OUTSIDE ? this.#entryNode(edge, pool.choice) : network.nodeOf(caller);
    if (node === NONE) return NONE;
    const origin = caller === OUTSIDE ? "external" : "internal";
    const endpoints = network.endpoints(node, edge.servicePort, origin);
    const draw = pool.choice.double();
    if (endpoints === DROPPED) return NONE;
    if (endpoints === REFUSED || endpoints.length === 0) return this.#refuse(row, 0);
    const backend = endpoints[Math.floor(draw * endpoints.length)] as number;
    const distance = distanceIndex(network.place(node), network.place(network.nodeOf(backend)));
    const state = network.podState(backend);
    if (state === PodState.silent) return NONE;
    if (state === PodState.closed) return this.#refuse(row, distance);
    servers.reserve(backend + 1);
    return pools.connected(pool, {
      backend,
      epoch: servers.epoch[backend] as number,
      callerNode: node,
      distance,
      establishedAtNs: sim.now + 2 * this.#state.oneWayNs(distance),
      requests: edge.connection.requestsPerConnection,
    });
  }

  #entryNode({ servicePort, entryZone }: CallEdgePlan, choice: RandomStream): number {
    const nodes = this.#state.network.entryNodes(servicePort, entryZone);
    return nodes[Math.floor(choice.double() * nodes.length)] ?? NONE;
  }

  /** The news of a refusal comes back after a round trip over the distance. */
  #refuse(row: number, distance: number): typeof NONE {
    const backNs = 2 * this.#state.oneWayNs(distance);
    this.#state.sim.schedule(backNs, this.answer, row, FAILURE_CODE.refused + 1);
    return NONE;
  }

  #watchDeadline(row: number): void {
    const { calls, sim } = this.#state;
    const edge = calls.edge[row] as number;
    const ring = this.#timeOuts[edge] as TimeOutRing;
    const deadline = (sim.now + this.#state.edge(edge).timeoutNs) as SimTime;
    calls.deadline[row] = deadline;
    if (ring.isEmpty) sim.scheduleAt(deadline, this.#timeOutHandlers[edge] as HandlerId);
    ring.push(row, calls.generation[row] as number, deadline);
  }

  #onDeadline(edge: number): void {
    const { calls, sim } = this.#state;
    const ring = this.#timeOuts[edge] as TimeOutRing;
    while (!ring.isEmpty) {
      const { headRow: row, headDeadline: deadline } = ring;
      const live =
        calls.generation[row] === ring.headGeneration &&
        calls.waiting[row] === 1 &&
        calls.deadline[row] === deadline;
      if (live && deadline > sim.now) {
        sim.scheduleAt(deadline, this.#timeOutHandlers[edge] as HandlerId);
        return;
      }
      ring.shift();
      if (live) this.#giveUp(row);
    }
  }

  #giveUp(row: number): void {
    const connection = this.#state.calls.connection[row] as number;
    if (connection !== NONE) this.#state.pools.abandon(this.#poolOf(row), connection);
    this.#failAttempt(row, FAILURE_CODE["timed-out"]);
  }

  /** The answer, or the news of a failure, reaches the caller. */
  #onAnswer(row: number, failure: number): void {
    const { calls, pools } = this.#state;
    const isAwaited = calls.waiting[row] === 1;
    const connection = calls.connection[row] as number;
    if (connection !== NONE && isAwaited) pools.release(this.#poolOf(row), connection);
    calls.serving[row] = 0;
    if (!isAwaited) this.#state.recycle(row);
    else if (failure === FAILURE_CODE.refused || failure === FAILURE_CODE.reset) {
      this.#failAttempt(row, failure);
    } else this.#finish(row, failure);
  }

  /** Tries again where the edge allows, on a row of its own: the server may still hold this one. */
  #failAttempt(row: number, failure: number): void {
    const { calls } = this.#state;
    const attempt = calls.attempt[row] as number;
    if (attempt >= this.#state.edge(calls.edge[row] as number).retries) {
      this.#finish(row, failure);
      return;
    }
    const edge = this.#meter.edgeOf(row);
    if (edge !== undefined) edge.retries += 1;
    const retry = calls.take();
    calls.copyTo(row, retry);
    calls.attempt[retry] = attempt + 1;
    calls.waiting[row] = 0;
    this.#state.recycle(row);
    this.#attempt(retry);
  }

  /** The call is over for its caller: counted, and handed to whoever waits for it. */
  #finish(row: number, failure: number): void {
    const { calls } = this.#state;
    const parent = calls.parent[row] as number;
    const source = calls.source[row] as number;
    this.#meter.ended(row, failure);
    calls.waiting[row] = 0;
    this.#state.recycle(row);
    if (parent === NONE) this.#sourceAnswered(source);
    else this.#servers.resume(parent, failure);
  }

  #poolOf(row: number): ConnectionPool {
    const { calls, pools } = this.#state;
    return pools.of(calls.edge[row] as number, calls.caller[row] as number);
  }
}
