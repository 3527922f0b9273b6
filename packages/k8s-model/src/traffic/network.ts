import type { Place } from "../topology/index.ts";

/** No endpoint: the node answers "refused" at once. */
export const REFUSED = -1;
/** No local endpoint under a Local policy: packets vanish. */
export const DROPPED = -2;

/** A connection begins in a pod, or outside the cluster: traffic policies tell them apart. */
export type Origin = "internal" | "external";

/** What a Service port speaks: how a connection begins, lives and ends. */
export type Protocol = "TCP" | "UDP" | "SCTP";

/** What happens to a packet that reaches a pod. */
export const PodState = {
  /** The pod answers. */
  serving: 0,
  /** The node is up and the pod is gone: the peer learns of it at once (reset). */
  closed: 1,
  /** The node is down or cut off: nothing comes back. */
  silent: 2,
  /** The pod finishes what it serves: it has closed idle connections and refuses new ones. */
  closing: 3,
} as const;

export type PodState = (typeof PodState)[keyof typeof PodState];

/** An attempt that reached nobody. Nodes and pods by index; a time in ns. */
export interface FailedAttempt {
  readonly failure: "refused" | "reset" | "timed-out";
  readonly servicePort: number;
  /** The node whose proxy chose the endpoint. */
  readonly node: number;
  readonly pod: number;
  /** When the connection stood, where it did. */
  readonly establishedAtNs?: number;
}

/**
 * All that traffic knows of the data plane. Pods and nodes are small integers that never change
 * their meaning during a run; node -1 is outside the cluster.
 */
export interface Network {
  readonly zones: readonly string[];
  /** Place of a node by index. */
  place(node: number): Place;
  nodeOf(pod: number): number;
  /** Index of the pod's workload in the traffic plan; -1 for pods that belong to none. */
  workloadOf(pod: number): number;
  /** `namespace/name`. */
  podName(pod: number): string;
  /** One more than the highest pod index in use. */
  podCount(): number;
  podState(pod: number): PodState;
  /** Pods of a workload that run now and can be a source of requests. */
  clientPods(workload: number): readonly number[];
  /**
   * Nodes at which connections from outside to this Service port may arrive now; those of one zone
   * if it is named.
   */
  entryNodes(servicePort: number, zone?: string): readonly number[];
  /**
   * Index of the distance from a load balancer's front end to the node at which a connection enters;
   * -1, or no such function, where nothing is known of that way.
   */
  entryHop?(node: number): number;
  /**
   * What has become of the way of a connection from outside that entered at `node`: `closed` where the
   * load balancer has ended it, `silent` where the node is gone. Absent: ways last.
   */
  wayState?(node: number, servicePort: number): PodState;
  /** Whether pods see the address of a client outside, not that of a node or a load balancer. */
  keepsClientAddress?(servicePort: number): boolean;
  /**
   * The endpoints that the proxy on `node`, by what it believes now, balances new connections to
   * this Service port over: pod indices, or the verdict {@link REFUSED} or {@link DROPPED}. The
   * same array means the same endpoints; it is not to be changed.
   */
  endpoints(
    node: number,
    servicePort: number,
    origin: Origin,
  ): readonly number[] | typeof REFUSED | typeof DROPPED;
  /**
   * Session affinity of the proxy on `node`: the endpoint that a new connection of `caller` (a pod; -1:
   * outside) gets in place of `drawn`, one of `endpoints`. Called once for each new connection, in order
   * of time. Absent: no Service has affinity.
   */
  affinity?(
    node: number,
    servicePort: number,
    caller: number,
    endpoints: readonly number[],
    drawn: number,
    nowNs: number,
  ): number;
  /**
   * Nodes whose endpoints may be others than those of the rest of their zone, where that is known:
   * hints or a policy name them. Holds while all nodes have the same view. Absent: every node may differ.
   */
  specialNodes?(servicePort: number): readonly number[];
  /**
   * Whether a node without an endpoint says so to a caller (a pod; -1: outside). Refusals are ICMP errors,
   * of which each destination gets a few: beyond them a caller hears nothing. Asked once an attempt, in
   * order of time. Absent: always.
   */
  tellsRefusal?(caller: number, nowNs: number): boolean;
  /** Absent: every port is TCP. Never changes during a run. */
  protocol?(servicePort: number): Protocol;
  /** Whether clients are told the endpoints' own addresses, so that no proxy chooses. Absent: none is so. */
  isHeadless?(servicePort: number): boolean;
  /** Whether packets between two nodes vanish. Absent: all nodes reach each other. */
  isCut?(node: number, other: number): boolean;
  /**
   * Told of every attempt that the data plane fails, the moment it is decided: `refused` or `timed-out`
   * for a new connection, `reset` or `timed-out` on one that stood. `pod`: -1 where no endpoint was
   * chosen.
   */
  attemptFailed?(attempt: FailedAttempt): void;
  /** Every ready endpoint of the Service port anywhere, ascending. */
  readyEndpoints(servicePort: number): readonly number[];
}
