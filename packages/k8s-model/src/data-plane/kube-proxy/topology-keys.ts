import { HOSTNAME_LABEL, REGION_LABEL, type Service, ZONE_LABEL } from "../../api/index.ts";
import type { EndpointInfo } from "./endpoint-info.ts";

/** The labels of a node; `undefined` where the node is not known. */
export type NodeLabelsOf = (
  nodeName: string,
) => Readonly<Record<string, string | undefined>> | undefined;

/** The key that matches every endpoint; it may only come last. */
const ANY = "*";

/** The field `spec.topologyKeys` of a Service as Kubernetes 1.17 to 1.21 knew it. */
export function topologyKeysOf({ spec }: Service): readonly string[] {
  const keys = spec.topologyKeys;
  return Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [];
}

/**
 * The endpoints that kube-proxy took under the retired field `topologyKeys` (alpha from 1.17, removed
 * in 1.22): those that share the node's value of the first key for which there is any. No match
 * means no endpoint at all, unless `*` comes last. On a node without labels only `*` helps.
 *
 * Endpoints carried three labels: host name (the node's name), zone and region.
 */
export function filterByTopologyKeys(
  endpoints: readonly EndpointInfo[],
  keys: readonly string[],
  nodeName: string,
  labelsOf: NodeLabelsOf,
): readonly EndpointInfo[] {
  if (keys.length === 0) return endpoints;
  const own = labelsOf(nodeName) ?? {};
  if (Object.keys(own).length === 0) return keys.at(-1) === ANY ? endpoints : [];
  for (const key of keys) {
    if (key === ANY) return endpoints;
    const value = Object.hasOwn(own, key) ? own[key] : undefined;
    if (value === undefined) continue;
    const matching = endpoints.filter((one) => topologyValue(one, key, labelsOf) === value);
    if (matching.length > 0) return matching;
  }
  return [];
}

function topologyValue(
  { nodeName, endpoint }: EndpointInfo,
  key: string,
  labelsOf: NodeLabelsOf,
): string | undefined {
  if (nodeName === undefined) return undefined;
  if (key === HOSTNAME_LABEL) return nodeName;
  if (key === ZONE_LABEL) return endpoint.zone;
  return key === REGION_LABEL ? labelsOf(nodeName)?.[REGION_LABEL] : undefined;
}
