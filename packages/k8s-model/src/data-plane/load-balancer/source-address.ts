import type { LoadBalancer } from "./load-balancer.ts";

/** Whose address a server sees as that of its client. */
export type SourceSeen = "client" | "load balancer" | "node";

/**
 * Whose address the pod sees of a client outside. Policy Cluster rewrites it to the node's, or the
 * reply would miss that node; policy Local keeps what came in. A cloud balancer that sends to pods
 * passes no proxy: it decides alone.
 */
export function sourceSeen(policy: "Cluster" | "Local", balancer: LoadBalancer): SourceSeen {
  const atNode =
    balancer.kind === "cloud" && !balancer.preservesClientAddress ? "load balancer" : "client";
  if (balancer.kind === "cloud" && balancer.targetType === "ip") return atNode;
  return policy === "Cluster" ? "node" : atNode;
}
