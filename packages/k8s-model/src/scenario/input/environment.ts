import type { KubeObject } from "../../api/index.ts";
import type { ClusterFacts } from "../../manifests/index.ts";
import type { Assumption } from "../assumptions/assumption.ts";

/** Release that is taken where neither the input nor a flag says one: the one checked against. */
export const DEFAULT_KUBERNETES_VERSION = "1.36";

const OLDEST_MINOR = 24;
const NEWEST_MINOR = 36;

/** A release that the model does not know. */
class KubernetesVersionError extends Error {
  readonly code: string = "unknown-kubernetes-version";
  readonly remedy: string =
    `give a version from 1.${OLDEST_MINOR} to 1.${NEWEST_MINOR}, such as --kubernetes-version 1.33.`;

  constructor(text: string) {
    super(`"${text}" is no Kubernetes version that the model knows.`);
    this.name = "KubernetesVersionError";
  }
}

export interface KubernetesVersion {
  /** `1.33`. */
  readonly value: string;
  readonly source: string;
}

/** The release whose rules apply: the flag, else what the nodes run, else the default. */
export function kubernetesVersionOf(
  flag: string | undefined,
  facts: ClusterFacts,
): KubernetesVersion {
  if (flag !== undefined) return { value: knownVersion(flag), source: "flag" };
  const fact = facts.kubernetesVersion;
  if (fact !== undefined) return { value: withinKnown(fact.value), source: fact.evidence };
  return { value: DEFAULT_KUBERNETES_VERSION, source: "assumed: the release checked against" };
}

function knownVersion(text: string): string {
  const match = /^v?1\.(\d{1,2})(?:\.\d+(?:[-+].*)?)?$/.exec(text);
  const minor = Number(match?.[1] ?? Number.NaN);
  if (minor >= OLDEST_MINOR && minor <= NEWEST_MINOR) return `1.${minor}`;
  throw new KubernetesVersionError(text);
}

/** Nodes of a release outside the known ones are simulated as the nearest that is known. */
function withinKnown(version: string): string {
  const minor = Number(version.split(".")[1]);
  return `1.${Math.min(NEWEST_MINOR, Math.max(OLDEST_MINOR, minor))}`;
}

export interface Environment {
  readonly facts: ClusterFacts;
  readonly version: KubernetesVersion;
  /** Nodes that were made up; empty where the input has nodes. */
  readonly madeUpNodes: readonly KubeObject[];
  /** HorizontalPodAutoscalers of the input, as changed. */
  readonly autoscalers: number;
}

/** What was taken for granted about the cluster itself. */
export function environmentAssumptions({
  facts,
  version,
  madeUpNodes,
  autoscalers,
}: Environment): readonly Pick<Assumption, "name" | "value" | "source">[] {
  const { proxyMode } = facts;
  const proxy = {
    name: "proxy mode",
    value: proxyMode?.value ?? "iptables",
    source:
      proxyMode?.evidence ??
      "assumed: kube-proxy's default; it decides the cost of a sync, not which endpoint is chosen",
  };
  const release = { name: "Kubernetes version", value: version.value, source: version.source };
  const known = [release, proxy, ...autoscalerAssumption(autoscalers)];
  if (madeUpNodes.length === 0) return known;
  const nodes = {
    name: "nodes",
    value: `${madeUpNodes.length} made up, 4 CPU, 16Gi and 110 pods each`,
    source: "flags --zones and --nodes-per-zone or their defaults; give --cluster to replace them",
  };
  return [...known, nodes];
}

/** Rates and service times are mostly assumed: an autoscaler would only act on assumptions. */
function autoscalerAssumption(
  count: number,
): readonly Pick<Assumption, "name" | "value" | "source">[] {
  if (count === 0) return [];
  return [
    {
      name: "autoscalers",
      value: `${count} HorizontalPodAutoscaler${count === 1 ? " does" : "s do"} not act: replicas stay as given, before and after`,
      source: "in what-if; a scenario with an autoscaler among its objects lets it act on the load",
    },
  ];
}
