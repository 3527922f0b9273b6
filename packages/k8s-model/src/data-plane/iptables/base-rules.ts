import { answersOnLocalhost, type IptablesConfiguration } from "./configuration.ts";
import type { IptablesMatch, IptablesRule, IptablesTarget } from "./rule.ts";

/** Chains of table filter that every sync writes anew. */
export function filterChains(configuration: IptablesConfiguration): readonly string[] {
  const chains = [
    "KUBE-SERVICES",
    "KUBE-EXTERNAL-SERVICES",
    "KUBE-FORWARD",
    "KUBE-NODEPORTS",
    "KUBE-PROXY-FIREWALL",
  ];
  return answersOnLocalhost(configuration) ? [...chains, "KUBE-FIREWALL"] : chains;
}

/** Chains of table nat that every sync writes anew. */
export const NAT_CHAINS: readonly string[] = [
  "KUBE-SERVICES",
  "KUBE-NODEPORTS",
  "KUBE-POSTROUTING",
  "KUBE-MARK-MASQ",
];

const DROP: IptablesTarget = { kind: "drop" };

const comment = (text: string): IptablesMatch => ({ kind: "comment", text });

/** Rules of table filter before those of the Services. */
export function filterBefore(configuration: IptablesConfiguration): readonly IptablesRule[] {
  if (!answersOnLocalhost(configuration)) return [];
  const localhost = "127.0.0.0/8";
  const matches: IptablesMatch[] = [
    comment("block incoming localnet connections"),
    { kind: "destination", range: localhost },
    { kind: "source", range: localhost, not: true },
    { kind: "connection-state", states: "RELATED,ESTABLISHED,DNAT", not: true },
  ];
  return [{ chain: "KUBE-FIREWALL", matches, target: DROP }];
}

/** Rules of table filter after those of the Services. */
export function filterAfter(configuration: IptablesConfiguration): IptablesRule[] {
  const { countsInvalidPackets, dropsInvalidPackets, masqueradeMark: mark } = configuration;
  const chain = "KUBE-FORWARD";
  const invalid: IptablesMatch[] = [{ kind: "connection-state", states: "INVALID" }];
  if (countsInvalidPackets) {
    invalid.push({ kind: "counter", name: "ct_state_invalid_dropped_pkts" });
  }
  const accept: IptablesTarget = { kind: "accept" };
  return [
    ...(dropsInvalidPackets ? [{ chain, matches: invalid, target: DROP }] : []),
    {
      chain,
      matches: [comment("kubernetes forwarding rules"), { kind: "mark", mark }],
      target: accept,
    },
    {
      chain,
      matches: [
        comment("kubernetes forwarding conntrack rule"),
        { kind: "connection-state", states: "RELATED,ESTABLISHED" },
      ],
      target: accept,
    },
  ];
}

/** Rules of table nat before those of the Services. */
export function natBefore({
  randomPort,
  masqueradeMark: mark,
}: IptablesConfiguration): IptablesRule[] {
  const chain = "KUBE-POSTROUTING";
  const masquerade: IptablesTarget = { kind: "masquerade", randomPort };
  return [
    { chain, matches: [{ kind: "mark", mark, not: true }], target: { kind: "return" } },
    { chain, matches: [], target: { kind: "clear-mark", mark } },
    {
      chain,
      matches: [comment("kubernetes service traffic requiring SNAT")],
      target: masquerade,
    },
    { chain: "KUBE-MARK-MASQ", matches: [], target: { kind: "set-mark", mark } },
  ];
}

/** The last rules of KUBE-SERVICES: what is for the node itself may be for a node port. */
export function nodePortRules(configuration: IptablesConfiguration): readonly IptablesRule[] {
  const { family, nodePortAddresses } = configuration;
  const chain = "KUBE-SERVICES";
  const target: IptablesTarget = { kind: "jump", chain: "KUBE-NODEPORTS" };
  const about = comment(
    "kubernetes service nodeports; NOTE: this must be the last rule in this chain",
  );
  if (nodePortAddresses !== undefined) {
    return nodePortAddresses
      .filter((address) => !isLoopback(address) || answersOnLocalhost(configuration))
      .map((range) => ({ chain, matches: [about, { kind: "destination", range }], target }));
  }
  const matches: IptablesMatch[] = [about, { kind: "local-address", side: "dst" }];
  if (family === "IPv6") matches.push({ kind: "destination", range: "::1/128", not: true });
  else if (!answersOnLocalhost(configuration)) {
    matches.push({ kind: "destination", range: "127.0.0.0/8", not: true });
  }
  return [{ chain, matches, target }];
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

/** A rule in a built-in chain that leads to one of kube-proxy's; made once, at a full sync. */
export interface Hook {
  readonly table: "filter" | "nat";
  readonly rule: IptablesRule;
}

/** How packets come to kube-proxy's chains, in the order in which they stand in the built-in ones. */
export function hooks(): readonly Hook[] {
  const fresh: IptablesMatch = { kind: "connection-state", states: "NEW" };
  const hook = (
    table: Hook["table"],
    builtIn: string,
    chain: string,
    matches: readonly IptablesMatch[],
  ): Hook => ({ table, rule: { chain: builtIn, matches, target: { kind: "jump", chain } } });
  const services = comment("kubernetes service portals");
  const external = comment("kubernetes externally-visible service portals");
  const firewall = comment("kubernetes load balancer firewall");
  return [
    hook("filter", "INPUT", "KUBE-FIREWALL", []),
    hook("filter", "INPUT", "KUBE-PROXY-FIREWALL", [fresh, firewall]),
    hook("filter", "INPUT", "KUBE-NODEPORTS", [comment("kubernetes health check service ports")]),
    hook("filter", "INPUT", "KUBE-EXTERNAL-SERVICES", [fresh, external]),
    hook("filter", "FORWARD", "KUBE-PROXY-FIREWALL", [fresh, firewall]),
    hook("filter", "FORWARD", "KUBE-FORWARD", [comment("kubernetes forwarding rules")]),
    hook("filter", "FORWARD", "KUBE-SERVICES", [fresh, services]),
    hook("filter", "FORWARD", "KUBE-EXTERNAL-SERVICES", [fresh, external]),
    hook("filter", "OUTPUT", "KUBE-FIREWALL", []),
    hook("filter", "OUTPUT", "KUBE-PROXY-FIREWALL", [fresh, firewall]),
    hook("filter", "OUTPUT", "KUBE-SERVICES", [fresh, services]),
    hook("nat", "PREROUTING", "KUBE-SERVICES", [services]),
    hook("nat", "OUTPUT", "KUBE-SERVICES", [services]),
    hook("nat", "POSTROUTING", "KUBE-POSTROUTING", [comment("kubernetes postrouting rules")]),
  ];
}
