import type { Node } from "../../api/index.ts";

/** What an HTTP health check reads. */
export interface HealthAnswer {
  readonly status: 200 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LocalEndpoints {
  readonly namespace: string;
  readonly name: string;
  /** Ready endpoints on this node; terminating ones do not count, even while they serve. */
  readonly readyHere: number;
  /** Whether the node's kube-proxy keeps up with its changes. */
  readonly proxyHealthy: boolean;
}

/**
 * Answer of a Service's health-check node port (`externalTrafficPolicy: Local`), by one node's proxy:
 * 200 where the node has a ready endpoint (KEP-1669), with their number as a weight.
 */
export function healthCheckNodePortAnswer(local: LocalEndpoints): HealthAnswer {
  const { namespace, name, readyHere, proxyHealthy } = local;
  return {
    status: readyHere > 0 && proxyHealthy ? 200 : 503,
    headers: {
      "Content-Type": "application/json",
      "X-Content-Type-Options": "nosniff",
      "X-Load-Balancing-Endpoint-Weight": String(readyHere),
    },
    body: JSON.stringify({
      service: { namespace, name },
      localEndpoints: readyHere,
      serviceProxyHealthy: proxyHealthy,
    }),
  };
}

const TO_BE_DELETED_TAINT = "ToBeDeletedByClusterAutoscaler";

/**
 * Answer of kube-proxy's `/healthz` (port 10256), which load balancers ask where the policy is
 * Cluster: 503 on a node that is to be deleted (KEP-3836), or while changes wait for too long.
 */
export function proxyHealthz(node: Node, proxyHealthy = true): 200 | 503 {
  const leaving =
    node.metadata.deletionTimestamp !== undefined ||
    (node.spec?.taints ?? []).some(({ key }) => key === TO_BE_DELETED_TAINT);
  return leaving || !proxyHealthy ? 503 : 200;
}
