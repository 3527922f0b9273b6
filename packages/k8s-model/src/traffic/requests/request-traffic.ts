import type { HandlerId, RandomStream, SimTime, Simulation } from "@k8s-netsim/sim-core";
import { DISTANCES, distanceIndex, type RoundTripTimes } from "../../topology/index.ts";
import { DROPPED, type Network, PodState, REFUSED } from "../network.ts";
import type { CallEdgePlan, TrafficPlan, WorkloadPlan } from "../plan.ts";
import { CallTable } from "./call-table.ts";
import { ConnectionPools } from "./connection-pools.ts";
import { FAILURES, type Failure, TrafficLedger } from "./ledger.ts";
import { ServerQueues } from "./server-queues.ts";
import { type RunningSource, startSource } from "./sources.ts";
import { TimeOutRing } from "./time-outs.ts";

export interface RequestTrafficOptions {
  readonly sim: Simulation;
  readonly plan: TrafficPlan;
  readonly network: Network;
  readonly roundTripTimes: RoundTripTimes;
  /** Requests begun earlier are simulated and not counted. */
  readonly measureFromNs: SimTime;
  /** No request begins from here on; those in flight are followed to their end. */
  readonly endNs: SimTime;
  /** Width of the bins of the time line; absent: no time line. */
  readonly binNs?: SimTime;
}

const FAILURE_CODE = Object.fromEntries(FAILURES.map((name, code) => [name, code])) as Readonly<
  Record<Failure, number>
>;
const OUTSIDE = -1;
const NONE = -1;

/**
 * Requests as events: arrivals at sources, connections that reach an endpoint chosen by the proxy
 * on the caller's node, queues at servers, calls to further Services one after another, answers,
 * time-outs and retries. Counts everything in {@link TrafficLedger}.
 *
 * Random streams: `traffic/arrivals/SOURCE`, `traffic/sender/SOURCE`, `traffic/connect/EDGE/POD`,
 * `traffic/service-time/WORKLOAD`, `traffic/calls/EDGE`.
 */
export class RequestTraffic {
  readonly ledger: TrafficLedger;
  readonly #options: RequestTrafficOptions;
  readonly #plan: TrafficPlan;
  readonly #network: Network;
  readonly #sim: Simulation;
  readonly #calls: CallTable = new CallTable();
  readonly #pools: ConnectionPools;
  readonly #servers: ServerQueues = new ServerQueues();
  readonly #timeOuts: readonly TimeOutRing[];
  readonly #timeOutHandlers: readonly HandlerId[];
  readonly #serviceTimes: readonly RandomStream[];
  readonly #callDraws: readonly RandomStream[];
  readonly #rttNs: Float64Array;
  readonly #arrive: HandlerId;
  readonly #serviceDone: HandlerId;
  readonly #answer: HandlerId;
  readonly #fail: HandlerId;
  #sources: readonly RunningSource[] = [];

  constructor(options: RequestTrafficOptions) {
    const { sim, plan, network, roundTripTimes } = options;
    this.#options = options;
    this.#sim = sim;
    this.#plan = plan;
    this.#network = network;
    this.ledger = new TrafficLedger(plan.edges.length, plan.sources.length, network.zones.length);
    this.#pools = new ConnectionPools(plan.edges, (edge, pod) =>
      sim.random(
        `traffic/connect/${plan.edges[edge]?.name}/${pod < 0 ? "outside" : network.podName(pod)}`,
      ),
    );
    this.#timeOuts = plan.edges.map(() => new TimeOutRing());
    this.#timeOutHandlers = plan.edges.map((edge, index) =>
      sim.handler(`time-outs ${edge.name}`, () => this.#onDeadline(index)),
    );
    this.#serviceTimes = plan.workloads.map((workload) =>
      sim.random(`traffic/service-time/${workload.key}`),
    );
    this.#callDraws = plan.edges.map((edge) => sim.random(`traffic/calls/${edge.name}`));
    this.#rttNs = Float64Array.from(DISTANCES, (distance) => roundTripTimes[distance]);
    this.#arrive = sim.handler("request arrives", (row) => this.#onArrival(row));
    this.#serviceDone = sim.handler("service done", (row, pod) => this.#onServiceDone(row, pod));
    this.#answer = sim.handler("answer arrives", (row, failure) => this.#onAnswer(row, failure));
    this.#fail = sim.handler("connection refused", (row, failure) => this.#onAnswer(row, failure));
  }

  /** Starts every source now; run the simulation to its end (or beyond `endNs`) afterwards. */
  start(): void {
    const { sim, network, endNs } = this.#options;
    this.#sources = this.#plan.sources.map((source, index) =>
      startSource(source, index, {
        sim,
        network,
        endNs,
        workload: this.#edge(source.edge).from,
        begin: (from, pod) => this.#begin(from, pod),
      }),
    );
  }

  /** Calls in flight: zero once everything begun has ended. */
  get inFlight(): number {
    return this.#calls.live;
  }

  /** The pod has stopped working; what it served or had queued is lost. */
  podStopped(pod: number): void {
    this.#servers.reserve(pod + 1);
    const { next } = this.#calls;
    for (let row = this.#servers.dequeue(pod, next); row >= 0; ) {
      this.#endServing(row);
      row = this.#servers.dequeue(pod, next);
    }
    this.#servers.stop(pod);
  }

  #edge(index: number): CallEdgePlan {
    return this.#plan.edges[index] as CallEdgePlan;
  }

  #workload(pod: number): WorkloadPlan | undefined {
    return this.#plan.workloads[this.#network.workloadOf(pod)];
  }

  // The caller's side: connection, time-out, answer.

  #begin(source: number, pod: number): void {
    const row = this.#calls.take();
    const { measureFromNs } = this.#options;
    this.#calls.measured[row] = this.#sim.now >= measureFromNs ? 1 : 0;
    this.#calls.source[row] = source;
    this.#calls.parent[row] = NONE;
    this.#open(row, (this.#plan.sources[source] as { edge: number }).edge, pod);
  }

  #callFrom(parent: number, edge: number, pod: number): void {
    const calls = this.#calls;
    const row = calls.take();
    calls.measured[row] = calls.measured[parent] as number;
    calls.source[row] = calls.source[parent] as number;
    calls.parent[row] = parent;
    this.#open(row, edge, pod);
  }

  #open(row: number, edge: number, pod: number): void {
    const calls = this.#calls;
    calls.edge[row] = edge;
    calls.caller[row] = pod;
    calls.startedAt[row] = this.#sim.now;
    calls.attempt[row] = 0;
    this.#attempt(row);
  }

  /** Sends the request of a row over a connection of its pool, opening one where none is free. */
  #attempt(row: number): void {
    const calls = this.#calls;
    const now = this.#sim.now;
    const index = calls.edge[row] as number;
    calls.waiting[row] = 1;
    calls.serving[row] = 0;
    calls.connection[row] = NONE;
    this.#watchDeadline(row, index);
    const pool = this.#pools.of(index, calls.caller[row] as number);
    let connection = this.#pools.idle(pool, this.#network, this.#servers.epoch);
    if (connection < 0) connection = this.#connect(row, index);
    if (connection < 0) return;
    calls.connection[row] = connection;
    calls.serving[row] = 1;
    const { table } = this.#pools;
    const distance = table.distance[connection] as number;
    const handshakeNs = Math.max(0, (table.establishedAt[connection] as number) - now);
    const oneWayNs = (this.#rttNs[distance] as number) / 2;
    if (calls.measured[row] === 1) {
      const ledger = this.ledger.edges[index] as TrafficLedger["edges"][number];
      ledger.requestsByDistance[distance] = (ledger.requestsByDistance[distance] as number) + 1;
      this.#countBytes(row, this.#edge(index).requestBytes, true);
    }
    this.#sim.schedule(Math.round(handshakeNs + oneWayNs) as SimTime, this.#arrive, row);
  }

  /** A new connection, or -1 when the attempt is refused or vanishes. */
  #connect(row: number, index: number): number {
    const network = this.#network;
    const calls = this.#calls;
    const caller = calls.caller[row] as number;
    const pool = this.#pools.of(index, caller);
    const node = caller === OUTSIDE ? this.#entryNode(index, pool.choice) : network.nodeOf(caller);
    if (node < 0) return NONE;
    const origin = caller === OUTSIDE ? "external" : "internal";
    const endpoints = network.endpoints(node, this.#edge(index).servicePort, origin);
    const draw = pool.choice.double();
    if (endpoints === DROPPED) return NONE;
    if (endpoints === REFUSED || endpoints.length === 0) {
      const delay = Math.round(this.#rttNs[0] as number) as SimTime;
      this.#sim.schedule(delay, this.#fail, row, FAILURE_CODE.refused + 1);
      return NONE;
    }
    const backend = endpoints[Math.floor(draw * endpoints.length)] as number;
    const distance = distanceIndex(network.place(node), network.place(network.nodeOf(backend)));
    if (calls.measured[row] === 1) {
      const opened = (this.ledger.edges[index] as TrafficLedger["edges"][number])
        .connectionsByDistance;
      opened[distance] = (opened[distance] as number) + 1;
    }
    const state = network.podState(backend);
    if (state === PodState.silent) return NONE;
    const rttNs = this.#rttNs[distance] as number;
    if (state === PodState.closed) {
      this.#sim.schedule(Math.round(rttNs) as SimTime, this.#fail, row, FAILURE_CODE.refused + 1);
      return NONE;
    }
    this.#servers.reserve(backend + 1);
    return this.#pools.connected(pool, {
      backend,
      epoch: this.#servers.epoch[backend] as number,
      callerNode: node,
      distance,
      establishedAtNs: this.#sim.now + rttNs,
      requests: this.#edge(index).connection.requestsPerConnection,
    });
  }

  #entryNode(edge: number, choice: RandomStream): number {
    const nodes = this.#network.entryNodes(this.#edge(edge).entryZone);
    return nodes[Math.floor(choice.double() * nodes.length)] ?? -1;
  }

  #watchDeadline(row: number, edge: number): void {
    const calls = this.#calls;
    const ring = this.#timeOuts[edge] as TimeOutRing;
    const deadline = (this.#sim.now + this.#edge(edge).timeoutNs) as SimTime;
    calls.deadline[row] = deadline;
    if (ring.isEmpty) {
      this.#sim.scheduleAt(deadline, this.#timeOutHandlers[edge] as HandlerId);
    }
    ring.push(row, calls.generation[row] as number, deadline);
  }

  #onDeadline(edge: number): void {
    const ring = this.#timeOuts[edge] as TimeOutRing;
    const calls = this.#calls;
    while (!ring.isEmpty) {
      const row = ring.headRow;
      const live =
        calls.generation[row] === ring.headGeneration &&
        calls.waiting[row] === 1 &&
        calls.deadline[row] === ring.headDeadline;
      if (live && ring.headDeadline > this.#sim.now) {
        this.#sim.scheduleAt(
          ring.headDeadline as SimTime,
          this.#timeOutHandlers[edge] as HandlerId,
        );
        return;
      }
      ring.shift();
      if (live) this.#giveUp(row);
    }
  }

  #giveUp(row: number): void {
    const calls = this.#calls;
    const connection = calls.connection[row] as number;
    if (connection >= 0) this.#pools.abandon(this.#poolOf(row), connection);
    this.#failAttempt(row, FAILURE_CODE["timed-out"]);
  }

  /** The answer (failure 0) or the news of a failure reaches the caller. */
  #onAnswer(row: number, failure: number): void {
    const calls = this.#calls;
    const wasWaiting = calls.waiting[row] === 1;
    const connection = calls.connection[row] as number;
    if (connection >= 0 && wasWaiting) this.#pools.release(this.#poolOf(row), connection);
    calls.serving[row] = 0;
    if (!wasWaiting) {
      this.#recycle(row);
      return;
    }
    const code = failure - 1;
    if (code < 0) this.#finish(row, NONE);
    else if (code === FAILURE_CODE.refused || code === FAILURE_CODE.reset) {
      this.#failAttempt(row, code);
    } else this.#finish(row, code);
  }

  /** Tries again where the edge allows, on a row of its own: the server may still hold this one. */
  #failAttempt(row: number, code: number): void {
    const calls = this.#calls;
    const edge = calls.edge[row] as number;
    const attempt = calls.attempt[row] as number;
    if (attempt >= this.#edge(edge).retries) {
      this.#finish(row, code);
      return;
    }
    const retry = calls.take();
    calls.measured[retry] = calls.measured[row] as number;
    calls.source[retry] = calls.source[row] as number;
    calls.parent[retry] = calls.parent[row] as number;
    calls.edge[retry] = edge;
    calls.caller[retry] = calls.caller[row] as number;
    calls.startedAt[retry] = calls.startedAt[row] as number;
    calls.attempt[retry] = attempt + 1;
    if (calls.measured[row] === 1) {
      const ledger = this.ledger.edges[edge] as TrafficLedger["edges"][number];
      ledger.retries += 1;
    }
    calls.waiting[row] = 0;
    this.#recycle(row);
    this.#attempt(retry);
  }

  #poolOf(row: number): ReturnType<ConnectionPools["of"]> {
    return this.#pools.of(this.#calls.edge[row] as number, this.#calls.caller[row] as number);
  }

  #recycle(row: number): void {
    const calls = this.#calls;
    if (calls.waiting[row] === 1 || calls.serving[row] === 1) return;
    const connection = calls.connection[row] as number;
    if (connection >= 0) this.#pools.recycleIfClosed(this.#poolOf(row), connection);
    calls.releaseIfDone(row);
  }

  /** The call is over for its caller: counted, and handed to whoever waits for it. */
  #finish(row: number, failure: number): void {
    const calls = this.#calls;
    const parent = calls.parent[row] as number;
    const source = calls.source[row] as number;
    this.#count(row, failure, parent === NONE);
    calls.waiting[row] = 0;
    this.#recycle(row);
    if (parent === NONE) (this.#sources[source] as RunningSource).answered();
    else this.#resume(parent, failure);
  }

  #count(row: number, failure: number, endToEnd: boolean): void {
    const calls = this.#calls;
    if (calls.measured[row] === 0) return;
    const edge = this.ledger.edges[calls.edge[row] as number] as TrafficLedger["edges"][number];
    const startedAt = calls.startedAt[row] as number;
    const latencyNs = this.#sim.now - startedAt;
    edge.calls += 1;
    if (failure < 0) edge.latency.record(latencyNs);
    else edge.failures[failure] = (edge.failures[failure] as number) + 1;
    if (!endToEnd || this.#callerIsGone(row)) return;
    const { sourceRequests, sourceFailed } = this.ledger;
    const source = calls.source[row] as number;
    sourceRequests[source] = (sourceRequests[source] as number) + 1;
    if (failure < 0) this.ledger.latency.record(latencyNs);
    else sourceFailed[source] = (sourceFailed[source] as number) + 1;
    this.#countInBin(startedAt, latencyNs, failure);
  }

  /** Nobody is left to feel an answer when the client's own pod has stopped. */
  #callerIsGone(row: number): boolean {
    const pod = this.#calls.caller[row] as number;
    return pod !== OUTSIDE && this.#network.podState(pod) !== PodState.serving;
  }

  #countInBin(startedAt: number, latencyNs: number, failure: number): void {
    const { binNs, measureFromNs } = this.#options;
    if (binNs === undefined) return;
    const bin = this.ledger.bin(Math.floor((startedAt - measureFromNs) / binNs));
    bin.requests += 1;
    if (failure < 0) bin.latency.record(latencyNs);
    else bin.failed += 1;
  }

  #countBytes(row: number, bytes: number, toServer: boolean): void {
    const calls = this.#calls;
    const { table } = this.#pools;
    const connection = calls.connection[row] as number;
    const distance = table.distance[connection] as number;
    const ledger = this.ledger.edges[calls.edge[row] as number] as TrafficLedger["edges"][number];
    ledger.bytesByDistance[distance] = (ledger.bytesByDistance[distance] as number) + bytes;
    const here = this.#network.place(table.callerNode[connection] as number).zone;
    const backend = table.backend[connection] as number;
    const there = this.#network.place(this.#network.nodeOf(backend)).zone;
    const zones = this.#network.zones.length;
    const pair = toServer ? here * zones + there : there * zones + here;
    const byPair = this.ledger.bytesByZonePair;
    byPair[pair] = (byPair[pair] as number) + bytes;
    const { binNs, measureFromNs } = this.#options;
    if (binNs === undefined) return;
    const bin = this.ledger.bin(Math.floor((this.#sim.now - measureFromNs) / binNs));
    bin.bytes += bytes;
    if (distance >= 2) bin.crossZoneBytes += bytes;
  }

  // The server's side: queue, service, further calls, answer.

  #onArrival(row: number): void {
    const calls = this.#calls;
    const servers = this.#servers;
    const connection = calls.connection[row] as number;
    const { table } = this.#pools;
    const pod = table.backend[connection] as number;
    const state = this.#network.podState(pod);
    if (state === PodState.silent) {
      this.#endServing(row);
      return;
    }
    if (state === PodState.closed || servers.epoch[pod] !== table.backendEpoch[connection]) {
      this.#send(row, FAILURE_CODE.reset + 1);
      return;
    }
    calls.epoch[row] = servers.epoch[pod] as number;
    if (calls.measured[row] === 1) {
      (this.ledger.edges[calls.edge[row] as number] as TrafficLedger["edges"][number]).reached(pod);
    }
    const workload = this.#workload(pod);
    if (workload === undefined) this.#reply(row, 0);
    else if ((servers.busy[pod] as number) < workload.workers) this.#serve(row, pod, workload);
    else if ((servers.waiting[pod] as number) < workload.queueLimit) {
      servers.enqueue(pod, row, calls.next);
    } else this.#reply(row, FAILURE_CODE.overloaded + 1);
  }

  #serve(row: number, pod: number, workload: WorkloadPlan): void {
    this.#servers.busy[pod] = (this.#servers.busy[pod] as number) + 1;
    const stream = this.#serviceTimes[this.#network.workloadOf(pod)] as RandomStream;
    const serviceNs = Math.max(0, Math.round(workload.serviceTimeNs.sample(stream)));
    this.#sim.schedule(serviceNs as SimTime, this.#serviceDone, row, pod);
  }

  #onServiceDone(row: number, pod: number): void {
    const calls = this.#calls;
    if (calls.epoch[row] !== this.#servers.epoch[pod]) {
      this.#endServing(row);
      return;
    }
    const servers = this.#servers;
    servers.busy[pod] = (servers.busy[pod] as number) - 1;
    const workload = this.#workload(pod) as WorkloadPlan;
    const waiting = servers.dequeue(pod, calls.next);
    if (waiting >= 0) this.#serve(waiting, pod, workload);
    calls.cursor[row] = -1;
    calls.repeats[row] = 0;
    this.#callOn(row, pod, workload);
  }

  /** Makes the next call that serving this request needs; answers when there is none left. */
  #callOn(row: number, pod: number, workload: WorkloadPlan): void {
    const calls = this.#calls;
    while (calls.repeats[row] === 0) {
      const cursor = (calls.cursor[row] as number) + 1;
      calls.cursor[row] = cursor;
      const edge = workload.edges[cursor];
      if (edge === undefined) {
        this.#reply(row, 0);
        return;
      }
      calls.repeats[row] = this.#drawCalls(edge);
    }
    calls.repeats[row] = (calls.repeats[row] as number) - 1;
    this.#callFrom(row, workload.edges[calls.cursor[row] as number] as number, pod);
  }

  #drawCalls(edge: number): number {
    const mean = this.#edge(edge).callsPerRequest;
    const whole = Math.floor(mean);
    const rest = mean - whole;
    if (rest === 0) return whole;
    return (this.#callDraws[edge] as RandomStream).double() < rest ? whole + 1 : whole;
  }

  /** A call made for the request in `row` has ended. */
  #resume(row: number, failure: number): void {
    const calls = this.#calls;
    const pod = this.#pools.table.backend[calls.connection[row] as number] as number;
    if (calls.epoch[row] !== this.#servers.epoch[pod]) this.#endServing(row);
    else if (failure >= 0) this.#reply(row, FAILURE_CODE.upstream + 1);
    else this.#callOn(row, pod, this.#workload(pod) as WorkloadPlan);
  }

  #reply(row: number, failure: number): void {
    const calls = this.#calls;
    if (calls.measured[row] === 1) {
      this.#countBytes(row, this.#edge(calls.edge[row] as number).responseBytes, false);
    }
    this.#send(row, failure);
  }

  #send(row: number, failure: number): void {
    const connection = this.#calls.connection[row] as number;
    const distance = this.#pools.table.distance[connection] as number;
    const oneWayNs = Math.round((this.#rttNs[distance] as number) / 2) as SimTime;
    this.#sim.schedule(oneWayNs, this.#answer, row, failure);
  }

  /** The server will never answer: the caller finds out by its time-out. */
  #endServing(row: number): void {
    this.#calls.serving[row] = 0;
    this.#recycle(row);
  }
}
