import type {
  Deployment,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  KubeObject,
  Service,
  TrafficDistribution,
} from "../../api/index.ts";
import { ZONE_LABEL } from "../../api/index.ts";
import type { ServerSpec } from "../../traffic/index.ts";

/** A Kubernetes object with what the simulation must know beyond it. */
export interface ScenarioObjects {
  readonly objects: readonly KubeObject[];
  readonly servers: readonly ServerSpec[];
}

export interface DeploymentOptions {
  /** Number of pods; or by zone name, each zone's pods held there by a node selector. */
  readonly replicas: number | Readonly<Record<string, number>>;
  readonly server?: Omit<ServerSpec, "workload">;
  readonly port?: number;
  readonly cpu?: string;
}

/** A Deployment whose pods carry `app: NAME`, so that `service(NAME, …)` selects them. */
export function deployment(name: string, options: DeploymentOptions): ScenarioObjects {
  const { replicas } = options;
  const parts: readonly (readonly [string, number, string | undefined])[] =
    typeof replicas === "number"
      ? [[name, replicas, undefined]]
      : Object.entries(replicas).map(([zone, count]) => [`${name}-${zone}`, count, zone] as const);
  return {
    objects: parts.map(([part, count, zone]) => deploymentObject(name, part, count, zone, options)),
    servers: parts.map(([part]) => ({
      workload: `default/Deployment/${part}`,
      ...options.server,
    })),
  };
}

function deploymentObject(
  app: string,
  name: string,
  replicas: number,
  zone: string | undefined,
  { port = 8080, cpu = "100m" }: DeploymentOptions,
): Deployment {
  const labels = zone === undefined ? { app } : { app, part: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...(zone === undefined ? {} : { nodeSelector: { [ZONE_LABEL]: zone } }),
          containers: [
            {
              name: app,
              image: `${app}:scenario`,
              ports: [{ containerPort: port }],
              resources: { requests: { cpu } },
            },
          ],
        },
      },
    },
  };
}

export interface ServiceOptions {
  readonly port: number;
  readonly targetPort?: number;
  /** `Default` leaves the field out. */
  readonly trafficDistribution?: TrafficDistribution | "Default";
  readonly internalTrafficPolicy?: "Cluster" | "Local";
  /** `service.kubernetes.io/topology-mode`. */
  readonly topologyMode?: "Auto";
  /**
   * `spec.topologyKeys` of releases 1.17 to 1.21, in order: label keys (host name, zone, region), `*`
   * only as the last. Having it here puts that retired policy in force for the scenario.
   */
  readonly topologyKeys?: readonly string[];
}

/** A ClusterIP Service over the pods that carry `app: NAME`. */
export function service(name: string, options: ServiceOptions): ScenarioObjects {
  const { port, targetPort = 8080, trafficDistribution, internalTrafficPolicy } = options;
  const annotations =
    options.topologyMode === undefined
      ? {}
      : { annotations: { "service.kubernetes.io/topology-mode": options.topologyMode } };
  const object: Service = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "default", ...annotations },
    spec: {
      selector: { app: name },
      ports: [{ name: "http", port, targetPort }],
      ...(trafficDistribution === undefined || trafficDistribution === "Default"
        ? {}
        : { trafficDistribution }),
      ...(internalTrafficPolicy === undefined ? {} : { internalTrafficPolicy }),
      ...(options.topologyKeys === undefined ? {} : { topologyKeys: options.topologyKeys }),
    },
  };
  return { objects: [object], servers: [] };
}

export interface AutoscalerOptions {
  readonly min: number;
  readonly max: number;
  /** Target in percent of the CPU requests; 80 unless told. */
  readonly cpuUtilization?: number;
  readonly behavior?: HorizontalPodAutoscalerBehavior;
}

/** A HorizontalPodAutoscaler for the Deployment of the same name; it acts on the simulated load. */
export function autoscaler(
  name: string,
  { min, max, cpuUtilization = 80, behavior }: AutoscalerOptions,
): ScenarioObjects {
  const target = { type: "Utilization" as const, averageUtilization: cpuUtilization };
  const object: HorizontalPodAutoscaler = {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name, namespace: "default" },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
      ...(behavior === undefined ? {} : { behavior }),
    },
  };
  return { objects: [object], servers: [] };
}
