import type { Deployment, IntOrString, ReplicaSet } from "@k8s-netsim/k8s-model/api";

/** What the vectors tell of a ReplicaSet; ages as seconds since some start. */
export interface VectorReplicaSet {
  readonly name: string;
  readonly created: number;
  readonly replicas: number;
  readonly available: number;
  readonly desiredReplicasAnnotation?: number | null;
  readonly maxReplicasAnnotation?: number | null;
}

const SELECTOR = { matchLabels: { app: "web" } };
const TEMPLATE = { metadata: SELECTOR.matchLabels, spec: { containers: [{ name: "main" }] } };

export function deploymentOf(
  replicas: number,
  maxSurge: IntOrString,
  maxUnavailable: IntOrString,
  statusReplicas = 0,
): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector: SELECTOR,
      template: { spec: TEMPLATE.spec },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } },
    },
    status: { replicas: statusReplicas },
  };
}

export function replicaSetOf(given: VectorReplicaSet): ReplicaSet {
  const annotations: Record<string, string> = {};
  if (given.desiredReplicasAnnotation !== undefined && given.desiredReplicasAnnotation !== null) {
    annotations["deployment.kubernetes.io/desired-replicas"] = `${given.desiredReplicasAnnotation}`;
  }
  if (given.maxReplicasAnnotation !== undefined && given.maxReplicasAnnotation !== null) {
    annotations["deployment.kubernetes.io/max-replicas"] = `${given.maxReplicasAnnotation}`;
  }
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: given.name,
      namespace: "default",
      creationTimestamp: timestamp(given.created),
      annotations,
    },
    spec: { replicas: given.replicas, selector: SELECTOR, template: { spec: TEMPLATE.spec } },
    status: { replicas: given.replicas, availableReplicas: given.available },
  };
}

/** A time of some day, so many seconds after its start. */
export function timestamp(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString().replace(".000Z", "Z");
}
