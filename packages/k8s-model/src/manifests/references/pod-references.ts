import type { Diagnostic } from "../diagnostic.ts";
import type { FieldPath } from "../field-path.ts";
import { formatFieldPath } from "../field-path.ts";
import { isFields, listOf } from "../guards.ts";
import type { ManifestObject } from "../manifest-object.ts";
import { controllerOf, keyOf, type WorkloadView } from "../workloads.ts";

/** Pods bound to nodes that are not there, and owners and ConfigMaps that are missing. */
export function podReferenceDiagnostics(
  objects: readonly ManifestObject[],
  workloads: readonly WorkloadView[],
): Diagnostic[] {
  return [
    ...nodeDiagnostics(objects),
    ...ownerDiagnostics(objects),
    ...workloads.flatMap((view) => configMapDiagnostics(objects, view)),
  ];
}

function nodeDiagnostics(objects: readonly ManifestObject[]): Diagnostic[] {
  const nodes = new Set(
    objects
      .filter(({ object }) => object.kind === "Node")
      .map(({ object }) => object.metadata.name),
  );
  const bound = objects.filter(
    ({ object }) => object.kind === "Pod" && nodeOf(object) !== undefined,
  );
  const [first] = bound;
  if (first === undefined) return [];
  if (nodes.size === 0) {
    return [
      {
        code: "nodes-missing",
        severity: "warning",
        message: `${bound.length === 1 ? "A pod names" : `${bound.length} pods name`} the node to run on, but the input has no Nodes; the scheduler places ${bound.length === 1 ? "it" : "them"} on made-up nodes.`,
        remedy: "add them (kubectl get nodes -o json), so that the pods stay where they are",
        at: first.position("spec.nodeName"),
        field: "spec.nodeName",
      },
    ];
  }
  return bound
    .filter(({ object }) => !nodes.has(nodeOf(object) as string))
    .map((pod) => ({
      code: "unknown-node",
      severity: "error",
      message: `Pod "${pod.object.metadata.name}" runs on node "${nodeOf(pod.object)}", which the input does not have.`,
      remedy: "add the Node, or remove nodeName to let the scheduler place the pod",
      at: pod.position("spec.nodeName"),
      field: "spec.nodeName",
    }));
}

/** The node of a pod that still runs; finished pods may outlive their node. */
function nodeOf(object: ManifestObject["object"]): string | undefined {
  const { spec, status } = object;
  const phase = isFields(status) ? status.phase : undefined;
  if (phase === "Succeeded" || phase === "Failed") return undefined;
  const node = isFields(spec) ? spec.nodeName : undefined;
  return typeof node === "string" && node !== "" ? node : undefined;
}

const OWNERS = new Set(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"]);

/** One line for each pair of kinds: dumps without ReplicaSets are common and harmless. */
function ownerDiagnostics(objects: readonly ManifestObject[]): Diagnostic[] {
  const known = new Set(objects.map(keyOf));
  const missing = new Map<string, ManifestObject[]>();
  for (const entry of objects) {
    const owner = controllerOf(entry);
    if (owner === undefined || !OWNERS.has(owner.kind)) continue;
    if (known.has(`${entry.object.metadata.namespace ?? ""}/${owner.kind}/${owner.name}`)) continue;
    const pair = `${entry.object.kind} ${owner.kind}`;
    const group = missing.get(pair);
    if (group === undefined) missing.set(pair, [entry]);
    else group.push(entry);
  }
  return [...missing.keys()].sort().map((pair) => {
    const [kind, owner] = pair.split(" ");
    const group = missing.get(pair) as ManifestObject[];
    return {
      code: "owner-not-in-input",
      severity: "info",
      message: `${group.length} ${kind} object${group.length === 1 ? "" : "s"} with a ${owner} for owner that the input does not have.`,
      remedy: `add them (kubectl get ${owner?.toLowerCase()}s -o json) if they should be replaced when they fail`,
      at: (group[0] as ManifestObject).position("metadata.ownerReferences"),
      field: "metadata.ownerReferences",
    };
  });
}

/** Objects that come from a cluster found their ConfigMaps there; the dump need not hold them. */
function configMapDiagnostics(
  objects: readonly ManifestObject[],
  view: WorkloadView,
): Diagnostic[] {
  if (view.entry.object.metadata.uid !== undefined) return [];
  const seen = new Set<string>();
  return configMapReferences(view).flatMap(({ name, path }) => {
    const exists = objects.some(
      ({ object }) =>
        object.kind === "ConfigMap" &&
        object.metadata.name === name &&
        object.metadata.namespace === view.namespace,
    );
    if (exists || seen.has(name) || name === "kube-root-ca.crt") return [];
    seen.add(name);
    return [
      {
        code: "unknown-config-map",
        severity: "warning",
        message: `${view.kind} "${view.name}" needs ConfigMap "${name}", which the input does not have; what it names is not followed.`,
        remedy: "add the ConfigMap to the input",
        at: view.entry.position(path),
        field: formatFieldPath(path),
      },
    ];
  });
}

interface ConfigMapReference {
  readonly name: string;
  readonly path: FieldPath;
}

function configMapReferences(view: WorkloadView): ConfigMapReference[] {
  const root = view.podSpecPath;
  const containers = listOf(view.podSpec.containers).flatMap((container, index) => {
    if (!isFields(container)) return [];
    const path = [...root, "containers", index];
    return [
      ...listOf(container.env).flatMap((entry, at) => {
        const source = isFields(entry) && isFields(entry.valueFrom) ? entry.valueFrom : {};
        return reference(source.configMapKeyRef, [...path, "env", at, "valueFrom"]);
      }),
      ...listOf(container.envFrom).flatMap((entry, at) =>
        isFields(entry) ? reference(entry.configMapRef, [...path, "envFrom", at]) : [],
      ),
    ];
  });
  const volumes = listOf(view.podSpec.volumes).flatMap((volume, index) =>
    isFields(volume) ? reference(volume.configMap, [...root, "volumes", index]) : [],
  );
  return [...containers, ...volumes];
}

function reference(source: unknown, path: FieldPath): ConfigMapReference[] {
  if (!isFields(source) || source.optional === true) return [];
  return typeof source.name === "string" && source.name !== "" ? [{ name: source.name, path }] : [];
}
