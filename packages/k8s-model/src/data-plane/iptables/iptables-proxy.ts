import type { ProxiedPort, ProxyState } from "../proxied-port/index.ts";
import {
  filterAfter,
  filterBefore,
  filterChains,
  hooks,
  NAT_CHAINS,
  natBefore,
  nodePortRules,
} from "./base-rules.ts";
import { isServiceChain } from "./chain-names.ts";
import type { IptablesConfiguration } from "./configuration.ts";
import { type PortRules, portRules } from "./port-rules.ts";
import type { IptablesRule } from "./rule.ts";
import { IptablesTable, type RestoreInput, type TableInput } from "./tables.ts";

/** Above so many endpoints in all, rules have no comments and stale chains stay longer. */
const LARGE_CLUSTER_ENDPOINTS = 1000;
const NS_PER_SECOND = 1_000_000_000;
/** `syncPeriod`: how often a large cluster's stale chains are looked for. */
const CLEANUP_PERIOD_NS = 30 * NS_PER_SECOND;
/** A sync this long after the last full one is full again. */
const FULL_SYNC_PERIOD_NS = 3600 * NS_PER_SECOND;

/** What a sync wrote. */
export interface IptablesSync {
  readonly kind: "full" | "partial";
  readonly largeCluster: boolean;
  readonly restore: RestoreInput;
}

/**
 * The rules of one node in iptables mode: what kube-proxy 1.36 writes at each sync, and what then
 * stands in the kernel.
 *
 * Every sync writes the dispatch rules of all Services; the chains of a Service only when it changed
 * (KEP 3453). A full sync writes all: the first one, one after {@link fail}, one after an hour.
 * Where kube-proxy follows the random order of Go maps, rules here stand in the order of the ports.
 */
export class IptablesProxy {
  readonly configuration: IptablesConfiguration;
  readonly filter: IptablesTable = new IptablesTable(["INPUT", "FORWARD", "OUTPUT"]);
  readonly nat: IptablesTable = new IptablesTable(["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"]);
  #needsFullSync = true;
  #hooked = false;
  #lastFullNs = 0;
  #lastCleanupNs = Number.NEGATIVE_INFINITY;
  /** Rules of ports that did not change: a new `ProxiedPort` object is a change. */
  #rules = new WeakMap<ProxiedPort, { largeCluster: boolean; rules: PortRules }>();

  constructor(configuration: IptablesConfiguration) {
    this.configuration = configuration;
  }

  /** The next sync is to be full: iptables-restore failed, or the node's labels changed. */
  fail(): void {
    this.#needsFullSync = true;
  }

  /** Writes a state; kernel tables change at once. */
  sync({ ports, changed, nowNs }: ProxyState): IptablesSync {
    const full = this.#needsFullSync || nowNs - this.#lastFullNs > FULL_SYNC_PERIOD_NS;
    let endpoints = 0;
    for (const { endpointCount } of ports) endpoints += endpointCount;
    const largeCluster = endpoints > LARGE_CLUSTER_ENDPOINTS;
    const all = ports.map((port) => this.#portRules(port, largeCluster));
    const restore = {
      filter: this.#filterInput(all),
      nat: this.#natInput(ports, all, full ? undefined : changed, { largeCluster, nowNs }),
    };
    if (full) this.#hook();
    this.filter.restore(restore.filter);
    this.nat.restore(restore.nat);
    this.#needsFullSync = false;
    if (full) this.#lastFullNs = nowNs;
    return { kind: full ? "full" : "partial", largeCluster, restore };
  }

  #portRules(port: ProxiedPort, largeCluster: boolean): PortRules {
    const known = this.#rules.get(port);
    if (known?.largeCluster === largeCluster) return known.rules;
    const rules = portRules(port, this.configuration, largeCluster);
    this.#rules.set(port, { largeCluster, rules });
    return rules;
  }

  #filterInput(all: readonly PortRules[]): TableInput {
    return {
      chains: filterChains(this.configuration),
      rules: [
        ...filterBefore(this.configuration),
        ...all.flatMap(({ filter }) => filter),
        ...filterAfter(this.configuration),
      ],
      deletedChains: [],
    };
  }

  #natInput(
    ports: readonly ProxiedPort[],
    all: readonly PortRules[],
    changed: ReadonlySet<string> | undefined,
    { largeCluster, nowNs }: { readonly largeCluster: boolean; readonly nowNs: number },
  ): TableInput {
    const chains = [...NAT_CHAINS];
    const rules: IptablesRule[] = natBefore(this.configuration);
    for (const [i, { dispatch, chains: own, rules: ownRules }] of all.entries()) {
      for (const rule of dispatch) rules.push(rule);
      if (changed !== undefined && !changed.has((ports[i] as ProxiedPort).service)) continue;
      for (const chain of own) chains.push(chain);
      for (const rule of ownRules) rules.push(rule);
    }
    rules.push(...nodePortRules(this.configuration));
    const deletedChains: string[] = [];
    if (!largeCluster || nowNs - this.#lastCleanupNs > CLEANUP_PERIOD_NS) {
      this.#lastCleanupNs = nowNs;
      const active = new Set(all.flatMap((one) => one.chains));
      for (const chain of this.nat.chains()) {
        if (isServiceChain(chain) && !active.has(chain)) deletedChains.push(chain);
      }
    }
    return { chains: [...chains, ...deletedChains], rules, deletedChains };
  }

  /** Rules in the built-in chains are looked for and added, never rewritten. */
  #hook(): void {
    if (this.#hooked) return;
    this.#hooked = true;
    for (const { table, rule } of hooks()) {
      const one = table === "nat" ? this.nat : this.filter;
      if (rule.target?.kind === "jump") one.ensureChain(rule.target.chain);
      one.append(rule);
    }
  }
}
