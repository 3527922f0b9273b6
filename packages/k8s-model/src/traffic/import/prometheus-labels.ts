import { OUTSIDE } from "./observed-edge.ts";

/** Labels of one series that are not empty. */
export type Labels = ReadonlyMap<string, string>;

/** Labels to ask for: Istio's names. */
export function wantedLabels(withSource: boolean): readonly string[] {
  const service = ["destination_service_name", "destination_service_namespace"];
  return withSource ? ["source_workload", "source_workload_namespace", ...service] : service;
}

/**
 * `NAMESPACE/WORKLOAD` of the caller, or `outside`; undefined where no label says it. Istio calls
 * what is not in the mesh "unknown".
 *
 * @param outside names that count as outside: gateways that are not simulated
 */
export function labelledSource(labels: Labels, outside: ReadonlySet<string>): string | undefined {
  const workload = labels.get("source_workload") ?? linkerdWorkload(labels);
  if (workload === undefined) return undefined;
  if (workload === "unknown") return OUTSIDE;
  const namespace = labels.get("source_workload_namespace") ?? labels.get("namespace");
  const name = namespace === undefined ? workload : `${namespace}/${workload}`;
  return outside.has(name) || outside.has(workload) ? OUTSIDE : name;
}

function linkerdWorkload(labels: Labels): string | undefined {
  if (!labels.has("dst_service")) return undefined;
  return labels.get("deployment") ?? labels.get("statefulset") ?? labels.get("daemonset");
}

/** What Envoy counts that no Service was found for. */
const NO_SERVICE = new Set([
  "unknown",
  "PassthroughCluster",
  "BlackHoleCluster",
  "InboundPassthroughCluster",
  "InboundPassthroughClusterIpv4",
  "InboundPassthroughClusterIpv6",
]);

/** `NAMESPACE/SERVICE` that is called; foreign where it is a host outside of the cluster. */
export function labelledService(
  labels: Labels,
): { readonly name: string; readonly isForeign: boolean } | undefined {
  const host = labels.get("destination_service");
  const name = labels.get("destination_service_name") ?? labels.get("dst_service") ?? host;
  if (name === undefined) return undefined;
  const inHost = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\..+)?$/.exec(host ?? name);
  const namespace =
    labels.get("destination_service_namespace") ?? labels.get("dst_namespace") ?? inHost?.[2];
  const short = /^([a-z0-9-]+)(?:\.[a-z0-9-]+\.svc(?:\..+)?)?$/.exec(name)?.[1];
  if (NO_SERVICE.has(name) || short === undefined) return { name, isForeign: true };
  return {
    name: namespace === undefined || namespace === "unknown" ? short : `${namespace}/${short}`,
    isForeign: false,
  };
}
