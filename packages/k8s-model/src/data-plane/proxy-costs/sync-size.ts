/** How much a proxy has, and how much of it one sync writes. */
export interface SyncSize {
  /** Service ports, all together. */
  readonly services: number;
  /** Endpoints of all Service ports that the node uses. */
  readonly endpoints: number;
  /** Service ports whose Service changed since the sync before, and their endpoints. */
  readonly changedServices: number;
  readonly changedEndpoints: number;
}

/** Rules and chains that stand for so many ClusterIP ports in iptables mode. */
export function iptablesSize({
  services,
  endpoints,
  changedServices,
  changedEndpoints,
}: SyncSize): {
  readonly rules: number;
  readonly chains: number;
  readonly rulesWritten: number;
  readonly chainsWritten: number;
  /** Rules that kube-proxy reads back to find stale chains; none in a large cluster. */
  readonly rulesRead: number;
} {
  const rules = BASE_RULES + 2 * services + 3 * endpoints;
  return {
    rules,
    chains: BASE_CHAINS + services + endpoints,
    rulesWritten: BASE_RULES + services + changedServices + 3 * changedEndpoints,
    chainsWritten: BASE_CHAINS + changedServices + changedEndpoints,
    rulesRead: endpoints > LARGE_CLUSTER_ENDPOINTS ? 0 : rules,
  };
}

/** Written at every sync whatever there is. */
const BASE_RULES = 10;
const BASE_CHAINS = 10;
const LARGE_CLUSTER_ENDPOINTS = 1000;
