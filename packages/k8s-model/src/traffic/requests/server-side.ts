import type { HandlerId, RandomStream, SimTime } from "@k8s-netsim/sim-core";
import { PodState } from "../network.ts";
import type { TrafficPlan, WorkloadPlan } from "../plan.ts";
import { FAILURE_CODE } from "./ledger.ts";
import type { Meter } from "./meter.ts";
import { NONE, type TrafficState } from "./traffic-state.ts";

/** What servers need of callers: make a call for a request being served, and receive an answer. */
export interface CallerPort {
  call(parent: number, edge: number, pod: number): void;
  /** Handler of an answer: payload (row, failure code + 1, or 0). */
  readonly answer: HandlerId;
}

/** The server's side of a call: queue, service, further calls one after another, answer. */
export class ServerSide {
  /** Handler of a request's arrival: payload (row). */
  readonly arrival: HandlerId;
  readonly #state: TrafficState;
  readonly #meter: Meter;
  readonly #callers: () => CallerPort;
  readonly #serviceDone: HandlerId;
  readonly #serviceTimes: readonly RandomStream[];
  readonly #callDraws: readonly RandomStream[];

  constructor(state: TrafficState, meter: Meter, plan: TrafficPlan, callers: () => CallerPort) {
    this.#state = state;
    this.#meter = meter;
    this.#callers = callers;
    const { sim } = state;
    this.#serviceTimes = plan.workloads.map(({ key }) => sim.random(`traffic/service-time/${key}`));
    this.#callDraws = plan.edges.map(({ name }) => sim.random(`traffic/calls/${name}`));
    this.arrival = sim.handler("request arrives", (row) => this.#arrive(row));
    this.#serviceDone = sim.handler("service done", (row, pod) => this.#finishService(row, pod));
  }

  /** The pod has stopped; what it served or had queued is lost. */
  podStopped(pod: number): void {
    const { servers, calls } = this.#state;
    servers.reserve(pod + 1);
    for (let row = servers.dequeue(pod, calls.next); row >= 0; ) {
      this.#lose(row);
      row = servers.dequeue(pod, calls.next);
    }
    servers.stop(pod, this.#state.sim.now);
  }

  /** A call made for the request in `row` has ended; `failure` is NONE where it succeeded. */
  resume(row: number, failure: number): void {
    const { calls, servers } = this.#state;
    const pod = this.#state.backendOf(row);
    if (calls.epoch[row] !== servers.epoch[pod]) this.#lose(row);
    else if (failure !== NONE) this.#reply(row, FAILURE_CODE.upstream + 1);
    else this.#callOn(row, pod, this.#state.workloadOf(pod) as WorkloadPlan);
  }

  #arrive(row: number): void {
    const { calls, servers, network, pools } = this.#state;
    const pod = this.#state.backendOf(row);
    const state = network.podState(pod);
    if (state === PodState.silent) {
      this.#lose(row);
      return;
    }
    const opened = pools.table.backendEpoch[calls.connection[row] as number];
    if (state === PodState.closed || servers.epoch[pod] !== opened) {
      this.#send(row, FAILURE_CODE.reset + 1);
      return;
    }
    calls.epoch[row] = servers.epoch[pod] as number;
    this.#meter.edgeOf(row)?.reached(pod);
    this.#admit(row, pod, this.#state.workloadOf(pod));
  }

  #admit(row: number, pod: number, workload: WorkloadPlan | undefined): void {
    const { calls, servers } = this.#state;
    if (workload === undefined) this.#reply(row, 0);
    else if ((servers.busy[pod] as number) < workload.workers) this.#serve(row, pod, workload);
    else if ((servers.waiting[pod] as number) < workload.queueLimit) {
      servers.enqueue(pod, row, calls.next);
    } else this.#reply(row, FAILURE_CODE.overloaded + 1);
  }

  #serve(row: number, pod: number, workload: WorkloadPlan): void {
    const { servers, network, sim } = this.#state;
    servers.begin(pod, sim.now);
    const stream = this.#serviceTimes[network.workloadOf(pod)] as RandomStream;
    const serviceNs = Math.max(0, Math.round(workload.serviceTimeNs.sample(stream)));
    sim.schedule(serviceNs as SimTime, this.#serviceDone, row, pod);
  }

  #finishService(row: number, pod: number): void {
    const { calls, servers } = this.#state;
    if (calls.epoch[row] !== servers.epoch[pod]) {
      this.#lose(row);
      return;
    }
    servers.end(pod, this.#state.sim.now);
    const workload = this.#state.workloadOf(pod) as WorkloadPlan;
    const waiting = servers.dequeue(pod, calls.next);
    if (waiting >= 0) this.#serve(waiting, pod, workload);
    calls.cursor[row] = NONE;
    calls.repeats[row] = 0;
    this.#callOn(row, pod, workload);
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
    this.#meter.answerSent(row);
    this.#send(row, failure);
  }

  #send(row: number, failure: number): void {
    const { calls, pools, sim } = this.#state;
    const distance = pools.table.distance[calls.connection[row] as number] as number;
    sim.schedule(this.#state.oneWayNs(distance), this.#callers().answer, row, failure);
  }

  /** The server will never answer: the caller finds out by its time-out. */
  #lose(row: number): void {
    this.#state.calls.serving[row] = 0;
    this.#state.recycle(row);
  }
}
