import type { HandlerId, RandomStream } from "@k8s-netsim/sim-core";
import { distanceIndex } from "../../topology/index.ts";
import { DROPPED, PodState, REFUSED } from "../network.ts";
import type { CallEdgePlan } from "../plan.ts";
import type { ConnectionPool } from "./connection-pools.ts";
import { FailureNews, senderNode } from "./failure-news.ts";
import { FAILURE_CODE } from "./ledger.ts";
import { NONE, OUTSIDE, type TrafficState, wayOf } from "./traffic-state.ts";

/** What {@link Connector.connect} says where a node has no room to track one more connection. */
export const NO_ROOM = -2;

/** Round trips before the first request may be sent: none, SYN, INIT and COOKIE. */
const HANDSHAKES = { UDP: 0, TCP: 1, SCTP: 2 } as const;

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

  /** Time to learn the address of the row's Service, ns, or what {@link NameResolver.lookUp} says. */
  lookUpNs(row: number): number {
    const { calls, options, sim } = this.#state;
    const { resolver } = options;
    if (resolver === undefined) return 0;
    const { servicePort } = this.#state.edge(calls.edge[row] as number);
    const caller = calls.caller[row] as number;
    return resolver.lookUp(caller, servicePort, sim.now, row, calls.generation[row] as number);
  }

  /** A new connection, {@link NO_ROOM}, or NONE when the attempt is refused or vanishes. */
  connect(row: number, pool: ConnectionPool): number {
    const { calls, network, options, sim } = this.#state;
    const edge = this.#state.edge(calls.edge[row] as number);
    const caller = calls.caller[row] as number;
    const node = caller === OUTSIDE ? this.#entryNode(edge, pool.choice) : network.nodeOf(caller);
    if (node === NONE) return NONE;
    const picked = options.resolver?.pick?.(caller, edge.servicePort, sim.now);
    if (picked !== undefined) return this.#connectToPicked(row, pool, edge, node, picked);
    const origin = caller === OUTSIDE ? "external" : "internal";
    const endpoints = network.endpoints(node, edge.servicePort, origin);
    const draw = pool.choice.double();
    if (endpoints === DROPPED) return this.#vanish(row, node, NONE);
    if (endpoints === REFUSED || endpoints.length === 0) return this.#reject(row, node, caller);
    const backend = this.#choose(edge.servicePort, node, caller, endpoints, draw);
    return this.#connectTo(row, pool, edge, node, backend);
  }

  /** No endpoint: the node says so as long as its budget of errors for the caller lasts. */
  #reject(row: number, node: number, caller: number): typeof NONE {
    const { network, sim } = this.#state;
    const isTold = network.tellsRefusal?.(caller, sim.now) ?? true;
    return isTold ? this.#refuse(row, 0, node, NONE) : this.#vanish(row, node, NONE);
  }

  /** To an address of a DNS answer, which no proxy corrects. */
  #connectToPicked(
    row: number,
    pool: ConnectionPool,
    edge: CallEdgePlan,
    node: number,
    picked: number,
  ): number {
    if (picked !== NONE) return this.#connectTo(row, pool, edge, node, picked);
    const { calls, sim } = this.#state;
    calls.doubt[row] = FAILURE_CODE.dns;
    sim.schedule(0, this.#answer(), row, FAILURE_CODE.dns + 1);
    return NONE;
  }

  #connectTo(
    row: number,
    pool: ConnectionPool,
    edge: CallEdgePlan,
    node: number,
    backend: number,
  ): number {
    const { calls, network, options, servers } = this.#state;
    const caller = calls.caller[row] as number;
    const there = network.nodeOf(backend);
    const last = distanceIndex(network.place(node), network.place(there));
    const distance = wayOf(caller === OUTSIDE ? (network.entryHop?.(node) ?? NONE) : NONE, last);
    if (network.isCut?.(node, there) === true) return this.#vanish(row, node, backend);
    // A packet that comes back to where it was sent from needs the bridge's consent.
    if (backend === caller && options.hairpin === false) return this.#vanish(row, node, backend);
    const state = network.podState(backend);
    if (state === PodState.silent || (state === PodState.closed && this.#state.isDatagram(row))) {
      return this.#vanish(row, node, backend);
    }
    if (state !== PodState.serving) return this.#refuse(row, distance, node, backend);
    if (!this.#isTracked(node, there)) return NO_ROOM;
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

  /** Enters the connection in the tables of both nodes; false: one of them is full. */
  #isTracked(node: number, other: number): boolean {
    const { sim, tracking } = this.#state;
    if (tracking === undefined) return true;
    if (!tracking.open(node, sim.now)) return false;
    if (node === other || tracking.open(other, sim.now)) return true;
    tracking.forget(node);
    return false;
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
    const there = network.nodeOf(backend);
    table.backend[at] = backend;
    table.backendEpoch[at] = servers.epoch[backend] as number;
    table.distance[at] = distance;
    table.callerNode[at] = node;
    table.backendNode[at] = there;
    table.callerZone[at] = network.place(node).zone;
    table.backendZone[at] = network.place(there).zone;
    table.entry[at] = edge.from < 0 ? node : NONE;
    table.requestsLeft[at] = edge.connection.requestsPerConnection;
    let establishedNs: number = sim.now;
    const roundTrips = HANDSHAKES[this.#state.protocolOf(edge.servicePort)];
    for (let trip = 0; trip < roundTrips; trip++) {
      establishedNs += this.#state.oneWayNs(distance) + this.#state.oneWayNs(distance);
    }
    table.establishedAt[at] = establishedNs;
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
