import type { HandlerId } from "@k8s-netsim/sim-core";
import type { SourcePlan, TrafficPlan } from "../plan.ts";
import { Connector } from "./connector.ts";
import { Deadlines } from "./deadlines.ts";
import { FailureNews } from "./failure-news.ts";
import { FAILURE_CODE, TIMED_OUT } from "./ledger.ts";
import type { Meter } from "./meter.ts";
import { RequestSender } from "./request-sender.ts";
import { Retries } from "./retries.ts";
import type { CallerPort, ServerSide } from "./server-side.ts";
import { NONE, type TrafficState } from "./traffic-state.ts";

/** The caller's side of a call: connection, time-out, answer, retry, second copy. */
export class CallerSide implements CallerPort {
  readonly answer: HandlerId;
  readonly #state: TrafficState;
  readonly #meter: Meter;
  readonly #servers: ServerSide;
  readonly #sources: readonly SourcePlan[];
  /** Told when a request of a source has ended. */
  readonly #sourceAnswered: (source: number) => void;
  readonly #sender: RequestSender;
  readonly #retries: Retries;
  readonly #deadlines: Deadlines;
  readonly #news: FailureNews;
  /** Handlers with payload (row, generation): what they mean is over once the row is freed. */
  readonly #retryDue: HandlerId;
  readonly #cutOff: HandlerId;
  readonly #hedgeDue: HandlerId;

  constructor(
    state: TrafficState,
    meter: Meter,
    plan: TrafficPlan,
    servers: ServerSide,
    sourceAnswered: (source: number) => void,
  ) {
    const { sim } = state;
    this.#state = state;
    this.#meter = meter;
    this.#servers = servers;
    this.#sources = plan.sources;
    this.#sourceAnswered = sourceAnswered;
    const connector = new Connector(state, () => this.answer);
    this.#sender = new RequestSender(state, meter, servers, connector, (row, failure) =>
      this.#giveUp(row, failure),
    );
    this.#retries = new Retries(state, plan);
    this.#news = new FailureNews(state);
    this.#deadlines = new Deadlines(state, plan, (row) =>
      this.#giveUp(row, state.calls.doubt[row] as number),
    );
    this.answer = sim.handler("answer arrives", (row, failure) => this.#onAnswer(row, failure - 1));
    this.#retryDue = state.onWaitingRow("retry", (row) => this.#attempt(row));
    this.#cutOff = state.onWaitingRow("connection ends", (row) =>
      this.#giveUp(row, FAILURE_CODE.reset),
    );
    this.#hedgeDue = state.onWaitingRow("hedge", (row) => this.#hedge(row));
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
    this.#retries.earn(this.#state.edge(edge), this.#state.poolOf(row));
    this.#attempt(row);
  }

  #attempt(row: number): void {
    const { calls, sim } = this.#state;
    calls.twin[row] = NONE;
    this.#send(row);
    const { hedge } = this.#state.edge(calls.edge[row] as number);
    if (hedge === undefined) return;
    sim.schedule(hedge.afterNs, this.#hedgeDue, row, calls.generation[row] as number);
  }

  #send(row: number): void {
    const { calls } = this.#state;
    calls.waiting[row] = 1;
    calls.serving[row] = 0;
    calls.connection[row] = NONE;
    calls.epoch[row] = NONE;
    calls.arriveAt[row] = NONE;
    calls.departAt[row] = NONE;
    calls.doubt[row] = TIMED_OUT;
    this.#deadlines.watch(row);
    this.#sender.send(row);
  }

  #giveUp(row: number, failure: number): void {
    const connection = this.#state.calls.connection[row] as number;
    const pool = this.#state.poolOf(row);
    if (connection !== NONE) this.#state.pools.abandon(pool, connection);
    this.#failAttempt(row, failure);
    this.#sender.serveWaiting(pool);
  }

  /** The pod that these requests were at has ended: a living node says so, a dead one is silent. */
  serverEnded(rows: readonly number[], isSilent: boolean): void {
    const { calls, pools, sim } = this.#state;
    for (const row of rows) {
      const isUnheard = isSilent || this.#state.isDatagram(row);
      this.#news.onConnection(row, isUnheard ? "timed-out" : "reset");
      if (isUnheard) continue;
      const distance = pools.table.distance[calls.connection[row] as number] as number;
      const backNs = this.#state.oneWayNs(distance);
      sim.schedule(backNs, this.#cutOff, row, calls.generation[row] as number);
    }
  }

  /** The answer, or the news of a failure, reaches the caller. */
  #onAnswer(row: number, failure: number): void {
    if (this.#servers.settle(row)) this.answered(row, failure);
  }

  answered(row: number, failure: number): void {
    const { calls, pools } = this.#state;
    const isAwaited = calls.waiting[row] === 1;
    const pool = this.#state.poolOf(row);
    const connection = calls.connection[row] as number;
    if (connection !== NONE && isAwaited) pools.release(pool, connection);
    calls.serving[row] = 0;
    if (!isAwaited) this.#state.recycle(row);
    else if (failure === NONE || failure === FAILURE_CODE.upstream) this.#finish(row, failure);
    else this.#failAttempt(row, failure);
    if (isAwaited) this.#sender.serveWaiting(pool);
  }

  /** Tries again where the edge allows, on a row of its own: the server may still hold this one. */
  #failAttempt(row: number, failure: number): void {
    const { calls, sim } = this.#state;
    const twin = calls.twin[row] as number;
    if (twin !== NONE) {
      // The other copy may still succeed: this one is forgotten.
      calls.twin[twin] = NONE;
      calls.waiting[row] = 0;
      this.#state.recycle(row);
      return;
    }
    const index = calls.edge[row] as number;
    const plan = this.#state.edge(index);
    const attempt = calls.attempt[row] as number;
    const isFinal =
      attempt >= plan.retries ||
      (failure === FAILURE_CODE.overloaded && plan.retriesOverloaded !== true);
    if (isFinal || !this.#mayRetry(row, failure)) {
      this.#finish(row, failure);
      return;
    }
    const retry = calls.take();
    calls.copyTo(row, retry);
    calls.attempt[retry] = attempt + 1;
    calls.waiting[row] = 0;
    this.#state.recycle(row);
    const pauseNs = this.#retries.pauseNs(plan, index, attempt);
    if (pauseNs === 0) {
      this.#attempt(retry);
      return;
    }
    calls.waiting[retry] = 1;
    calls.serving[retry] = 0;
    calls.connection[retry] = NONE;
    calls.deadline[retry] = Number.POSITIVE_INFINITY;
    sim.schedule(pauseNs, this.#retryDue, retry, calls.generation[retry] as number);
  }

  #mayRetry(row: number, failure: number): boolean {
    const plan = this.#state.edge(this.#state.calls.edge[row] as number);
    const edge = this.#meter.edgeOf(row);
    const may = this.#retries.spend(plan, this.#state.poolOf(row), this.#state.sim.now);
    if (edge !== undefined && may) {
      edge.retries += 1;
      edge.retriedFailures[failure] = (edge.retriedFailures[failure] as number) + 1;
    } else if (edge !== undefined) edge.retriesWithheld += 1;
    return may;
  }

  /** No answer yet: a second copy of the request, on a connection of its own. */
  #hedge(row: number): void {
    const { calls } = this.#state;
    if (calls.twin[row] !== NONE) return;
    const edge = this.#meter.edgeOf(row);
    if (edge !== undefined) edge.hedges += 1;
    const copy = calls.take();
    calls.copyTo(row, copy);
    calls.attempt[copy] = calls.attempt[row] as number;
    calls.twin[copy] = row;
    calls.twin[row] = copy;
    this.#send(copy);
  }

  /** The copy that answered second, or never: its caller has stopped listening. */
  #cancel(row: number): void {
    const { calls, pools } = this.#state;
    const pool = this.#state.poolOf(row);
    const connection = calls.connection[row] as number;
    if (connection !== NONE && !pool.isShared) pools.abandon(pool, connection);
    calls.waiting[row] = 0;
    this.#state.recycle(row);
  }

  /** The call is over for its caller: counted, and handed to whoever waits for it. */
  #finish(row: number, failure: number): void {
    const { calls } = this.#state;
    const parent = calls.parent[row] as number;
    const source = calls.source[row] as number;
    const twin = calls.twin[row] as number;
    if (twin !== NONE) this.#cancel(twin);
    this.#meter.ended(row, failure);
    calls.waiting[row] = 0;
    this.#state.recycle(row);
    if (parent === NONE) this.#sourceAnswered(source);
    else this.#servers.resume(parent, failure);
  }
}
