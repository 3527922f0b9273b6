import type { IPFamily } from "../../../api/index.ts";
import type { CleanedService } from "../../conntrack/index.ts";
import { IptablesProxy, iptablesDefaults } from "../../iptables/index.ts";
import { endpointSet } from "../../kube-proxy/index.ts";
import { NftablesProxy, nftablesDefaults, nftEndpointNames } from "../../nftables/index.ts";
import { isProxied, type ProxiedPort, proxiedPort } from "../../proxied-port/index.ts";
import {
  IptablesRules,
  NftablesRules,
  type RuleSet,
  type RuleSurroundings,
} from "../netfilter/index.ts";
import type { PlannedFamily, PlannedNode } from "./plan.ts";

export type ProxyMode = "iptables" | "nftables";

type Write = (ports: readonly ProxiedPort[], changed: ReadonlySet<string>, nowNs: number) => void;

/** The half of a kube-proxy that writes the rules of one family. */
export class Proxier {
  readonly family: IPFamily;
  readonly rules: RuleSet;
  ports: readonly ProxiedPort[] = [];
  readonly #node: PlannedNode;
  readonly #write: Write;

  constructor(
    node: PlannedNode,
    planned: PlannedFamily,
    mode: ProxyMode,
    around: RuleSurroundings,
  ) {
    this.family = planned.family;
    this.#node = node;
    const { rules, write } =
      mode === "iptables"
        ? iptables(node, planned, around)
        : nftables(node, planned, around, () => this.ports);
    this.rules = rules;
    this.#write = write;
  }

  /** Writes everything that is known; `changed`: keys of the Services that a partial sync touches. */
  program(
    known: ReadonlyMap<string, CleanedService>,
    changed: ReadonlySet<string>,
    nowNs: number,
  ): void {
    const { name, zone } = this.#node;
    const home = { name, zone, family: this.family };
    const ports: ProxiedPort[] = [];
    for (const { service, slices } of known.values()) {
      if (!isProxied(service, this.family)) continue;
      const own = slices.filter(({ addressType }) => addressType === this.family);
      for (const port of service.spec.ports ?? []) {
        const { name = "", protocol = "TCP" } = port;
        ports.push(proxiedPort(service, port, endpointSet(own, name, protocol), home));
      }
    }
    this.ports = ports;
    this.#write(ports, changed, nowNs);
  }
}

interface Programming {
  readonly rules: RuleSet;
  readonly write: Write;
}

function iptables(
  node: PlannedNode,
  { family, podRange, nodeAddress }: PlannedFamily,
  around: RuleSurroundings,
): Programming {
  const proxy = new IptablesProxy(iptablesDefaults(nodeAddress(node), podRange, family));
  return {
    rules: new IptablesRules(proxy, around),
    write: (ports, changed, nowNs) => void proxy.sync({ ports, changed, nowNs }),
  };
}

function nftables(
  node: PlannedNode,
  { family, podRange, serviceRange, nodeAddress }: PlannedFamily,
  around: RuleSurroundings,
  ports: () => readonly ProxiedPort[],
): Programming {
  const configuration = nftablesDefaults(nodeAddress(node), podRange, [serviceRange], family);
  const proxy = new NftablesProxy(configuration, node.name);
  const secondsOf = (set: string): number | undefined => {
    for (const port of ports()) {
      if (port.affinitySeconds === undefined) continue;
      const own = port.reachable.some((one) => nftEndpointNames(port, one).affinitySet === set);
      if (own) return port.affinitySeconds;
    }
    return undefined;
  };
  return {
    rules: new NftablesRules(proxy.table, around, secondsOf),
    write: (all, changed, nowNs) => void proxy.sync({ ports: all, changed, nowNs }),
  };
}
