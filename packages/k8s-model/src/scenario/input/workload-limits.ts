import {
  type KubeObject,
  objectKey,
  type PodTemplateSpec,
  type Service,
  selectorFromLabels,
  selectorMatches,
  type Volume,
} from "../../api/index.ts";
import { kindUse } from "../../manifests/index.ts";

/** Volumes that die with the pod and hold nothing but scratch or configuration. */
const WITHOUT_STATE = new Set([
  "configMap",
  "secret",
  "projected",
  "downwardAPI",
  "emptyDir",
  "image",
]);

/** Well-known ports of data stores: what is behind one holds data, and copies do not share it. */
const DATA_STORE_PORTS: ReadonlyMap<number, string> = new Map([
  [1433, "SQL Server"],
  [2181, "ZooKeeper"],
  [2379, "etcd"],
  [3306, "MySQL"],
  [5432, "PostgreSQL"],
  [5672, "AMQP"],
  [6379, "Redis"],
  [7687, "Neo4j"],
  [8086, "InfluxDB"],
  [9042, "Cassandra"],
  [9092, "Kafka"],
  [9200, "Elasticsearch"],
  [11211, "memcached"],
  [26257, "CockroachDB"],
  [27017, "MongoDB"],
]);

/**
 * Why the number of replicas of a workload is not ours to change: an autoscaler owns it, or its pods
 * keep state. Keys are `namespace/kind/name`; workloads that may be scaled are absent.
 */
export function workloadLimits(objects: readonly KubeObject[]): ReadonlyMap<string, string> {
  const limits = new Map<string, string>();
  const services = objects.filter((object): object is Service => object.kind === "Service");
  for (const object of objects) {
    const template = podTemplateOf(object);
    if (template === undefined) continue;
    const reason = autoscalerOf(object, objects) ?? stateOf(object, template, services);
    if (reason !== undefined) limits.set(workloadKey(object), reason);
  }
  return limits;
}

/** `namespace/kind/name`. */
export function workloadKey(object: KubeObject): string {
  const { namespace = "default", name } = object.metadata;
  return `${namespace}/${object.kind}/${name}`;
}

/** The pod template of a kind whose replicas can be set. */
export function podTemplateOf(object: KubeObject): PodTemplateSpec | undefined {
  if (!["Deployment", "StatefulSet", "ReplicaSet"].includes(object.kind)) return undefined;
  if (kindUse(object.apiVersion, object.kind) !== "simulated") return undefined;
  return (object.spec as { readonly template?: PodTemplateSpec } | undefined)?.template;
}

function autoscalerOf(object: KubeObject, objects: readonly KubeObject[]): string | undefined {
  const owner = objects.find((candidate) => {
    if (candidate.kind !== "HorizontalPodAutoscaler") return false;
    const target = (
      candidate.spec as { readonly scaleTargetRef?: { kind?: string; name?: string } }
    )?.scaleTargetRef;
    return (
      target?.kind === object.kind &&
      target.name === object.metadata.name &&
      candidate.metadata.namespace === object.metadata.namespace
    );
  });
  return owner && `HorizontalPodAutoscaler ${objectKey(owner)} owns its replicas`;
}

function stateOf(
  object: KubeObject,
  template: PodTemplateSpec,
  services: readonly Service[],
): string | undefined {
  const claims = (object.spec as { readonly volumeClaimTemplates?: readonly unknown[] })
    .volumeClaimTemplates;
  if (claims !== undefined && claims.length > 0)
    return "each pod keeps state on a volume of its own";
  const volumes = template.spec.volumes ?? [];
  const kept = volumes.find((volume) => !isWithoutState(volume));
  if (kept !== undefined) return `it keeps state on volume "${kept.name}"`;
  const scratch = volumes.find((volume) => Object.hasOwn(volume, "emptyDir"));
  const store = dataStoreBehind(object, template, services);
  if (store === undefined) return undefined;
  return scratch === undefined
    ? `it is a data store (${store}) that keeps its data in its container`
    : `it is a data store (${store}) that keeps its data on volume "${scratch.name}"`;
}

function isWithoutState(volume: Volume): boolean {
  return Object.keys(volume).every((source) => source === "name" || WITHOUT_STATE.has(source));
}

function dataStoreBehind(
  object: KubeObject,
  template: PodTemplateSpec,
  services: readonly Service[],
): string | undefined {
  const declared = template.spec.containers.flatMap((container) =>
    (container.ports ?? []).map((port) => port.containerPort),
  );
  const labels = template.metadata?.labels ?? {};
  const served = services
    .filter((service) => service.metadata.namespace === object.metadata.namespace)
    .filter(({ spec }) => selects(spec.selector, labels))
    .flatMap(({ spec }) => (spec.ports ?? []).map((port) => port.port));
  const port = [...declared, ...served].find((candidate) => DATA_STORE_PORTS.has(candidate));
  return port === undefined ? undefined : `${DATA_STORE_PORTS.get(port)}, port ${port}`;
}

function selects(
  selector: Readonly<Record<string, string>> | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (selector === undefined || Object.keys(selector).length === 0) return false;
  return selectorMatches(selectorFromLabels(selector), labels);
}
