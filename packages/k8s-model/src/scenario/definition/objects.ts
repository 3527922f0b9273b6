import type {
  Deployment,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  KubeObject,
  Probe,
  Service,
  ServicePort,
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
  /** Seconds that a `preStop` hook sleeps; none unless told. */
  readonly preStopSeconds?: number;
  /** Period of a readiness probe; without one a pod is ready before its application answers. */
  readonly readinessSeconds?: number;
  /**
   * A readiness probe by HTTP with these fields of the manifest, in place of `readinessSeconds`, whose
   * probe only opens a connection.
   */
  readonly readiness?: Readonly<
    Pick<Probe, "periodSeconds" | "timeoutSeconds" | "failureThreshold" | "successThreshold">
  >;
  /** `terminationGracePeriodSeconds`; 30 unless told. */
  readonly graceSeconds?: number;
  /** An annotation of the pods that changes with it: another revision is another rollout. */
  readonly revision?: string;
  /** Of the rolling update, as the Deployment's strategy writes them. */
  readonly maxSurge?: number | string;
  readonly maxUnavailable?: number | string;
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
  options: DeploymentOptions,
): Deployment {
  const { port = 8080, cpu = "100m", preStopSeconds, graceSeconds, revision } = options;
  const { maxSurge, maxUnavailable } = options;
  const rollingUpdate = {
    ...(maxSurge === undefined ? {} : { maxSurge }),
    ...(maxUnavailable === undefined ? {} : { maxUnavailable }),
  };
  const labels = zone === undefined ? { app } : { app, part: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      ...(Object.keys(rollingUpdate).length === 0
        ? {}
        : { strategy: { type: "RollingUpdate" as const, rollingUpdate } }),
      template: {
        metadata: { labels, ...(revision === undefined ? {} : { annotations: { revision } }) },
        spec: {
          ...(graceSeconds === undefined ? {} : { terminationGracePeriodSeconds: graceSeconds }),
          ...(zone === undefined ? {} : { nodeSelector: { [ZONE_LABEL]: zone } }),
          containers: [
            {
              name: app,
              image: `${app}:scenario`,
              ports: [{ containerPort: port }],
              resources: { requests: { cpu } },
              ...readinessProbe(port, options),
              ...(preStopSeconds === undefined
                ? {}
                : { lifecycle: { preStop: { sleep: { seconds: preStopSeconds } } } }),
            },
          ],
        },
      },
    },
  };
}

function readinessProbe(
  port: number,
  { readiness, readinessSeconds }: DeploymentOptions,
): { readonly readinessProbe?: Probe } {
  if (readiness !== undefined) {
    return { readinessProbe: { httpGet: { path: "/ready", port }, ...readiness } };
  }
  if (readinessSeconds === undefined) return {};
  return { readinessProbe: { tcpSocket: { port }, periodSeconds: readinessSeconds } };
}

export interface ServiceOptions {
  readonly port: number;
  readonly targetPort?: number;
  /** `Default` leaves the field out. */
  readonly trafficDistribution?: TrafficDistribution | "Default";
  readonly internalTrafficPolicy?: "Cluster" | "Local";
  /** ClusterIP unless told. */
  readonly type?: "ClusterIP" | "NodePort" | "LoadBalancer";
  /** Only for types that are reached from outside. */
  readonly externalTrafficPolicy?: "Cluster" | "Local";
  /** `service.kubernetes.io/topology-mode`. */
  readonly topologyMode?: "Auto";
  /** `clusterIP: None`: clients are told the endpoints' own addresses and choose by themselves. */
  readonly headless?: boolean;
  /** TCP unless told. */
  readonly protocol?: ServicePort["protocol"];
  readonly publishNotReadyAddresses?: boolean;
  /**
   * `spec.topologyKeys` of releases 1.17 to 1.21, in order: label keys (host name, zone, region), `*`
   * only as the last. Having it here puts that retired policy in force for the scenario.
   */
  readonly topologyKeys?: readonly string[];
}

/** A Service over the pods that carry `app: NAME`. */
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
      ...(options.type === undefined ? {} : { type: options.type }),
      selector: { app: name },
      ports: [
        {
          name: "http",
          port,
          targetPort,
          ...(options.protocol === undefined ? {} : { protocol: options.protocol }),
        },
      ],
      ...(options.headless === true ? { clusterIP: "None" } : {}),
      ...(options.publishNotReadyAddresses === undefined
        ? {}
        : { publishNotReadyAddresses: options.publishNotReadyAddresses }),
      ...(trafficDistribution === undefined || trafficDistribution === "Default"
        ? {}
        : { trafficDistribution }),
      ...(internalTrafficPolicy === undefined ? {} : { internalTrafficPolicy }),
      ...(options.externalTrafficPolicy === undefined
        ? {}
        : { externalTrafficPolicy: options.externalTrafficPolicy }),
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
