import type { Diagnostic } from "./diagnostic.ts";
import type { CloudProvider, Fact, ProxyMode } from "./fact.ts";
import { type FieldPath, valueAt } from "./field-path.ts";
import { isFields, listOf } from "./guards.ts";
import type { ManifestObject } from "./manifest-object.ts";
import { proxyFacts } from "./proxy-facts.ts";

/** Settings of the cluster as far as the input shows them; absent ones have to be assumed. */
export interface ClusterFacts {
  /** `1.33`: the lowest minor version among the nodes. */
  readonly kubernetesVersion?: Fact<string>;
  readonly proxyMode?: Fact<ProxyMode>;
  readonly serviceCIDRs?: Fact<readonly string[]>;
  readonly provider?: Fact<CloudProvider>;
  /** Mixed versions, a proxy that is not simulated. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads the cluster's settings from its nodes, kube-proxy's ConfigMap or arguments, and the like. */
export function clusterFacts(objects: readonly ManifestObject[]): ClusterFacts {
  const nodes = objects.filter(({ object }) => object.kind === "Node");
  const diagnostics: Diagnostic[] = [];
  const kubernetesVersion = versionFact(nodes, diagnostics);
  const proxyMode = proxyFacts(objects, diagnostics);
  const serviceCIDRs = serviceCIDRFact(objects);
  const provider = providerFact(nodes, diagnostics);
  return {
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(proxyMode === undefined ? {} : { proxyMode }),
    ...(serviceCIDRs === undefined ? {} : { serviceCIDRs }),
    ...(provider === undefined ? {} : { provider }),
    diagnostics,
  };
}

const KUBELET_VERSION: FieldPath = ["status", "nodeInfo", "kubeletVersion"];

function versionFact(
  nodes: readonly ManifestObject[],
  diagnostics: Diagnostic[],
): Fact<string> | undefined {
  const minors = new Map<number, ManifestObject[]>();
  for (const node of nodes) {
    const match = /^v?1\.(\d{1,3})(?:\D|$)/.exec(
      String(valueAt(node.object, KUBELET_VERSION) ?? ""),
    );
    if (match === null) continue;
    const minor = Number(match[1]);
    const group = minors.get(minor);
    if (group === undefined) minors.set(minor, [node]);
    else group.push(node);
  }
  const ordered = [...minors.keys()].sort((a, b) => a - b);
  const lowest = ordered[0];
  if (lowest === undefined) return undefined;
  const group = minors.get(lowest) as ManifestObject[];
  const at = (group[0] as ManifestObject).position(KUBELET_VERSION);
  if (ordered.length > 1) {
    const counts = ordered.map((minor) => `1.${minor} on ${minors.get(minor)?.length}`).join(", ");
    diagnostics.push({
      code: "mixed-kubernetes-versions",
      severity: "warning",
      message: `Nodes run different Kubernetes versions (${counts}); all are simulated as 1.${lowest}.`,
      remedy: "pass --kubernetes-version to choose another",
      at,
    });
  }
  const count = group.length === 1 ? "1 node" : `${group.length} nodes`;
  return { value: `1.${lowest}`, evidence: `kubeletVersion of ${count}`, at };
}

const PROVIDERS: readonly (readonly [RegExp, CloudProvider])[] = [
  [/^aws:/, "aws"],
  [/^gce:/, "gcp"],
  [/^azure:/, "azure"],
];

function providerFact(
  nodes: readonly ManifestObject[],
  diagnostics: Diagnostic[],
): Fact<CloudProvider> | undefined {
  const path = ["spec", "providerID"];
  const found = new Map<CloudProvider, ManifestObject>();
  for (const node of nodes) {
    const id = String(valueAt(node.object, path) ?? "");
    const provider = PROVIDERS.find(([pattern]) => pattern.test(id))?.[1];
    if (provider !== undefined && !found.has(provider)) found.set(provider, node);
  }
  const [first] = found;
  if (first === undefined) return undefined;
  const [value, node] = first;
  if (found.size > 1) {
    diagnostics.push({
      code: "mixed-providers",
      severity: "warning",
      message: `Nodes are of different clouds (${[...found.keys()].join(", ")}); prices are those of ${value}.`,
      remedy: "pass --provider to choose another",
      at: node.position(path),
    });
  }
  return {
    value,
    evidence: `providerID of Node "${node.object.metadata.name}"`,
    at: node.position(path),
  };
}

function serviceCIDRFact(objects: readonly ManifestObject[]): Fact<readonly string[]> | undefined {
  for (const entry of objects) {
    const { kind, metadata } = entry.object;
    if (kind === "ServiceCIDR" && metadata.name === "kubernetes") {
      const cidrs = listOf(valueAt(entry.object, ["spec", "cidrs"])).map(String);
      if (cidrs.length > 0) {
        return {
          value: cidrs,
          evidence: 'ServiceCIDR "kubernetes"',
          at: entry.position("spec.cidrs"),
        };
      }
    }
    if (kind === "Pod" && metadata.namespace === "kube-system") {
      const found = rangeArgument(entry);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function rangeArgument(pod: ManifestObject): Fact<readonly string[]> | undefined {
  const containers = listOf(valueAt(pod.object, ["spec", "containers"]));
  for (const [index, container] of containers.entries()) {
    if (!isFields(container)) continue;
    for (const field of ["command", "args"]) {
      for (const [at, word] of listOf(container[field]).entries()) {
        const match = /^--service-cluster-ip-range=(.+)$/.exec(String(word));
        if (match === null) continue;
        return {
          value: (match[1] as string).split(","),
          evidence: `--service-cluster-ip-range of Pod "${pod.object.metadata.name}"`,
          at: pod.position(["spec", "containers", index, field, at]),
        };
      }
    }
  }
  return undefined;
}
