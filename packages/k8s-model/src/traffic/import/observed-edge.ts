import { parseCIDR, parseIP } from "../../address/index.ts";
import type { SourcePosition } from "../../manifests/diagnostic.ts";

/** Traffic that was measured from one source to a Service, in the mean over the time observed. */
export interface ObservedEdge {
  /**
   * The sender: `NAMESPACE/WORKLOAD`, `NAMESPACE/KIND/WORKLOAD`, `outside`, or an address or CIDR
   * outside of the cluster.
   */
  readonly source: string;
  /** Zone of the sending pods, or by which users outside come in. */
  readonly sourceZone?: string;
  /** `[NAMESPACE/]SERVICE[:PORT]`; `internet` for what pods call outside of the cluster. */
  readonly destination: string;
  /** As the exporter says: `http`, `grpc`, `tcp`. Chooses a port where none is named. */
  readonly protocol?: string;
  readonly requestsPerSecond?: number;
  /** Bytes per second towards the Service. */
  readonly requestBytesPerSecond?: number;
  /** Bytes per second back. */
  readonly responseBytesPerSecond?: number;
  /** New connections per second. */
  readonly connectionsPerSecond?: number;
  readonly at: SourcePosition;
}

/** Rates of an edge, in the order of its columns. */
export const EDGE_RATES = [
  "requestsPerSecond",
  "requestBytesPerSecond",
  "responseBytesPerSecond",
  "connectionsPerSecond",
] as const;

export type EdgeRate = (typeof EDGE_RATES)[number];

/** Destination of what pods send to public addresses. */
export const INTERNET = "internet";

/** Sources that mean users outside of the cluster. */
export const OUTSIDE = "outside";

const OUTSIDE_WORDS = new Set([OUTSIDE, INTERNET, "world", "(outside)"]);

/** Whether a source or destination is outside of the cluster: a word for it, an address or a CIDR. */
export function isOutside(name: string): boolean {
  return OUTSIDE_WORDS.has(name) || parseIP(name) !== undefined || parseCIDR(name) !== undefined;
}
