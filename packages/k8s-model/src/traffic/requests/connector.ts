import type { HandlerId, RandomStream } from "@k8s-netsim/sim-core";
import { distanceIndex } from "../../topology/index.ts";
import { DROPPED, PodState, REFUSED } from "../network.ts";
import type { CallEdgePlan } from "../plan.ts";
import type { ConnectionPool } from "./connection-pools.ts";
import { FailureNews, senderNode } from "./failure-news.ts";
import { FAILURE_CODE } from "./ledger.ts";
import { NONE, OUTSIDE, type TrafficState, wayOf } from "./traffic-state.ts";

/** Opens connections: name, then an endpoint by the proxy of the caller's node, then a handshake. */
export class Connector {
  readonly #state: TrafficState;
  readonly #news: FailureNews;
  /** Handler of an answer: payload (row, failure code + 1). */
  readonly #answer: () => HandlerId;

  constructor(state: TrafficState, answer: () => HandlerId) {
    this.#state = state;
    this.#news = new FailureNews(state);
    this.#answer = answer;
  }

  /** Time to learn the address of the row's Service, ns. */
  lookUpNs(row: number): number {
    const { calls, network, options, sim } = this.#state;
    if (options.resolver === undefined) return 0;
    const caller = calls.caller[row] as number;
    const node = caller === OUTSIDE ? OUTSIDE : network.nodeOf(caller);
    const { servicePort } = this.#state.edge(calls.edge[row] as number);
    return options.resolver(node, servicePort, sim.now);
  }

  /** A new connection, or NONE when the attempt is refused or vanishes. */
  connect(row: number, pool: ConnectionPool): number {
    const { calls, network, servers } = this.#state;
    const edge = this.#state.edge(calls.edge[row] as number);
    const caller = calls.caller[row] as number;
    const node = caller === OUTSIDE ? this.#entryNode(edge, pool.choice) : network.nodeOf(caller);
    if (node === NONE) return NONE;
    const origin = caller === OUTSIDE ? "external" : "internal";
    const endpoints = network.endpoints(node, edge.servicePort, origin);
    const draw = pool.choice.double();
    if (endpoints === DROPPED) return this.#vanish(row, node, NONE);
    if (endpoints === REFUSED || endpoints.length === 0) return this.#refuse(row, 0, node, NONE);
    const backend = this.#choose(edge.servicePort, node, caller, endpoints, draw);
    const last = distanceIndex(network.place(node), network.place(network.nodeOf(backend)));
    const distance = wayOf(caller === OUTSIDE ? (network.entryHop?.(node) ?? NONE) : NONE, last);
    if (network.isCut?.(node, network.nodeOf(backend)) === true) {
      return this.#vanish(row, node, backend);
    }
    const state = network.podState(backend);
    if (state === PodState.silent) return this.#vanish(row, node, backend);
    if (state === PodState.closed) return this.#refuse(row, distance, node, backend);
    servers.reserve(backend + 1);
    return this.#open(pool, edge, node, backend, distance);
  }

  /** By chance, unless the Service holds a client to the endpoint that it had. */
  #choose(
    servicePort: number,
    node: number,
    caller: number,
    endpoints: readonly number[],
    draw: number,
  ): number {
    const { network, sim } = this.#state;
    const drawn = endpoints[Math.floor(draw * endpoints.length)] as number;
    return network.affinity?.(node, servicePort, caller, endpoints, drawn, sim.now) ?? drawn;
  }

  #open(
    pool: ConnectionPool,
    edge: CallEdgePlan,
    node: number,
    backend: number,
    distance: number,
  ): number {
    const { network, pools, servers, sim } = this.#state;
    const { table } = pools;
    const at = pools.add(pool);
    table.backend[at] = backend;
    table.backendEpoch[at] = servers.epoch[backend] as number;
    table.distance[at] = distance;
    table.callerZone[at] = network.place(node).zone;
    table.backendZone[at] = network.place(network.nodeOf(backend)).zone;
    table.entry[at] = edge.from < 0 ? node : NONE;
    table.requestsLeft[at] = edge.connection.requestsPerConnection;
    table.establishedAt[at] =
      sim.now + this.#state.oneWayNs(distance) + this.#state.oneWayNs(distance);
    return at;
  }

  #entryNode({ servicePort, entryZone }: CallEdgePlan, choice: RandomStream): number {
    const nodes = this.#state.network.entryNodes(servicePort, entryZone);
    return nodes[Math.floor(choice.double() * nodes.length)] ?? NONE;
  }

  /** Whether what is sent over a row's connection vanishes on its way to the pod; told if so. */
  isLost(row: number, connection: number): boolean {
    const { network, pools } = this.#state;
    const entry = pools.table.entry[connection] as number;
    const { servicePort } = this.#state.edge(this.#state.calls.edge[row] as number);
    const isLost =
      (entry !== NONE && network.wayState?.(entry, servicePort) === PodState.silent) ||
      network.isCut?.(senderNode(this.#state, row), network.nodeOf(this.#state.backendOf(row))) ===
        true;
    if (isLost) this.#news.onConnection(row, "timed-out");
    return isLost;
  }

  /** The news of a refusal comes back after a round trip over the distance. */
  #refuse(row: number, distance: number, node: number, pod: number): typeof NONE {
    this.#news.onConnect(row, "refused", node, pod);
    const backNs = this.#state.oneWayNs(distance) + this.#state.oneWayNs(distance);
    this.#state.sim.schedule(backNs, this.#answer(), row, FAILURE_CODE.refused + 1);
    return NONE;
  }

  #vanish(row: number, node: number, pod: number): typeof NONE {
    this.#news.onConnect(row, "timed-out", node, pod);
    return NONE;
  }
}
