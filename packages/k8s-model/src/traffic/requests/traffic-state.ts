import type {
  Distribution,
  HandlerId,
  RandomStream,
  SimTime,
  Simulation,
} from "@k8s-netsim/sim-core";
import { DISTANCES, type Distance, type RoundTripTimes } from "../../topology/index.ts";
import type { Network, Protocol } from "../network.ts";
import type { CallEdgePlan, TrafficPlan, WorkloadPlan } from "../plan.ts";
import { CallTable } from "./call-table.ts";
import { type ConnectionPool, ConnectionPools } from "./connection-pools.ts";
import { TrafficLedger } from "./ledger.ts";
import { Links } from "./links.ts";
import type { NameResolver } from "./name-resolver.ts";
import type { NodeTracking } from "./node-tracking.ts";
import { ServerQueues } from "./server-queues.ts";

export interface RequestTrafficOptions {
  readonly sim: Simulation;
  readonly plan: TrafficPlan;
  readonly network: Network;
  readonly roundTripTimes: RoundTripTimes;
  /** Drawn for each way of a packet in place of the constants; streams `traffic/round-trip/DISTANCE`. */
  readonly roundTripDistributions?: Readonly<Partial<Record<Distance, Distribution>>>;
  /** Absent: callers know every name. */
  readonly resolver?: NameResolver;
  /**
   * Bytes per second from zone to zone, by [sender's zone × zones + receiver's zone]; Infinity: no
   * limit. Absent: bytes take no time of their own.
   */
  readonly linkBytesPerSecond?: readonly number[];
  /** Bytes per second of each node's interface, each way; absent: no limit. */
  readonly nodeBytesPerSecond?: number;
  /** Absent: tables of connections have room for all. */
  readonly tracking?: NodeTracking;
  /** Whether a pod reaches itself through a Service; absent: it does. */
  readonly hairpin?: boolean;
  /** Requests begun earlier are simulated and not counted. */
  readonly measureFromNs: SimTime;
  /** No request begins from here on; those in flight are followed to their end. */
  readonly endNs: SimTime;
  /** Width of the bins of the time line; absent: no time line. */
  readonly binNs?: SimTime;
}

/**
 * A connection's whole way in one small number: what `ConnectionTable.distance` holds. `hop` is the
 * distance from a load balancer to the node at which it enters, or -1.
 */
export function wayOf(hop: number, distance: number): number {
  return distance + DISTANCES.length * (hop + 1);
}

/** Caller outside the cluster. */
export const OUTSIDE = -1;
/** No row, no connection, no failure. */
export const NONE = -1;

/** The tables that callers, servers and the meter share. */
export class TrafficState {
  readonly sim: Simulation;
  readonly network: Network;
  readonly options: RequestTrafficOptions;
  readonly ledger: TrafficLedger;
  readonly calls: CallTable = new CallTable();
  readonly pools: ConnectionPools;
  readonly servers: ServerQueues = new ServerQueues();
  readonly links: Links | undefined;
  readonly tracking: NodeTracking | undefined;
  readonly #plan: TrafficPlan;
  readonly #protocols: readonly Protocol[];
  /** By edge; 1: its port speaks UDP. */
  readonly #datagrams: Uint8Array;
  readonly #halfRttNs: Float64Array;
  readonly #varying: readonly (Distribution | undefined)[];
  readonly #varies: boolean;
  readonly #varyingStreams: readonly (RandomStream | undefined)[];

  constructor(options: RequestTrafficOptions) {
    const { sim, plan, network, roundTripTimes } = options;
    this.sim = sim;
    this.network = network;
    this.options = options;
    this.#plan = plan;
    this.ledger = new TrafficLedger(plan.edges.length, plan.sources.length, network.zones.length);
    this.pools = new ConnectionPools(plan.edges, this, (edge, pod) => {
      const caller = pod === OUTSIDE ? "outside" : network.podName(pod);
      return sim.random(`traffic/connect/${this.edge(edge).name}/${caller}`);
    });
    const { linkBytesPerSecond: zonePairs, nodeBytesPerSecond: node } = options;
    this.links =
      zonePairs === undefined && node === undefined
        ? undefined
        : new Links({ zonePairs, node }, network.zones.length, this.pools.table);
    this.tracking = options.tracking;
    this.#protocols = plan.servicePorts.map((_, port) => network.protocol?.(port) ?? "TCP");
    this.#datagrams = Uint8Array.from(plan.edges, ({ servicePort }) =>
      this.protocolOf(servicePort) === "UDP" ? 1 : 0,
    );
    const halfNs = DISTANCES.map((distance) => roundTripTimes[distance] / 2);
    // By way: the distances alone, then those behind each hop.
    this.#halfRttNs = Float64Array.from(
      [0, ...halfNs].flatMap((hopNs) => halfNs.map((lastNs) => hopNs + lastNs)),
    );
    this.#varying = DISTANCES.map((distance) => options.roundTripDistributions?.[distance]);
    this.#varies = this.#varying.some((one) => one !== undefined);
    this.#varyingStreams = DISTANCES.map((distance, index) =>
      this.#varying[index] === undefined ? undefined : sim.random(`traffic/round-trip/${distance}`),
    );
  }

  edge(index: number): CallEdgePlan {
    return this.#plan.edges[index] as CallEdgePlan;
  }

  protocolOf(servicePort: number): Protocol {
    return this.#protocols[servicePort] as Protocol;
  }

  /** Whether a call is by datagrams, which nobody refuses or resets. */
  isDatagram(row: number): boolean {
    return this.#datagrams[this.calls.edge[row] as number] === 1;
  }

  poolOf(row: number): ConnectionPool {
    return this.pools.of(this.calls.edge[row] as number, this.calls.caller[row] as number);
  }

  /** Whether a row is still the call that it was, and its caller waits. */
  isWaiting(row: number, generation: number): boolean {
    return this.calls.generation[row] === generation && this.calls.waiting[row] === 1;
  }

  /** A handler with payload (row, generation) for calls whose callers still wait. */
  onWaitingRow(name: string, run: (row: number) => void): HandlerId {
    return this.sim.handler(name, (row, generation) => {
      if (this.isWaiting(row, generation)) run(row);
    });
  }

  workloadOf(pod: number): WorkloadPlan | undefined {
    return this.#plan.workloads[this.network.workloadOf(pod)];
  }

  /** Time of a packet over a way, ns; drawn where its distances have distributions. */
  oneWayNs(way: number): number {
    if (!this.#varies) return this.#halfRttNs[way] as number;
    const distance = way % DISTANCES.length;
    const hop = (way - distance) / DISTANCES.length - 1;
    return this.#halfNs(distance) + (hop < 0 ? 0 : this.#halfNs(hop));
  }

  #halfNs(distance: number): number {
    const varying = this.#varying[distance];
    if (varying === undefined) return this.#halfRttNs[distance] as number;
    return Math.max(0, varying.sample(this.#varyingStreams[distance] as RandomStream) / 2);
  }

  /** The pod at the far end of a row's connection. */
  backendOf(row: number): number {
    return this.pools.table.backend[this.calls.connection[row] as number] as number;
  }

  /** Frees a row, and its connection if that is closed, once neither side needs it. */
  recycle(row: number): void {
    const { calls, pools } = this;
    if (calls.waiting[row] === 1 || calls.serving[row] === 1) return;
    const connection = calls.connection[row] as number;
    if (connection !== NONE) {
      pools.recycleIfClosed(this.poolOf(row), connection);
    }
    calls.releaseIfDone(row);
  }
}
