import type { IPFamily } from "../../api/index.ts";
import type { LabCapture, PacketWay, PodNetwork, ProxyMode } from "../../data-plane/index.ts";

/** Which of a Service's addresses clients use. */
export type ServiceAddress =
  | "cluster-ip"
  | "node-port"
  | "load-balancer"
  | "external-ip"
  | "endpoint";

export interface TraceOptions {
  readonly seed: string;
  readonly kubernetesVersion: string;
  /** `ebpf`: pods choose the endpoint in the socket, so that no packet shows the cluster IP. */
  readonly mode: ProxyMode | "ebpf";
  readonly network: PodNetwork;
  /** Absent: each Service's first one. */
  readonly family?: IPFamily | undefined;
  /**
   * Absent: pods use the cluster IP, of headless Services an endpoint; users outside the load balancer's
   * address, else a node port, an external IP, or the cluster IP by a route.
   */
  readonly address?: ServiceAddress | undefined;
}

/** How a connection ended for its client. */
export type TraceOutcome = "answered" | "refused" | "reset" | "timed-out" | "unreachable";

/** One connection that was captured. */
export interface TracedConnection {
  /** `namespace/pod`, or the client outside. */
  readonly from: string;
  /** `namespace/service:port` */
  readonly to: string;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  /** When it began (ns from the start of the capture). */
  readonly atNs: number;
  readonly kind: TraceOutcome;
  /** What the client saw: `answered by …`, or the error. */
  readonly outcome: string;
  /** The way of its first packet, with what rules did to it. */
  readonly way: PacketWay | undefined;
  /** It stayed open, and carried one request after another. */
  readonly keptOpen?: boolean;
  /** What in the cluster made it fail, traced back to view, slice and sync. */
  readonly cause?: string;
}

/** How many connections of one kind of traffic ended how. */
export interface TraceTally {
  readonly from: string;
  readonly to: string;
  readonly protocol: "TCP" | "UDP" | "SCTP";
  /** Connections that stay open and carry one request after another. */
  readonly keptOpen: boolean;
  readonly counts: Readonly<Partial<Record<TraceOutcome, number>>>;
}

export interface TrafficTrace {
  readonly capture: LabCapture;
  readonly connections: readonly TracedConnection[];
  /** Of everything that was tried, captured or not; empty where each connection is in the capture. */
  readonly tallies: readonly TraceTally[];
  /** Traffic that was left out, with the reason. */
  readonly leftOut: readonly string[];
}
