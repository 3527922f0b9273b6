import {
  IptablesProxy,
  type IptablesSync,
  type IptablesTable,
  iptablesDefaults,
  isServiceChain,
  NftablesProxy,
  type NftablesSync,
  nftablesDefaults,
  type ProxiedPort,
  portChains,
  probabilityText,
  restoreBytes,
  type TableInput,
} from "@k8s-netsim/k8s-model/data-plane";
import { differences } from "../compare.ts";
import { judge, type Suite } from "../suite.ts";
import { portsOf, type VectorService, type VectorSlice } from "./proxy-vectors.ts";

interface Known {
  readonly service: VectorService;
  readonly slices: readonly VectorSlice[] | null;
}

interface Input {
  readonly node: string;
  readonly nodeZone: string | null;
  readonly masqueradeAll: boolean;
  readonly localDetectCIDR: string;
  readonly nodeIP: string;
  readonly initial: readonly Known[];
  readonly changes: readonly (
    | { readonly op: "none" }
    | { readonly op: "delete-service"; readonly service: VectorService }
    | ({ readonly op: "replace-endpoints" } & Known)
  )[];
}

type Output = readonly { readonly dispatch: object | null; readonly [field: string]: unknown }[];

const NAMESPACE = "ns";
const SERVICE_RANGE = "172.30.0.0/16";
const NODE_PORT_ADDRESS = "192.168.0.2";

export const kubeproxyRules: Suite<Input, Output> = {
  name: "kubeproxy_rules",
  about: "what kube-proxy writes: chains, rules, bytes, maps and elements, full and partial syncs",
  run(input, output) {
    const syncs = answer(input);
    const expected = output.map((one, i) => ({
      ...one,
      // Left out of the vectors where it is long.
      dispatch: one.dispatch ?? (syncs[i] as { dispatch: object }).dispatch,
    }));
    return judge(differences(expected, syncs));
  },
};

function answer(input: Input): readonly object[] {
  const iptables = new IptablesProxy({
    ...iptablesDefaults(input.nodeIP, input.localDetectCIDR),
    masqueradeAll: input.masqueradeAll,
    countsLocalhostNodePorts: false,
    countsInvalidPackets: false,
    // The vectors' proxier writes its mark shorter than the real one, and no ports at random.
    masqueradeMark: "0x4000",
    randomPort: false,
  });
  const nftables = new NftablesProxy(
    {
      ...nftablesDefaults(input.nodeIP, input.localDetectCIDR, [SERVICE_RANGE]),
      masqueradeAll: input.masqueradeAll,
      nodePortAddresses: [NODE_PORT_ADDRESS],
    },
    input.node,
  );
  const known = new Map(input.initial.map((one) => [one.service.name, one]));
  const ports = new Map<string, readonly ProxiedPort[]>();
  const node = { name: input.node, zone: input.nodeZone ?? undefined, family: "IPv4" } as const;
  const read = (name: string): void => {
    const one = known.get(name);
    if (one === undefined) ports.delete(name);
    else ports.set(name, portsOf(one.service, one.slices, node, NAMESPACE));
  };
  for (const name of known.keys()) read(name);
  const sync = (changed: ReadonlySet<string>): object => {
    const state = { ports: [...ports.values()].flat(), changed, nowNs: 0 };
    return {
      ...iptablesResult(iptables, iptables.sync(state), state.ports),
      ...nftablesResult(nftables, nftables.sync(state)),
    };
  };
  const results = [sync(new Set())];
  for (const change of input.changes) {
    const changed = new Set<string>();
    if (change.op !== "none") {
      const { name } = change.service;
      if (change.op === "delete-service") known.delete(name);
      else known.set(name, change);
      read(name);
      changed.add(`${NAMESPACE}/${name}`);
    }
    results.push(sync(changed));
  }
  return results;
}

function iptablesResult(
  proxy: IptablesProxy,
  { kind, largeCluster, restore }: IptablesSync,
  ports: readonly ProxiedPort[],
): object {
  const { filter, nat } = restore;
  return {
    sync: kind,
    largeClusterMode: largeCluster,
    restoreBytes: restoreBytes(restore),
    restore: {
      filter: inputCounts(filter),
      nat: inputCounts(nat),
      chainKinds: kindsOf(nat.chains, "nat/"),
    },
    lines: {
      filterChains: filter.chains.length,
      filterRules: filter.rules.length,
      natChains: nat.chains.length,
      natRules: nat.rules.length + nat.deletedChains.length,
    },
    state: {
      filter: tableCounts(proxy.filter),
      nat: tableCounts(proxy.nat),
      mangle: { chains: 0, kinds: {}, rules: 0 },
    },
    dispatch: dispatchOf(proxy.nat, ports),
  };
}

function inputCounts({ chains, rules, deletedChains }: TableInput): object {
  return { chains: chains.length, rules: rules.length, deletedChains: deletedChains.length };
}

function tableCounts(table: IptablesTable): object {
  return { chains: table.chainCount, rules: table.ruleCount, kinds: kindsOf(table.chains(), "") };
}

function kindsOf(chains: Iterable<string>, prefix: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const chain of chains) {
    if (!isServiceChain(chain)) continue;
    const kind = `${prefix}${chain.slice(0, chain.lastIndexOf("-"))}`;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** The lists that new connections are spread over, read back from the chains in the kernel. */
function dispatchOf(nat: IptablesTable, ports: readonly ProxiedPort[]): object {
  const lists: Record<string, object> = {};
  for (const port of ports) {
    const { cluster, local } = portChains(port);
    for (const [kind, chain] of [["SVC", cluster] as const, ["SVL", local] as const]) {
      const rules = nat.rules(chain);
      if (rules === undefined) continue;
      const jumps: [string, string, number][] = [];
      for (const { matches, target } of rules) {
        if (target?.kind !== "jump" || target.chain === "KUBE-MARK-MASQ") continue;
        const last = nat.rules(target.chain)?.at(-1)?.target;
        const share = matches.find((match) => match.kind === "one-of");
        jumps.push([
          last?.kind === "destination-nat" ? last.to : "",
          share === undefined ? "" : probabilityText(share.count),
          matches.some((match) => match.kind === "seen-within") ? 1 : 0,
        ]);
      }
      lists[`${kind} ${port.name}`] = { chain, jumps };
    }
  }
  return lists;
}

function nftablesResult({ table }: NftablesProxy, { transaction }: NftablesSync): object {
  const elements: Record<string, number> = {};
  const chainKinds: Record<string, number> = {};
  const numgenMods: number[] = [];
  for (const container of table.containers()) {
    const affinity = container.startsWith("affinity-");
    const name = affinity ? "affinity-sets" : container;
    const count = affinity ? 1 : (table.elements(container)?.size ?? 0);
    elements[name] = (elements[name] ?? 0) + count;
  }
  for (const chain of table.chains()) {
    const kind = /^(service|endpoint|external|firewall)-/.exec(chain)?.[1];
    if (kind !== undefined && chain !== "firewall-check") {
      chainKinds[kind] = (chainKinds[kind] ?? 0) + 1;
    }
    for (const { statements } of table.rules(chain) ?? []) {
      for (const one of statements) {
        if (one.kind === "goto-random") numgenMods.push(one.chains.length);
        if (one.kind === "translate-random") numgenMods.push(one.endpoints.length);
      }
    }
  }
  numgenMods.sort((a, b) => a - b);
  return {
    nft: {
      chains: table.chainCount,
      rules: table.ruleCount,
      chainKinds,
      elements,
      numgenMods,
    },
    nftTransactionOps: transaction.length,
  };
}
