import type { ServicePortRef } from "../../traffic/index.ts";
import { clusterAt, type ExplainOptions } from "../explain/explain-connection.ts";
import type { TraceOptions, TrafficTrace } from "./trace-options.ts";
import { traceAtRest } from "./trace-traffic.ts";
import { wantedConnection } from "./wanted.ts";

/**
 * One connection of one pod (`namespace/name`), or of a user outside where none is named, to a Service
 * port, at the moment that is asked about: the nodes have the rules that their kube-proxies have in force
 * then, and time stands still for everything but packets.
 *
 * @throws {InvalidTrace} where there is no such pod with an address, or no such port
 */
export function traceMoment(
  from: string | undefined,
  to: ServicePortRef,
  moment: Pick<ExplainOptions, "objects" | "changed" | "faults" | "kubernetesVersion" | "atNs">,
  options: TraceOptions,
): TrafficTrace {
  const cluster = clusterAt(moment);
  const wanted = wantedConnection(cluster, from, to, options.family);
  return typeof wanted === "string"
    ? traceAtRest(cluster, [], [wanted], options)
    : traceAtRest(cluster, [wanted], [], options);
}
