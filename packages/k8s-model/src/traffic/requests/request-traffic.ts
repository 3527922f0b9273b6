import { PodState } from "../network.ts";
import type { TrafficPlan } from "../plan.ts";
import { CallerSide } from "./caller-side.ts";
import { requestsAt } from "./failure-news.ts";
import type { TrafficLedger } from "./ledger.ts";
import { Meter } from "./meter.ts";
import type { ProbeEnded, ServerProbe } from "./server-probes.ts";
import { ServerSide } from "./server-side.ts";
import { type RunningSource, startSource } from "./sources.ts";
import { type RequestTrafficOptions, TrafficState } from "./traffic-state.ts";

/**
 * Requests as events: arrivals at sources, connections that reach an endpoint chosen by the proxy
 * on the caller's node, queues at servers, calls to further Services one after another, answers,
 * time-outs and retries. Counts everything in {@link TrafficLedger}.
 *
 * Random streams: `traffic/arrivals/SOURCE`, `traffic/sender/SOURCE`, `traffic/connect/EDGE/POD`,
 * `traffic/service-time/WORKLOAD`, `traffic/calls/EDGE`, `traffic/backoff/EDGE`,
 * `traffic/round-trip/DISTANCE`.
 */
export class RequestTraffic {
  readonly ledger: TrafficLedger;
  readonly #plan: TrafficPlan;
  readonly #state: TrafficState;
  readonly #callers: CallerSide;
  readonly #servers: ServerSide;
  #sources: readonly RunningSource[] = [];

  constructor(options: RequestTrafficOptions) {
    const { plan } = options;
    const state = new TrafficState(options);
    const meter = new Meter(state);
    this.#plan = plan;
    this.#state = state;
    this.ledger = state.ledger;
    this.#servers = new ServerSide(state, meter, plan, () => this.#callers);
    this.#callers = new CallerSide(state, meter, plan, this.#servers, (source) =>
      (this.#sources[source] as RunningSource).answered(),
    );
  }

  /** Starts every source now; run the simulation to its end (or beyond `endNs`) afterwards. */
  start(): void {
    const { sim, network, options } = this.#state;
    this.#sources = this.#plan.sources.map((source, index) =>
      startSource(source, index, {
        sim,
        network,
        endNs: options.endNs,
        workload: this.#state.edge(source.edge).from,
        begin: (from, pod) => this.#callers.begin(from, pod),
      }),
    );
  }

  /** Calls in flight: zero once everything begun has ended. */
  get inFlight(): number {
    return this.#state.calls.live;
  }

  /** The pod has stopped working; what it served or had queued is lost, and its callers are told where its node lives. */
  podStopped(pod: number): void {
    const cut = requestsAt(this.#state, pod);
    this.#servers.podStopped(pod);
    this.#callers.serverEnded(cut, this.#state.network.podState(pod) === PodState.silent);
  }

  /** Sends a kubelet's probe to a pod now: it waits like a request, and `ended` is told once how it went. */
  probe(pod: number, probe: ServerProbe, ended: ProbeEnded): void {
    this.#servers.probe(pod, probe, ended);
  }

  /** Time that a pod's workers have been busy in all until now (ns of one worker, or core). */
  busyWorkerNs(pod: number): number {
    return this.#servers.busyNs(pod);
  }

  /** Requests that wait for a worker of the pod now. */
  waitingAt(pod: number): number {
    return this.#servers.waiting(pod);
  }
}
