import type { HandlerId, RandomStream } from "@k8s-netsim/sim-core";
import { PodState } from "../network.ts";
import type { TrafficPlan, WorkloadPlan } from "../plan.ts";
import { FailureNews } from "./failure-news.ts";
import { FAILURE_CODE } from "./ledger.ts";
import type { Meter } from "./meter.ts";
import { PlannedQueues, QUEUE_FULL } from "./planned-queues.ts";
import { SharedProcessors } from "./shared-processors.ts";
import { NONE, type TrafficState } from "./traffic-state.ts";

/** What servers need of callers: make a call for a request being served, and receive an answer. */
export interface CallerPort {
  call(parent: number, edge: number, pod: number): void;
  /** Handler of an answer: payload (row, failure code + 1, or 0). */
  readonly answer: HandlerId;
  /** An answer arrives now; failure code, or NONE. */
  answered(row: number, failure: number): void;
}

/** The server's side of a call: queue, service, further calls one after another, answer. */
export class ServerSide {
  /** Handler of a request's arrival: payload (row). */
  readonly arrival: HandlerId;
  readonly #state: TrafficState;
  readonly #meter: Meter;
  readonly #news: FailureNews;
  readonly #callers: () => CallerPort;
  readonly #serviceDone: HandlerId;
  readonly #sharedDone: HandlerId;
  readonly #serviceTimes: readonly RandomStream[];
  readonly #callDraws: readonly RandomStream[];
  readonly #planned: PlannedQueues = new PlannedQueues();
  readonly #shared: SharedProcessors = new SharedProcessors();
  /** By pod: counts changes of who shares its cores; an event planned before the last one is void. */
  readonly #sharedTurn: number[] = [];
  /** By workload: its queue can be planned, because nothing but its own stop can interrupt it. */
  readonly #isPlanned: readonly boolean[];
  /** By workload: planned, and nobody ever waits, so that all is known when a request is sent. */
  readonly #isForeseen: readonly boolean[];
  /** Handler of an answer foreseen when its request was sent: payload (row, generation). */
  readonly #foreseenAnswer: HandlerId;
  /** Callers tell servers when they stop waiting. */
  readonly #cancels: boolean;

  constructor(state: TrafficState, meter: Meter, plan: TrafficPlan, callers: () => CallerPort) {
    this.#state = state;
    this.#meter = meter;
    this.#news = new FailureNews(state);
    this.#callers = callers;
    const { sim, links } = state;
    this.#cancels = plan.edges.some(({ hedge }) => hedge !== undefined);
    this.#isPlanned = plan.workloads.map(
      ({ edges, cores }) =>
        edges.length === 0 && cores === undefined && links === undefined && !this.#cancels,
    );
    this.#isForeseen = plan.workloads.map(
      ({ workers }, index) => workers === Infinity && this.#isPlanned[index] === true,
    );
    this.#foreseenAnswer = sim.handler("answer arrives", (row, generation) =>
      this.#answerForeseen(row, generation),
    );
    this.#serviceTimes = plan.workloads.map(({ key }) => sim.random(`traffic/service-time/${key}`));
    this.#callDraws = plan.edges.map(({ name }) => sim.random(`traffic/calls/${name}`));
    this.arrival = sim.handler("request arrives", (row) => this.#arrive(row));
    this.#serviceDone = sim.handler("service done", (row, pod) => this.#finishService(row, pod));
    this.#sharedDone = sim.handler("shared service done", (pod, turn) =>
      this.#finishShared(pod, turn),
    );
  }

  /**
   * Sends a request that arrives after `untilArrivalNs`. Where nobody waits at the server and nothing but
   * its stop can interrupt, one event stands for arrival, service, departure and answer.
   */
  send(row: number, untilArrivalNs: number): void {
    const { calls, network, pools, servers, sim } = this.#state;
    const connection = calls.connection[row] as number;
    const pod = pools.table.backend[connection] as number;
    const index = network.workloadOf(pod);
    // A pod that stopped since the connection was opened answers nothing any more.
    const hasStopped = pools.table.backendEpoch[connection] !== servers.epoch[pod];
    if (this.#isForeseen[index] !== true || hasStopped) {
      sim.schedule(untilArrivalNs, this.arrival, row);
      return;
    }
    const workload = this.#state.workloadOf(pod) as WorkloadPlan;
    const serviceNs = this.#drawServiceNs(index, workload);
    const arriveNs = sim.now + Math.round(untilArrivalNs);
    calls.arriveAt[row] = arriveNs;
    calls.departAt[row] = arriveNs + serviceNs;
    const backNs = this.#state.oneWayNs(pools.table.distance[connection] as number);
    const generation = calls.generation[row] as number;
    sim.scheduleAt(arriveNs + serviceNs + backNs, this.#foreseenAnswer, row, generation);
  }

  #answerForeseen(row: number, generation: number): void {
    const { calls } = this.#state;
    if (calls.generation[row] !== generation || (calls.arriveAt[row] as number) < 0) return;
    const pod = this.#state.backendOf(row);
    this.#meter.edgeOf(row)?.reached(pod);
    this.#planned.count(pod, (calls.departAt[row] as number) - (calls.arriveAt[row] as number));
    this.#meter.answerSent(row, true);
    calls.departAt[row] = NONE;
    this.#callers().answered(row, NONE);
  }

  /** What was foreseen for requests on their way to a pod that stops, or in it, will not happen. */
  #unforesee(pod: number): void {
    const { calls, sim } = this.#state;
    for (let row = 0; row < calls.size; row++) {
      const arriveNs = calls.arriveAt[row] as number;
      if (calls.serving[row] === 0 || arriveNs < 0 || this.#state.backendOf(row) !== pod) continue;
      if ((calls.departAt[row] as number) <= sim.now) continue;
      calls.arriveAt[row] = NONE;
      calls.departAt[row] = NONE;
      if (arriveNs > sim.now) sim.scheduleAt(arriveNs, this.arrival, row);
      else {
        this.#meter.edgeOf(row)?.reached(pod);
        this.#lose(row);
      }
    }
  }

  /** The pod has stopped; what it served or had queued is lost. */
  podStopped(pod: number): void {
    const { servers, calls, network, sim } = this.#state;
    servers.reserve(pod + 1);
    for (let row = servers.dequeue(pod, calls.next); row >= 0; ) {
      this.#lose(row);
      row = servers.dequeue(pod, calls.next);
    }
    this.#unforesee(pod);
    this.#planned.stop(pod, sim.now);
    this.#shared.stop(pod, sim.now, (row) => this.#lose(row));
    servers.stop(pod, sim.now);
    // A pod that ends on a living node says so on every connection; a dead node says nothing.
    if (network.podState(pod) !== PodState.silent) {
      servers.closedBelow[pod] = servers.epoch[pod] as number;
    }
  }

  /** Time that a pod's workers have been busy in all until now (ns of one worker, or core). */
  busyNs(pod: number): number {
    const { sim, servers } = this.#state;
    const cores = this.#state.workloadOf(pod)?.cores;
    if (cores !== undefined) return this.#shared.busyNs(pod, sim.now);
    return servers.busyNs(pod, sim.now) + this.#planned.busyNs(pod, sim.now);
  }

  /** Requests that wait for a worker of the pod now. */
  waiting(pod: number): number {
    const { sim, servers } = this.#state;
    return (servers.waiting[pod] ?? 0) + this.#planned.waiting(pod, sim.now);
  }

  /** A call made for the request in `row` has ended; `failure` is NONE where it succeeded. */
  resume(row: number, failure: number): void {
    const { calls, servers } = this.#state;
    const pod = this.#state.backendOf(row);
    if (calls.epoch[row] !== servers.epoch[pod]) this.#lose(row);
    else if (failure !== NONE) this.#reply(row, FAILURE_CODE.upstream + 1);
    else this.#callOn(row, pod, this.#state.workloadOf(pod) as WorkloadPlan);
  }

  /** An answer is about to arrive; false: the pod stopped before it could leave, and the row is freed. */
  settle(row: number): boolean {
    const { calls, servers } = this.#state;
    const departNs = calls.departAt[row] as number;
    if (departNs < 0) return true;
    const pod = this.#state.backendOf(row);
    const epoch = calls.epoch[row] as number;
    if (epoch !== servers.epoch[pod] && this.#planned.isLost(pod, epoch, departNs)) {
      this.#lose(row);
      return false;
    }
    this.#meter.answerSent(row, true);
    return true;
  }

  #arrive(row: number): void {
    const { calls, servers, network, pools } = this.#state;
    const connection = calls.connection[row] as number;
    const pod = pools.table.backend[connection] as number;
    const state = network.podState(pod);
    if (state === PodState.silent) {
      this.#news.onConnection(row, "timed-out");
      this.#lose(row);
      return;
    }
    const epoch = servers.epoch[pod] as number;
    if (state === PodState.closed || epoch !== pools.table.backendEpoch[connection]) {
      this.#news.onConnection(row, "reset");
      this.#send(row, FAILURE_CODE.reset + 1);
      return;
    }
    calls.epoch[row] = epoch;
    this.#meter.edgeOf(row)?.reached(pod);
    const workload = network.workloadOf(pod);
    if (workload < 0) this.#reply(row, 0);
    else if (this.#isPlanned[workload] === true) this.#plan(row, pod, workload);
    else this.#admit(row, pod, this.#state.workloadOf(pod) as WorkloadPlan);
  }

  /** All that will happen to the request is known: its answer arrives by one event. */
  #plan(row: number, pod: number, index: number): void {
    const { calls, pools, sim } = this.#state;
    const workload = this.#state.workloadOf(pod) as WorkloadPlan;
    const serviceNs = this.#drawServiceNs(index, workload);
    const { workers, queueLimit } = workload;
    const departNs = this.#planned.admit(pod, sim.now, serviceNs, workers, queueLimit);
    if (departNs === QUEUE_FULL) {
      this.#reply(row, FAILURE_CODE.overloaded + 1);
      return;
    }
    calls.departAt[row] = departNs;
    const distance = pools.table.distance[calls.connection[row] as number] as number;
    const untilAnswerNs = departNs - sim.now + this.#state.oneWayNs(distance);
    sim.schedule(untilAnswerNs, this.#callers().answer, row, 0);
  }

  #admit(row: number, pod: number, workload: WorkloadPlan): void {
    const { calls, servers } = this.#state;
    if ((servers.busy[pod] as number) < workload.workers) this.#serve(row, pod, workload);
    else if ((servers.waiting[pod] as number) < workload.queueLimit) {
      servers.enqueue(pod, row, calls.next);
    } else this.#reply(row, FAILURE_CODE.overloaded + 1);
  }

  #drawServiceNs(index: number, workload: WorkloadPlan): number {
    const stream = this.#serviceTimes[index] as RandomStream;
    return Math.max(0, Math.round(workload.serviceTimeNs.sample(stream)));
  }

  #serve(row: number, pod: number, workload: WorkloadPlan): void {
    const { servers, network, sim } = this.#state;
    servers.begin(pod, sim.now);
    const serviceNs = this.#drawServiceNs(network.workloadOf(pod), workload);
    if (workload.cores === undefined) {
      sim.schedule(serviceNs, this.#serviceDone, row, pod);
      return;
    }
    this.#shared.begin(pod, workload.cores, row, serviceNs, sim.now);
    this.#awaitShared(pod);
  }

  /** An event for the request that will be done first if nothing else comes. */
  #awaitShared(pod: number): void {
    while (this.#sharedTurn.length <= pod) this.#sharedTurn.push(0);
    const turn = ((this.#sharedTurn[pod] as number) + 1) | 0;
    this.#sharedTurn[pod] = turn;
    const untilNs = this.#shared.untilFirstNs(pod);
    if (untilNs >= 0) this.#state.sim.schedule(untilNs, this.#sharedDone, pod, turn);
  }

  #finishShared(pod: number, turn: number): void {
    // A stop of the pod leaves nobody behind to be done.
    if (this.#sharedTurn[pod] !== turn || this.#shared.untilFirstNs(pod) < 0) return;
    const row = this.#shared.finishFirst(pod, this.#state.sim.now);
    this.#finishService(row, pod);
    this.#awaitShared(pod);
  }

  #finishService(row: number, pod: number): void {
    const { calls, servers } = this.#state;
    if (calls.epoch[row] !== servers.epoch[pod]) {
      this.#lose(row);
      return;
    }
    servers.end(pod, this.#state.sim.now);
    const workload = this.#state.workloadOf(pod) as WorkloadPlan;
    this.#serveNext(pod, workload);
    calls.cursor[row] = NONE;
    calls.repeats[row] = 0;
    this.#callOn(row, pod, workload);
  }

  #serveNext(pod: number, workload: WorkloadPlan): void {
    const { calls, servers } = this.#state;
    let waiting = servers.dequeue(pod, calls.next);
    // A request whose caller has gone is not begun, where callers tell (hedging).
    while (this.#cancels && waiting >= 0 && calls.waiting[waiting] === 0) {
      this.#lose(waiting);
      waiting = servers.dequeue(pod, calls.next);
    }
    if (waiting >= 0) this.#serve(waiting, pod, workload);
  }

  /** Makes the next call that serving this request needs; answers when there is none left. */
  #callOn(row: number, pod: number, workload: WorkloadPlan): void {
    const { calls } = this.#state;
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
    this.#callers().call(row, workload.edges[calls.cursor[row] as number] as number, pod);
  }

  #drawCalls(edge: number): number {
    const mean = this.#state.edge(edge).callsPerRequest;
    const whole = Math.floor(mean);
    const rest = mean - whole;
    if (rest === 0) return whole;
    return (this.#callDraws[edge] as RandomStream).double() < rest ? whole + 1 : whole;
  }

  #reply(row: number, failure: number): void {
    this.#meter.answerSent(row, false);
    this.#send(row, failure);
  }

  #send(row: number, failure: number): void {
    const { calls, links, pools, sim } = this.#state;
    const { backendZone, callerZone, distance } = pools.table;
    const connection = calls.connection[row] as number;
    calls.epoch[row] = NONE;
    let delayNs = this.#state.oneWayNs(distance[connection] as number);
    if (links !== undefined) {
      const { responseBytes } = this.#state.edge(calls.edge[row] as number);
      const from = backendZone[connection] as number;
      delayNs += links.send(from, callerZone[connection] as number, responseBytes, sim.now);
    }
    sim.schedule(delayNs, this.#callers().answer, row, failure);
  }

  /** The server will never answer: the caller finds out by its time-out. */
  #lose(row: number): void {
    this.#state.calls.serving[row] = 0;
    this.#state.recycle(row);
  }
}
