import type { ResolverLibrary } from "../resolver/index.ts";
import type { NameSpelling } from "./dns-options.ts";

/** A name that a resolver asks for on its way to a Service's address. */
export interface NameCandidate {
  readonly name: string;
  /** Whether it is below the cluster's domain; other names are asked for outside. */
  readonly isInCluster: boolean;
  readonly isFound: boolean;
}

/** A Service as its clients spell it. */
export interface NamedService {
  readonly namespace: string;
  readonly name: string;
  readonly callerNamespace: string;
  readonly spelling: NameSpelling;
  readonly ndots: number;
  readonly nodeDomains: number;
  readonly library: ResolverLibrary;
}

const CLUSTER_DOMAIN = "cluster.local";

/**
 * The names that a library asks for until one is found, in order: search domains first where the name has
 * fewer dots than ndots, else the name as it is. The last one is found, or none is: musl does not search
 * for names with enough dots.
 */
export function candidateNames(service: NamedService): readonly NameCandidate[] {
  const { callerNamespace, nodeDomains, ndots, library } = service;
  const address = `${service.name}.${service.namespace}.svc.${CLUSTER_DOMAIN}`;
  const candidate = (name: string): NameCandidate => ({
    name,
    isInCluster: name.endsWith(`.${CLUSTER_DOMAIN}`),
    isFound: name === address,
  });
  const written = spelled(service);
  if (written.endsWith(".")) return [candidate(address)];
  const searched = [
    `${callerNamespace}.svc.${CLUSTER_DOMAIN}`,
    `svc.${CLUSTER_DOMAIN}`,
    CLUSTER_DOMAIN,
    ...Array.from({ length: nodeDomains }, (_, index) => `domain-${index}.example`),
  ].map((domain) => candidate(`${written}.${domain}`));
  const asIs = candidate(written);
  const hasEnoughDots = written.split(".").length - 1 >= ndots;
  const all = hasEnoughDots
    ? library === "musl"
      ? [asIs]
      : [asIs, ...searched]
    : [...searched, asIs];
  const found = all.findIndex(({ isFound }) => isFound);
  return found < 0 ? all : all.slice(0, found + 1);
}

function spelled({ name, namespace, callerNamespace, spelling }: NamedService): string {
  switch (spelling) {
    case "shortest":
      return namespace === callerNamespace ? name : `${name}.${namespace}`;
    case "namespaced":
      return `${name}.${namespace}`;
    case "service":
      return `${name}.${namespace}.svc`;
    case "full":
      return `${name}.${namespace}.svc.${CLUSTER_DOMAIN}`;
    case "absolute":
      return `${name}.${namespace}.svc.${CLUSTER_DOMAIN}.`;
  }
}
