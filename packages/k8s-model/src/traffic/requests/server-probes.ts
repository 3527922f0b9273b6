import type { SimTime } from "@k8s-netsim/sim-core";
import type { WorkloadPlan } from "../plan.ts";
import type { PlannedQueues } from "./planned-queues.ts";
import { QUEUE_FULL } from "./planned-queues.ts";
import { NONE, type TrafficState } from "./traffic-state.ts";

/** In the column of parents: no call, but a probe of the kubelet. */
export const PROBE = -2;

/** Told once how a probe ended: whether the server answered it well within its time. */
export type ProbeEnded = (succeeded: boolean) => void;

/** A probe that an application must answer, as a kubelet sends it. */
export interface ServerProbe {
  readonly timeoutNs: SimTime;
  /** Time of a worker that answering takes, ns. */
  readonly serviceNs: number;
}

/** What probes need of the server that they are sent to. */
export interface ProbedServer {
  readonly planned: PlannedQueues;
  /** Puts a row into the queue of a pod, or to work; false: the queue is full. */
  admit(row: number, pod: number, workload: WorkloadPlan): boolean;
}

/**
 * Probes as requests of the kubelet beside the pod: each waits in the same queue for the same workers as any
 * other request. A probe given up still has its place; nobody counts it among the requests.
 */
export class ServerProbes {
  readonly #state: TrafficState;
  readonly #server: ProbedServer;
  /** By row: who waits for the probe, and the work that it is. */
  readonly #pending = new Map<number, { readonly ended: ProbeEnded; readonly serviceNs: number }>();

  constructor(state: TrafficState, server: ProbedServer) {
    this.#state = state;
    this.#server = server;
  }

  /** Probes a pod now, whose queue is planned (`isPlanned`) or served event by event. */
  send(pod: number, probe: ServerProbe, isPlanned: boolean, ended: ProbeEnded): void {
    const workload = this.#state.workloadOf(pod);
    if (workload === undefined) ended(true);
    else if (isPlanned) this.#plan(pod, workload, probe, ended);
    else this.#queue(pod, workload, probe, ended);
  }

  #plan(pod: number, workload: WorkloadPlan, probe: ServerProbe, ended: ProbeEnded): void {
    const { sim } = this.#state;
    const { workers, queueLimit } = workload;
    const { planned } = this.#server;
    const doneNs = planned.admit(pod, sim.now, probe.serviceNs, workers, queueLimit);
    const takesNs = doneNs === QUEUE_FULL ? 0 : doneNs - sim.now;
    const succeeds = doneNs !== QUEUE_FULL && takesNs <= probe.timeoutNs;
    sim.after(Math.min(takesNs, probe.timeoutNs), () => ended(succeeds));
  }

  #queue(pod: number, workload: WorkloadPlan, probe: ServerProbe, ended: ProbeEnded): void {
    const { calls, servers, sim } = this.#state;
    const row = calls.take();
    calls.measured[row] = 0;
    calls.parent[row] = PROBE;
    calls.connection[row] = NONE;
    calls.arriveAt[row] = NONE;
    calls.departAt[row] = NONE;
    calls.epoch[row] = servers.epoch[pod] as number;
    calls.waiting[row] = 1;
    calls.serving[row] = 1;
    this.#pending.set(row, { ended, serviceNs: probe.serviceNs });
    if (!this.#server.admit(row, pod, workload)) {
      this.finish(row, false);
      return;
    }
    const generation = calls.generation[row] as number;
    sim.after(probe.timeoutNs, () => {
      if (calls.generation[row] !== generation || calls.waiting[row] === 0) return;
      calls.waiting[row] = 0;
      this.#tell(row, false);
    });
  }

  serviceNs(row: number): number {
    return this.#pending.get(row)?.serviceNs ?? 0;
  }

  /** The probe has been served, or its pod has stopped. */
  finish(row: number, succeeded: boolean): void {
    const { calls } = this.#state;
    const isAwaited = calls.waiting[row] === 1;
    calls.waiting[row] = 0;
    calls.serving[row] = 0;
    if (isAwaited) this.#tell(row, succeeded);
    this.#pending.delete(row);
    calls.releaseIfDone(row);
  }

  #tell(row: number, succeeded: boolean): void {
    this.#pending.get(row)?.ended(succeeded);
  }
}
