import type { KubeObject, Service } from "../api/index.ts";

/**
 * The new state of an object that is applied again: what the API server and the controllers have
 * decided about it (status, addresses, node ports) stays where the new manifest says nothing.
 */
export function mergeApplied(existing: KubeObject, applied: KubeObject): KubeObject {
  const generation = Number(existing.metadata.generation ?? 1) + 1;
  const status = applied.status ?? existing.status;
  const merged: KubeObject = {
    ...applied,
    metadata: {
      ...applied.metadata,
      generation,
      ownerReferences: applied.metadata.ownerReferences ?? existing.metadata.ownerReferences ?? [],
    },
    ...(status === undefined ? {} : { status }),
  };
  return applied.kind === "Service"
    ? keepAllocations(existing as Service, merged as Service)
    : merged;
}

function keepAllocations(existing: Service, applied: Service): Service {
  if (applied.spec.type === "ExternalName") return applied;
  const { clusterIP, clusterIPs, ipFamilies } = existing.spec;
  const givenIP = applied.spec.clusterIP ?? "";
  const ports = (applied.spec.ports ?? []).map((port) => {
    const before = (existing.spec.ports ?? []).find(({ name = "" }) => name === (port.name ?? ""));
    const keeps = applied.spec.type === "NodePort" || applied.spec.type === "LoadBalancer";
    if (!keeps || port.nodePort !== undefined || before?.nodePort === undefined) return port;
    return { ...port, nodePort: before.nodePort };
  });
  const families = applied.spec.ipFamilies ?? ipFamilies;
  const kept =
    givenIP === ""
      ? {
          ...(clusterIP === undefined ? {} : { clusterIP }),
          ...(clusterIPs === undefined ? {} : { clusterIPs }),
        }
      : {};
  return {
    ...applied,
    spec: {
      ...applied.spec,
      ...kept,
      ...(families === undefined ? {} : { ipFamilies: families }),
      ports,
    },
  };
}
