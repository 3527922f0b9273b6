import type { KubeObject } from "../../api/index.ts";
import type { Diagnostic, ManifestObject } from "../../manifests/index.ts";

/** Kubernetes itself is tested with up to 150,000 pods (kubernetes.io, "Considerations for large clusters"). */
export const MOST_PODS = 150_000;

/** Kubernetes itself is tested with up to 10,000 Services; their addresses end at a million. */
const MOST_SERVICES = 200_000;

const REPLICATED = new Set(["Deployment", "ReplicaSet", "StatefulSet"]);

/** Errors where there is more than can be simulated, at the object that is too much. */
export function sizeDiagnostics(entries: readonly ManifestObject[]): readonly Diagnostic[] {
  return [...tooManyServices(entries), ...tooManyPods(entries)];
}

function tooManyServices(entries: readonly ManifestObject[]): readonly Diagnostic[] {
  const services = entries.filter(({ object }) => object.kind === "Service");
  const first = services[MOST_SERVICES];
  if (first === undefined) return [];
  return [
    {
      code: "too-many-services",
      severity: "error",
      message: `The input has ${services.length} Services; at most ${MOST_SERVICES} can be simulated.`,
      remedy: "leave out those that do not matter",
      at: first.position(),
    },
  ];
}

function tooManyPods(entries: readonly ManifestObject[]): readonly Diagnostic[] {
  let pods = 0;
  for (const entry of entries) {
    const replicas = podsAskedBy(entry.object);
    pods += replicas;
    if (pods <= MOST_PODS) continue;
    const { kind, metadata } = entry.object;
    return [
      {
        code: "too-many-pods",
        severity: "error",
        message: `${kind} "${metadata.name}": with its ${replicas} replicas the input asks for ${pods} pods or more; at most ${MOST_PODS} can be simulated.`,
        remedy: "ask for fewer replicas",
        at: entry.position("spec.replicas"),
        field: "spec.replicas",
      },
    ];
  }
  return [];
}

/** Replicas that a workload asks for on its own account, not for an owner that asks already. */
export function podsAskedBy(object: KubeObject): number {
  if (!REPLICATED.has(object.kind)) return 0;
  // Sizes are looked at before validation: any field may be of any type.
  const owners: unknown = object.metadata.ownerReferences;
  if (Array.isArray(owners) && owners.some((owner) => owner?.controller === true)) return 0;
  const { replicas = 1 } = (object.spec ?? {}) as { readonly replicas?: number };
  return typeof replicas === "number" ? replicas : 1;
}
