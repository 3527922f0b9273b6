import { cidrContains, formatCIDR, parseIP } from "../../address/index.ts";
import { hasExternalEndpoints, type ProxiedPort } from "../proxied-port/index.ts";
import { nftEndpointNames, nftPortChains } from "./chain-names.ts";
import type { NftablesConfiguration } from "./configuration.ts";
import type { NftRule, NftStatement } from "./rule.ts";

/** The chains and affinity sets of one Service port. */
export interface NftPortRules {
  readonly chains: readonly string[];
  readonly affinitySets: readonly string[];
  readonly rules: readonly NftRule[];
}

/** The chains of a port in nftables mode (kube-proxy 1.36). */
export function nftPortRules(
  port: ProxiedPort,
  configuration: NftablesConfiguration,
): NftPortRules {
  const names = nftPortChains(port);
  const sticky = port.affinitySeconds !== undefined;
  const endpoints = sticky ? port.reachable.map((one) => nftEndpointNames(port, one)) : [];
  const chains = endpoints.map(({ chain }) => chain);
  const rules: NftRule[] = [];
  const lists = [[names.cluster, port.cluster] as const, [names.local, port.local] as const].filter(
    ([, list]) => list.length > 0,
  );
  for (const [chain] of lists) chains.push(chain);
  if (port.hasEndpoints && port.externallyAccessible) {
    chains.push(names.external);
    rules.push(...externalRules(port, configuration));
  }
  if (port.loadBalancerIPs.length > 0 && port.sourceRanges.length > 0) {
    chains.push(names.firewall);
    rules.push(firewallRule(port, configuration));
  }
  for (const [chain, list] of lists) rules.push(...listRules(port, chain, list));
  if (sticky) for (const endpoint of port.reachable) rules.push(...endpointRules(port, endpoint));
  return { chains, affinitySets: endpoints.map(({ affinitySet }) => affinitySet), rules };
}

function externalRules(port: ProxiedPort, { localRange }: NftablesConfiguration): NftRule[] {
  const { external: chain, cluster, local } = nftPortChains(port);
  const goto = (to: string): NftStatement => ({ kind: "goto", chain: to });
  const fromNode: NftStatement = { kind: "source-local" };
  const rules: NftRule[] = [];
  if (port.externalPolicyLocal) {
    if (localRange !== undefined) {
      const fromPod: NftStatement = { kind: "source-in", range: localRange };
      const comment = "short-circuit pod traffic";
      rules.push({ chain, statements: [fromPod, goto(cluster)], comment });
    }
    const marked = [fromNode, { kind: "set-mark" }] as const;
    rules.push({ chain, statements: marked, comment: "masquerade local traffic" });
    const routed = [fromNode, goto(cluster)];
    rules.push({ chain, statements: routed, comment: "short-circuit local traffic" });
  } else {
    rules.push({ chain, statements: [{ kind: "set-mark" }], comment: "masquerade" });
  }
  if (hasExternalEndpoints(port)) {
    rules.push({ chain, statements: [goto(port.externalPolicyLocal ? local : cluster)] });
  }
  return rules;
}

function firewallRule(port: ProxiedPort, { nodeIP }: NftablesConfiguration): NftRule {
  const node = nodeIP === undefined ? undefined : parseIP(nodeIP);
  const ranges = port.sourceRanges.map(formatCIDR);
  // The node reaches a load balancer's address that it holds itself from that same address.
  if (node !== undefined && port.sourceRanges.some((range) => cidrContains(range, node))) {
    ranges.push(...port.loadBalancerIPs);
  }
  const statements = [{ kind: "source-not-in", ranges }, { kind: "drop" }] as const;
  return { chain: nftPortChains(port).firewall, statements };
}

type Endpoints = ProxiedPort["cluster"];

function listRules(port: ProxiedPort, chain: string, list: Endpoints): NftRule[] {
  if (port.affinitySeconds === undefined) {
    const protocol: NftStatement = { kind: "protocol", protocol: port.protocol.toLowerCase() };
    return [{ chain, statements: [protocol, { kind: "translate-random", endpoints: list }] }];
  }
  const names = list.map((one) => nftEndpointNames(port, one));
  const rules: NftRule[] = names.map(({ chain: endpoint, affinitySet: set }) => ({
    chain,
    statements: [
      { kind: "source-in-set", set },
      { kind: "goto", chain: endpoint },
    ],
  }));
  const chains = names.map(({ chain: endpoint }) => endpoint);
  rules.push({ chain, statements: [{ kind: "goto-random", chains }] });
  return rules;
}

function endpointRules(port: ProxiedPort, endpoint: Endpoints[number]): NftRule[] {
  const { chain, affinitySet } = nftEndpointNames(port, endpoint);
  const protocol: NftStatement = { kind: "protocol", protocol: port.protocol.toLowerCase() };
  return [
    { chain, statements: [{ kind: "remember-source", set: affinitySet }] },
    { chain, statements: [protocol, { kind: "translate", endpoint }] },
  ];
}
