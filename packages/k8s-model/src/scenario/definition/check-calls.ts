import {
  type EndpointSlice,
  type KubeObject,
  objectKey,
  type Service,
  selectorFromLabels,
  selectorMatches,
} from "../../api/index.ts";
import type { TrafficSpec } from "../../traffic/index.ts";
import { TrafficInputError } from "../../traffic/index.ts";

const SERVICE_NAME_LABEL = "kubernetes.io/service-name";
const MAKERS = ["Deployment", "StatefulSet", "DaemonSet"];

/** What a scenario's cluster has, at the start or on the way. */
export interface CalledCluster {
  readonly objects: readonly KubeObject[];
  /** Objects that are applied on the way: they may bring what is called. */
  readonly later: readonly KubeObject[];
  /** Workloads that are changed on the way (`namespace/name` or a name), and may so get pods. */
  readonly changed: ReadonlySet<string>;
}

/**
 * Holds calls to what a cluster has: their senders to workloads with pods, their targets to Services with
 * the port and with pods behind it. Nothing has been simulated yet.
 *
 * @throws {TrafficInputError} naming the call, what is missing, and what there is instead
 */
export function checkCalls(traffic: TrafficSpec, cluster: CalledCluster): void {
  const all = [...cluster.objects, ...cluster.later];
  const zones = zonesOf(all);
  for (const client of traffic.clients) {
    const who = `Client "${client.name}"`;
    if (client.workload !== undefined) checkSender(who, client.workload, cluster);
    if (client.zone !== undefined && !zones.includes(client.zone)) {
      throw missing("unknown-zone", `${who}: zone "${client.zone}" has no node`, zones);
    }
    checkTarget(who, client.to, all);
  }
  for (const call of traffic.calls) {
    const who = `The call of ${call.from} to ${call.to.service}:${call.to.port}`;
    checkWorkload(who, call.from, all);
    checkTarget(who, call.to, all);
  }
  for (const { workload } of traffic.servers) checkWorkload("A server", workload, all);
}

function checkWorkload(who: string, key: string, objects: readonly KubeObject[]): void {
  const keys = workloadKeys(objects);
  if (keys.includes(key)) return;
  throw missing("unknown-workload", `${who}: ${key} is no workload of the cluster`, keys);
}

function checkSender(who: string, key: string, { objects, later, changed }: CalledCluster): void {
  const all = [...objects, ...later];
  checkWorkload(who, key, all);
  const [namespace, kind = "", name = ""] = key.split("/");
  if (changed.has(name) || changed.has(`${namespace}/${name}`)) return;
  const isScaled = all.some((one) => one.kind === "HorizontalPodAutoscaler");
  const versions = all.filter(
    (one) => one.kind === kind && objectKey(one) === `${namespace}/${name}`,
  );
  const replicas = versions.map(
    ({ spec }) => (spec as { replicas?: number } | undefined)?.replicas,
  );
  if (isScaled || replicas.length === 0 || replicas.some((count) => count !== 0)) return;
  throw new TrafficInputError(
    "no-sender",
    `${who}: ${key} has no pod that could send (replicas is 0).`,
    "give it a replica, or leave the client out",
  );
}

function checkTarget(
  who: string,
  { service: key, port }: { readonly service: string; readonly port: number },
  objects: readonly KubeObject[],
): void {
  const services = objects.filter((one): one is Service => one.kind === "Service");
  const versions = services.filter((one) => objectKey(one) === key);
  const [service] = versions;
  if (service === undefined) {
    const keys = services.map(objectKey);
    throw missing("unknown-service", `${who}: ${key} is no Service of the cluster`, keys);
  }
  if (versions.some(({ spec }) => spec.type === "ExternalName")) {
    throw new TrafficInputError(
      "external-name",
      `${who}: Service ${key} is an ExternalName: its clients leave the cluster, where nothing is simulated.`,
      "call the Service that the name stands for, if it is one of this cluster, or leave the call out",
    );
  }
  const ports = versions.flatMap(({ spec }) => (spec.ports ?? []).map((one) => one.port));
  if (!ports.includes(port)) {
    const known = ports.map((one) => `${key}:${one}`);
    throw missing("unknown-service-port", `${who}: Service ${key} has no port ${port}`, known);
  }
  if (versions.some((one) => hasEndpoints(one, objects))) return;
  const selector = service.spec.selector;
  const what =
    selector === undefined
      ? "has no selector, and no EndpointSlice of it is among the objects"
      : `selects nothing: no pod carries ${labelsInWords(selector)}`;
  throw new TrafficInputError(
    "selects-nothing",
    `${who}: Service ${key} ${what}.`,
    selector === undefined
      ? "add its EndpointSlices, or a selector"
      : "let its selector name labels of a pod template, or add the workload",
  );
}

function hasEndpoints(service: Service, objects: readonly KubeObject[]): boolean {
  const { namespace = "default", name } = service.metadata;
  const { selector } = service.spec;
  const inNamespace = objects.filter(
    ({ metadata }) => (metadata.namespace ?? "default") === namespace,
  );
  if (selector === undefined || Object.keys(selector).length === 0) {
    return inNamespace.some(
      (one): one is EndpointSlice =>
        one.kind === "EndpointSlice" && one.metadata.labels?.[SERVICE_NAME_LABEL] === name,
    );
  }
  const wanted = selectorFromLabels(selector);
  return inNamespace.some((one) => {
    const labels = podLabels(one);
    return labels !== undefined && selectorMatches(wanted, labels);
  });
}

/** Labels of the pods that an object is or makes. */
function podLabels(object: KubeObject): Readonly<Record<string, string>> | undefined {
  if (object.kind === "Pod") return object.metadata.labels ?? {};
  const { template } = (object.spec ?? {}) as {
    readonly template?: { readonly metadata?: { readonly labels?: Record<string, string> } };
  };
  return template === undefined ? undefined : (template.metadata?.labels ?? {});
}

/** As traffic names them: `namespace/kind/name`. */
function workloadKeys(objects: readonly KubeObject[]): readonly string[] {
  const makers = [...MAKERS, "ReplicaSet", "Pod"];
  return objects.flatMap(({ kind, metadata }) =>
    makers.includes(kind) ? [`${metadata.namespace ?? "default"}/${kind}/${metadata.name}`] : [],
  );
}

function zonesOf(objects: readonly KubeObject[]): readonly string[] {
  const zones = objects.flatMap(({ kind, metadata }) =>
    kind === "Node" ? (metadata.labels?.["topology.kubernetes.io/zone"] ?? []) : [],
  );
  return [...new Set(zones)];
}

function labelsInWords(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

const MOST_NAMED = 5;

function missing(code: string, problem: string, known: readonly string[]): TrafficInputError {
  const named = [...new Set(known)].slice(0, MOST_NAMED).join(", ");
  return new TrafficInputError(
    code,
    `${problem}.`,
    named === "" ? "add it; there is none at all" : `add it, or name one of ${named}`,
  );
}
