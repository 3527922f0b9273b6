/** A pod's `/etc/resolv.conf`, uninterpreted: each library reads the options in its own way. */
export interface ResolverConfig {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  /** The words of the `options` lines, as `ndots:5 timeout:2 single-request`. */
  readonly options: string;
}

/** Options as one library understands them. */
export interface ResolverOptions {
  readonly ndots: number;
  readonly timeoutNs: number;
  readonly attempts: number;
  readonly flags: ReadonlySet<string>;
}

export interface PodResolverOptions {
  readonly clusterDomain?: string;
  /** Search domains of the node. */
  readonly nodeDomains?: readonly string[];
  /** `dnsConfig.options`; ClusterFirst sets 5. */
  readonly ndots?: number;
}

/**
 * The resolv.conf that a kubelet writes for a pod with `dnsPolicy: ClusterFirst`: three cluster
 * domains, then those of the node, and `ndots:5`.
 */
export function podResolverConfig(
  namespace: string,
  nameservers: readonly string[],
  options: PodResolverOptions = {},
): ResolverConfig {
  const { clusterDomain = "cluster.local", nodeDomains = [], ndots = 5 } = options;
  const search = [
    `${namespace}.svc.${clusterDomain}`,
    `svc.${clusterDomain}`,
    clusterDomain,
    ...nodeDomains,
  ];
  return { nameservers, search, options: `ndots:${ndots}` };
}

/** The whole number after `key:` in the first word that begins so; `undefined` where there is none. */
export function numberOption(options: string, key: string): number | undefined {
  for (const word of options.split(/\s+/)) {
    if (!word.startsWith(`${key}:`)) continue;
    const digits = /^\d+/.exec(word.slice(key.length + 1));
    return digits === null ? undefined : Number(digits[0]);
  }
  return undefined;
}

export function flagOptions(options: string): ReadonlySet<string> {
  return new Set(options.split(/\s+/).filter((word) => word !== "" && !word.includes(":")));
}

export function between(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
