import { cidrContains, formatCIDR, parseIP } from "../../address/index.ts";
import {
  hasExternalEndpoints,
  hasInternalEndpoints,
  type ProxiedPort,
} from "../proxied-port/index.ts";
import { endpointChain, type PortChains, portChains } from "./chain-names.ts";
import { answersOnLocalhost, type IptablesConfiguration } from "./configuration.ts";
import type { IptablesMatch, IptablesRule, IptablesTarget } from "./rule.ts";

/** The rules of one Service port, as far as they are written separately. */
export interface PortRules {
  /** Table filter: refuse or drop where no endpoint is, firewall, health check. */
  readonly filter: readonly IptablesRule[];
  /** Table nat, KUBE-SERVICES and KUBE-NODEPORTS: written at every sync. */
  readonly dispatch: readonly IptablesRule[];
  /** Table nat, the chains of the port alone: written when the Service changed. */
  readonly chains: readonly string[];
  readonly rules: readonly IptablesRule[];
}

/** The rules of a port in iptables mode (kube-proxy 1.36). */
export function portRules(
  port: ProxiedPort,
  configuration: IptablesConfiguration,
  largeCluster: boolean,
): PortRules {
  const writer: Writer = {
    port,
    configuration,
    names: portChains(port),
    endpointChains: new Map(port.reachable.map(({ key }) => [key, endpointChain(port, key)])),
    comments: !largeCluster,
    internal: hasInternalEndpoints(port),
    external: hasExternalEndpoints(port),
    firewall: port.hasEndpoints && port.loadBalancerIPs.length > 0 && port.sourceRanges.length > 0,
    filter: [],
    dispatch: [],
    chains: [],
    rules: [],
  };
  clusterIP(writer);
  externalAddresses(writer);
  nodePort(writer);
  internalTraffic(writer);
  if (port.hasEndpoints && port.externallyAccessible) externalTraffic(writer);
  if (writer.firewall) firewall(writer);
  endpointLists(writer);
  for (const { key, address } of port.reachable) endpoint(writer, key, address);
  const { filter, dispatch, chains, rules } = writer;
  return { filter, dispatch, chains, rules };
}

interface Writer {
  readonly port: ProxiedPort;
  readonly configuration: IptablesConfiguration;
  readonly names: PortChains;
  /** By `address:port`: each name takes a hash. */
  readonly endpointChains: ReadonlyMap<string, string>;
  readonly comments: boolean;
  readonly internal: boolean;
  readonly external: boolean;
  readonly firewall: boolean;
  readonly filter: IptablesRule[];
  readonly dispatch: IptablesRule[];
  readonly chains: string[];
  readonly rules: IptablesRule[];
}

const DROP: IptablesTarget = { kind: "drop" };
const REJECT: IptablesTarget = { kind: "reject" };
const MARK_MASQUERADE: IptablesTarget = { kind: "jump", chain: "KUBE-MARK-MASQ" };

const jump = (chain: string): IptablesTarget => ({ kind: "jump", chain });
const comment = (text: string): IptablesMatch => ({ kind: "comment", text });
const source = (range: string): IptablesMatch => ({ kind: "source", range });

function protocolOf({ port }: Writer): IptablesMatch {
  return { kind: "protocol", protocol: port.protocol.toLowerCase() as "tcp" | "udp" | "sctp" };
}

function toAddress(writer: Writer, text: string, address: string): IptablesMatch[] {
  return [
    comment(text),
    protocolOf(writer),
    { kind: "destination", range: address },
    { kind: "destination-port", port: writer.port.port },
  ];
}

/** Refuses where no endpoint is at all, drops where only this policy finds none. */
function withoutEndpoints({ port }: Writer): { text: string; target: IptablesTarget } {
  return port.hasEndpoints
    ? { text: `${port.name} has no local endpoints`, target: DROP }
    : { text: `${port.name} has no endpoints`, target: REJECT };
}

function clusterIP(writer: Writer): void {
  const { port, names, internal, filter, dispatch } = writer;
  if (internal) {
    const matches = toAddress(writer, `${port.name} cluster IP`, port.clusterIP);
    const chain = port.internalPolicyLocal ? names.local : names.cluster;
    dispatch.push({ chain: "KUBE-SERVICES", matches, target: jump(chain) });
    return;
  }
  const { text, target } = withoutEndpoints(writer);
  filter.push({
    chain: "KUBE-SERVICES",
    matches: toAddress(writer, text, port.clusterIP),
    target,
  });
}

function externalAddresses(writer: Writer): void {
  const { port, names, external, filter, dispatch } = writer;
  const capture = (address: string, what: string, chain: string): void => {
    if (!port.hasEndpoints) return;
    const matches = toAddress(writer, `${port.name} ${what}`, address);
    dispatch.push({ chain: "KUBE-SERVICES", matches, target: jump(chain) });
  };
  const refuse = (address: string): void => {
    if (external) return;
    const { text, target } = withoutEndpoints(writer);
    const matches = toAddress(writer, text, address);
    filter.push({ chain: "KUBE-EXTERNAL-SERVICES", matches, target });
  };
  for (const address of port.externalIPs) {
    capture(address, "external IP", names.external);
    refuse(address);
  }
  for (const address of port.loadBalancerIPs) {
    capture(address, "loadbalancer IP", writer.firewall ? names.firewall : names.external);
    if (writer.firewall) {
      const text = `${port.name} traffic not accepted by ${names.firewall}`;
      const matches = toAddress(writer, text, address);
      filter.push({ chain: "KUBE-PROXY-FIREWALL", matches, target: DROP });
    }
  }
  for (const address of port.loadBalancerIPs) refuse(address);
}

function nodePort(writer: Writer): void {
  const { port, names, external, filter, dispatch, configuration } = writer;
  const dport: IptablesMatch = { kind: "destination-port", port: port.nodePort };
  if (port.nodePort !== 0 && port.hasEndpoints) {
    const chain = "KUBE-NODEPORTS";
    const target = jump(names.external);
    if (configuration.countsLocalhostNodePorts && answersOnLocalhost(configuration)) {
      const counter = { kind: "counter", name: "localhost_nps_accepted_pkts" } as const;
      const localhost = { kind: "destination", range: "127.0.0.0/8" } as const;
      const matches = [comment(port.name), protocolOf(writer), localhost, dport, counter];
      dispatch.push({ chain, matches, target });
    }
    dispatch.push({ chain, matches: [comment(port.name), protocolOf(writer), dport], target });
  }
  if (port.nodePort !== 0 && !external) {
    const { text, target } = withoutEndpoints(writer);
    const toNode = { kind: "local-address", side: "dst" } as const;
    const matches = [comment(text), toNode, protocolOf(writer), dport];
    filter.push({ chain: "KUBE-EXTERNAL-SERVICES", matches, target });
  }
  if (port.healthCheckNodePort !== 0) {
    const matches: IptablesMatch[] = [
      comment(`${port.name} health check node port`),
      { kind: "protocol", protocol: "tcp" },
      { kind: "destination-port", port: port.healthCheckNodePort },
    ];
    filter.push({ chain: "KUBE-NODEPORTS", matches, target: { kind: "accept" } });
  }
}

/** Connections to the cluster IP from outside the pods' range leave with the node's address. */
function internalTraffic(writer: Writer): void {
  const { port, names, internal, rules, configuration } = writer;
  const { masqueradeAll, localRange } = configuration;
  if (!internal || (!masqueradeAll && localRange === undefined)) return;
  const matches = toAddress(writer, `${port.name} cluster IP`, port.clusterIP);
  if (!masqueradeAll) matches.push({ kind: "source", range: localRange as string, not: true });
  const chain = port.internalPolicyLocal ? names.local : names.cluster;
  rules.push({ chain, matches, target: MARK_MASQUERADE });
}

function externalTraffic({ port, names, external, chains, rules, configuration }: Writer): void {
  const chain = names.external;
  const about = (what: string): IptablesMatch =>
    comment(`${what} traffic for ${port.name} external destinations`);
  chains.push(chain);
  if (port.externalPolicyLocal) {
    if (configuration.localRange !== undefined) {
      const matches = [about("pod"), source(configuration.localRange)];
      rules.push({ chain, matches, target: jump(names.cluster) });
    }
    const fromNode: IptablesMatch = { kind: "local-address", side: "src" };
    const masqueraded = [about("masquerade LOCAL"), fromNode];
    rules.push({ chain, matches: masqueraded, target: MARK_MASQUERADE });
    const routed = [about("route LOCAL"), fromNode];
    rules.push({ chain, matches: routed, target: jump(names.cluster) });
  } else {
    rules.push({ chain, matches: [about("masquerade")], target: MARK_MASQUERADE });
  }
  if (!external) return;
  const target = jump(port.externalPolicyLocal ? names.local : names.cluster);
  rules.push({ chain, matches: [], target });
}

function firewall({ port, names, chains, rules, configuration }: Writer): void {
  const chain = names.firewall;
  const about = comment(`${port.name} loadbalancer IP`);
  const nodeIP = configuration.nodeIP === undefined ? undefined : parseIP(configuration.nodeIP);
  chains.push(chain);
  const allow = (range: string): void => {
    rules.push({ chain, matches: [about, source(range)], target: jump(names.external) });
  };
  for (const range of port.sourceRanges) allow(formatCIDR(range));
  // The node reaches a load balancer's address that it holds itself from that same address.
  const nodeIsAllowed =
    nodeIP !== undefined && port.sourceRanges.some((range) => cidrContains(range, nodeIP));
  if (nodeIsAllowed) for (const address of port.loadBalancerIPs) allow(address);
  const rest = comment(`other traffic to ${port.name} will be dropped by KUBE-PROXY-FIREWALL`);
  rules.push({ chain, matches: [rest], target: undefined });
}

function endpointLists(writer: Writer): void {
  const { port, names } = writer;
  endpointList(writer, names.cluster, port.cluster);
  endpointList(writer, names.local, port.local);
}

function endpointList(
  { port, chains, rules, comments, endpointChains }: Writer,
  chain: string,
  endpoints: ProxiedPort["cluster"],
): void {
  if (endpoints.length === 0) return;
  chains.push(chain);
  const about = (key: string): IptablesMatch[] =>
    comments ? [comment(`${port.name} -> ${key}`)] : [];
  if (port.affinitySeconds !== undefined) {
    for (const { key } of endpoints) {
      const list = endpointChains.get(key) as string;
      const seen = { kind: "seen-within", list, seconds: port.affinitySeconds } as const;
      rules.push({ chain, matches: [...about(key), seen], target: jump(list) });
    }
  }
  for (const [i, { key }] of endpoints.entries()) {
    const matches = about(key);
    const left = endpoints.length - i;
    if (left > 1) matches.push({ kind: "one-of", count: left });
    rules.push({ chain, matches, target: jump(endpointChains.get(key) as string) });
  }
}

function endpoint(writer: Writer, key: string, address: string): void {
  const { port, chains, rules, comments, endpointChains } = writer;
  const chain = endpointChains.get(key) as string;
  const about = comments ? [comment(port.name)] : [];
  chains.push(chain);
  // An endpoint that reaches itself through the Service must not see its own address.
  rules.push({ chain, matches: [...about, source(address)], target: MARK_MASQUERADE });
  const matches: IptablesMatch[] = [...about];
  if (port.affinitySeconds !== undefined) matches.push({ kind: "remember", list: chain });
  matches.push(protocolOf(writer));
  rules.push({ chain, matches, target: { kind: "destination-nat", to: key } });
}
