import { parseCIDR } from "../../address/index.ts";
import type { NftablesConfiguration } from "./configuration.ts";
import type { NftStatement } from "./rule.ts";
import type { NftTransaction } from "./transaction.ts";

/** Chains that the kernel itself sends packets through, by hook. */
const HOOKED_CHAINS = [
  "filter-prerouting-pre-dnat",
  "filter-output-pre-dnat",
  "filter-input",
  "filter-forward",
  "filter-output",
  "nat-prerouting",
  "nat-output",
  "nat-postrouting",
] as const;

const NEW: NftStatement = { kind: "new-connection" };

/** From which hooked chain to which of kube-proxy's, in order. */
const JUMPS: readonly (readonly [string, string, boolean])[] = [
  ["nodeport-endpoints-check", "filter-input", true],
  ["service-endpoints-check", "filter-input", true],
  ["service-endpoints-check", "filter-forward", true],
  ["service-endpoints-check", "filter-output", true],
  ["firewall-check", "filter-prerouting-pre-dnat", true],
  ["firewall-check", "filter-output-pre-dnat", true],
  ["services", "nat-output", false],
  ["services", "nat-prerouting", false],
  ["masquerading", "nat-postrouting", false],
  ["cluster-ips-check", "filter-forward", true],
  ["cluster-ips-check", "filter-output", true],
];

/** Writes all that does not belong to a single Service; `first`: since kube-proxy started. */
export function writeBase(
  transaction: NftTransaction,
  configuration: NftablesConfiguration,
  first: boolean,
): void {
  transaction.add({ kind: "table" });
  if (first) remakeHookedChains(transaction);
  for (const name of HOOKED_CHAINS) transaction.freshChain(name);
  const made = new Set<string>();
  for (const [to, from, onlyNew] of JUMPS) {
    if (!made.has(to)) transaction.freshChain(to);
    made.add(to);
    const jump: NftStatement = { kind: "jump", chain: to };
    transaction.rule({ chain: from, statements: onlyNew ? [NEW, jump] : [jump] });
  }
  writeMasquerading(transaction);
  writeClusterIPs(transaction, configuration);
  writeNodePortAddresses(transaction, configuration);
  writeMissingEndpoints(transaction, configuration);
  writeDispatch(transaction, configuration);
}

/** A hooked chain's priority cannot be changed: those of another release are made anew. */
function remakeHookedChains(transaction: NftTransaction): void {
  for (const name of HOOKED_CHAINS) {
    transaction.add({ kind: "chain", name });
    transaction.delete({ kind: "chain", name });
  }
}

function writeMasquerading(transaction: NftTransaction): void {
  const chain = "masquerading";
  transaction.add({ kind: "set", name: "hairpin-connections" });
  transaction.rule({
    chain,
    statements: [{ kind: "marked" }, { kind: "clear-mark" }, { kind: "masquerade" }],
  });
  transaction.rule({
    chain,
    statements: [{ kind: "translated" }, { kind: "hairpin" }, { kind: "masquerade" }],
  });
}

function writeClusterIPs(
  transaction: NftTransaction,
  { serviceRanges, family }: NftablesConfiguration,
): void {
  const chain = "cluster-ips-check";
  const ranges = serviceRanges.filter((range) => parseCIDR(range)?.family === family);
  transaction.add({ kind: "set", name: "cluster-ips" });
  transaction.rule({
    chain,
    statements: [{ kind: "destination-in-set", set: "cluster-ips" }, { kind: "reject" }],
    comment: "Reject traffic to invalid ports of ClusterIPs",
  });
  if (ranges.length === 0) return;
  transaction.rule({
    chain,
    statements: [{ kind: "destination-in", ranges }, { kind: "drop" }],
    comment: "Drop traffic to unallocated ClusterIPs",
  });
}

function writeNodePortAddresses(
  transaction: NftTransaction,
  { nodePortAddresses }: NftablesConfiguration,
): void {
  const set = { kind: "set", name: "nodeport-ips" } as const;
  transaction.add(set);
  if (nodePortAddresses === undefined) {
    transaction.delete(set);
    return;
  }
  transaction.flush(set);
  for (const key of nodePortAddresses) {
    if (key.startsWith("127.") || key === "::1") continue;
    transaction.add({ kind: "element", container: set.name, key, value: "" });
  }
}

/** Which packets may be for a node port. */
function toNodePort({ nodePortAddresses }: NftablesConfiguration, local: boolean): NftStatement[] {
  if (nodePortAddresses !== undefined) {
    return [{ kind: "destination-in-set", set: "nodeport-ips" }];
  }
  const notLocalhost: NftStatement = { kind: "destination-not-localhost" };
  return local ? [{ kind: "destination-local" }, notLocalhost] : [notLocalhost];
}

function writeMissingEndpoints(
  transaction: NftTransaction,
  configuration: NftablesConfiguration,
): void {
  const services = "no-endpoint-services";
  const nodePorts = "no-endpoint-nodeports";
  transaction.add({ kind: "map", name: services });
  transaction.add({ kind: "map", name: nodePorts });
  transaction.freshChain("reject-chain");
  transaction.rule({ chain: "reject-chain", statements: [{ kind: "reject" }] });
  transaction.rule({
    chain: "service-endpoints-check",
    statements: [{ kind: "verdict-of-address", map: services }],
  });
  transaction.rule({
    chain: "nodeport-endpoints-check",
    statements: [...toNodePort(configuration, false), { kind: "verdict-of-port", map: nodePorts }],
  });
}

function writeDispatch(transaction: NftTransaction, configuration: NftablesConfiguration): void {
  const { masqueradeAll, localRange } = configuration;
  const chain = "services";
  transaction.add({ kind: "map", name: "firewall-ips" });
  transaction.rule({
    chain: "firewall-check",
    statements: [{ kind: "verdict-of-address", map: "firewall-ips" }],
  });
  transaction.add({ kind: "map", name: "service-ips" });
  transaction.add({ kind: "map", name: "service-nodeports" });
  const toClusterIP: NftStatement = { kind: "destination-in-set", set: "cluster-ips" };
  if (masqueradeAll) {
    transaction.rule({
      chain,
      statements: [toClusterIP, { kind: "set-mark" }],
      comment: "masquerade all clusterIP traffic",
    });
  } else if (localRange !== undefined) {
    const outside: NftStatement = { kind: "source-not-in", ranges: [localRange] };
    transaction.rule({
      chain,
      statements: [toClusterIP, outside, { kind: "set-mark" }],
      comment: "masquerade clusterIP traffic from outside cluster",
    });
  }
  transaction.rule({ chain, statements: [{ kind: "verdict-of-address", map: "service-ips" }] });
  const nodePort: NftStatement = { kind: "verdict-of-port", map: "service-nodeports" };
  transaction.rule({ chain, statements: [...toNodePort(configuration, true), nodePort] });
}
