import { isOutside, type ObservedEdge } from "./observed-edge.ts";

/** What pods exchange with the Internet; bytes per second. */
export interface Egress {
  readonly sentBytesPerSecond: number;
  readonly receivedBytesPerSecond: number;
}

/** What was observed to leave the cluster: not simulated, but on the bill. Undefined: nothing was. */
export function egressOf(edges: readonly ObservedEdge[]): Egress | undefined {
  const leaving = edges.filter(
    ({ source, destination }) => isOutside(destination) && !isOutside(source),
  );
  if (leaving.length === 0) return undefined;
  return {
    sentBytesPerSecond: leaving.reduce((so, each) => so + (each.requestBytesPerSecond ?? 0), 0),
    receivedBytesPerSecond: leaving.reduce(
      (so, each) => so + (each.responseBytesPerSecond ?? 0),
      0,
    ),
  };
}
