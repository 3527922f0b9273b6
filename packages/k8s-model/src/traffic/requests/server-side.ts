import type { HandlerId, RandomStream } from "@k8s-netsim/sim-core";
import { PodState } from "../network.ts";
import type { TrafficPlan, WorkloadPlan } from "../plan.ts";
import { CallChain } from "./call-chain.ts";
import { FailureNews } from "./failure-news.ts";
import { ForeseenAnswers } from "./foreseen-answers.ts";
import { FAILURE_CODE } from "./ledger.ts";
import type { Meter } from "./meter.ts";
import { PlannedQueues, QUEUE_FULL } from "./planned-queues.ts";
import { PROBE, type ProbeEnded, type ServerProbe, ServerProbes } from "./server-probes.ts";
import { SharedService } from "./shared-service.ts";
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
  readonly #workloads: readonly WorkloadPlan[];
  readonly #serviceTimes: readonly RandomStream[];
  readonly #planned: PlannedQueues = new PlannedQueues();
  readonly #shared: SharedService;
  readonly #foreseen: ForeseenAnswers;
  readonly #chain: CallChain;
  readonly #probes: ServerProbes;
  /** By workload: its queue can be planned, because nothing but its own stop can interrupt it. */
  readonly #isPlanned: readonly boolean[];
  /** By workload: planned, and nobody ever waits, so that all is known when a request is sent. */
  readonly #isForeseen: readonly boolean[];
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
    this.#workloads = plan.workloads;
    this.#serviceTimes = plan.workloads.map(({ key }) => sim.random(`traffic/service-time/${key}`));
    this.arrival = sim.handler("request arrives", (row) => this.#arrive(row));
    this.#serviceDone = sim.handler("service done", (row, pod) => this.#finishService(row, pod));
    this.#shared = new SharedService(sim, (row, pod) => this.#finishService(row, pod));
    this.#chain = new CallChain(state, plan);
    const planned = this.#planned;
    this.#foreseen = new ForeseenAnswers(state, meter, {
      arrival: this.arrival,
      planned,
      drawServiceNs: (workload) => this.#drawServiceNs(workload),
      answered: (row, failure) => this.#callers().answered(row, failure),
      lose: (row) => this.#lose(row),
    });
    this.#probes = new ServerProbes(state, {
      planned,
      admit: (row, pod, workload) => this.#admit(row, pod, workload),
    });
  }

  /** Sends a request that arrives after `untilArrivalNs`. */
  send(row: number, untilArrivalNs: number): void {
    const { calls, network, pools, servers, sim } = this.#state;
    const connection = calls.connection[row] as number;
    const pod = pools.table.backend[connection] as number;
    const workload = network.workloadOf(pod);
    // A pod that stopped since the connection was opened answers nothing any more.
    const hasStopped = pools.table.backendEpoch[connection] !== servers.epoch[pod];
    if (this.#isForeseen[workload] === true && !hasStopped) {
      this.#foreseen.send(row, untilArrivalNs, workload);
    } else sim.schedule(untilArrivalNs, this.arrival, row);
  }

  /** Sends a kubelet's probe to a pod, now. */
  probe(pod: number, probe: ServerProbe, ended: ProbeEnded): void {
    const { network, servers } = this.#state;
    servers.reserve(pod + 1);
    const isPlanned = this.#isPlanned[network.workloadOf(pod)] === true;
    this.#probes.send(pod, probe, isPlanned, ended);
  }

  /** The pod has stopped; what it served or had queued is lost. */
  podStopped(pod: number): void {
    const { servers, calls, network, sim } = this.#state;
    servers.reserve(pod + 1);
    for (let row = servers.dequeue(pod, calls.next); row >= 0; ) {
      this.#lose(row);
      row = servers.dequeue(pod, calls.next);
    }
    this.#foreseen.takeBack(pod);
    this.#planned.stop(pod, sim.now);
    this.#shared.stop(pod, (row) => this.#lose(row));
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
    if (cores !== undefined) return this.#shared.busyNs(pod);
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
    // A datagram needs nobody who remembers its connection, and none is told where it has come to nothing.
    if (this.#state.isDatagram(row)) {
      if (state === PodState.closed) {
        this.#news.onConnection(row, "timed-out");
        this.#lose(row);
        return;
      }
    } else if (state === PodState.closed || epoch !== pools.table.backendEpoch[connection]) {
      this.#news.onConnection(row, "reset");
      this.#send(row, FAILURE_CODE.reset + 1);
      return;
    }
    calls.epoch[row] = epoch;
    this.#meter.edgeOf(row)?.reached(pod);
    const workload = network.workloadOf(pod);
    if (workload < 0) this.#reply(row, 0);
    else if (this.#isPlanned[workload] === true) this.#plan(row, pod, workload);
    else if (!this.#admit(row, pod, this.#state.workloadOf(pod) as WorkloadPlan)) {
      this.#reply(row, FAILURE_CODE.overloaded + 1);
    }
  }

  /** All that will happen to the request is known: its answer arrives by one event. */
  #plan(row: number, pod: number, index: number): void {
    const { calls, pools, sim } = this.#state;
    const workload = this.#state.workloadOf(pod) as WorkloadPlan;
    const serviceNs = this.#drawServiceNs(index);
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

  /** To work, or into the queue; false: that is full. */
  #admit(row: number, pod: number, workload: WorkloadPlan): boolean {
    const { calls, servers } = this.#state;
    if ((servers.busy[pod] as number) < workload.workers) this.#serve(row, pod, workload);
    else if ((servers.waiting[pod] as number) < workload.queueLimit) {
      servers.enqueue(pod, row, calls.next);
    } else return false;
    return true;
  }

  #drawServiceNs(index: number): number {
    const { serviceTimeNs } = this.#workloads[index] as WorkloadPlan;
    return Math.max(0, Math.round(serviceTimeNs.sample(this.#serviceTimes[index] as RandomStream)));
  }

  #serve(row: number, pod: number, workload: WorkloadPlan): void {
    const { calls, servers, network, sim } = this.#state;
    servers.begin(pod, sim.now);
    const serviceNs =
      calls.parent[row] === PROBE
        ? this.#probes.serviceNs(row)
        : this.#drawServiceNs(network.workloadOf(pod));
    if (workload.cores === undefined) sim.schedule(serviceNs, this.#serviceDone, row, pod);
    else this.#shared.begin(pod, workload.cores, row, serviceNs);
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
    if (calls.parent[row] === PROBE) {
      this.#probes.finish(row, true);
      return;
    }
    this.#chain.begin(row);
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
    const edge = this.#chain.next(row, workload);
    if (edge === NONE) this.#reply(row, 0);
    else this.#callers().call(row, edge, pod);
  }

  #reply(row: number, failure: number): void {
    this.#meter.answerSent(row, false);
    this.#send(row, failure);
  }

  #send(row: number, failure: number): void {
    const { calls, links, pools, sim } = this.#state;
    const { distance } = pools.table;
    const connection = calls.connection[row] as number;
    calls.epoch[row] = NONE;
    let delayNs = this.#state.oneWayNs(distance[connection] as number);
    if (links !== undefined) {
      const { responseBytes } = this.#state.edge(calls.edge[row] as number);
      delayNs += links.answer(connection, responseBytes, sim.now);
    }
    sim.schedule(delayNs, this.#callers().answer, row, failure);
  }

  /** The server will never answer: the caller finds out by its time-out. */
  #lose(row: number): void {
    if (this.#state.calls.parent[row] === PROBE) {
      this.#probes.finish(row, false);
      return;
    }
    this.#state.calls.serving[row] = 0;
    this.#state.recycle(row);
  }
}
