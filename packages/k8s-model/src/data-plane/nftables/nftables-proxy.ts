import type { ProxiedPort, ProxyState } from "../proxied-port/index.ts";
import { writeBase } from "./base-rules.ts";
import { isNftServiceChain } from "./chain-names.ts";
import type { NftablesConfiguration } from "./configuration.ts";
import { nftPortRules } from "./port-chains.ts";
import { portElements, SHARED_CONTAINERS, type SharedElement } from "./port-elements.ts";
import { type NftOperation, NftTable, NftTransaction } from "./transaction.ts";

const NS_PER_SECOND = 1_000_000_000;
/** Kernels before 6.2 notice only later that nothing points to a chain any more. */
const STALE_CHAIN_NS = NS_PER_SECOND;
const FULL_SYNC_PERIOD_NS = 3600 * NS_PER_SECOND;

/** What a sync wrote. */
export interface NftablesSync {
  readonly kind: "full" | "partial";
  /** Deletion of chains that were stale for more than a second; a transaction of its own. */
  readonly cleanup: readonly NftOperation[];
  readonly transaction: readonly NftOperation[];
}

/**
 * The rules of one node in nftables mode: the transactions of kube-proxy 1.36, and the table that
 * then stands in the kernel.
 *
 * A partial sync writes the chains of changed Services and the elements that differ. Chains that
 * nothing uses any more are emptied at once, and again at each sync; they are deleted when a sync
 * finds that more than a second has passed.
 */
export class NftablesProxy {
  readonly configuration: NftablesConfiguration;
  readonly nodeName: string;
  readonly table: NftTable = new NftTable();
  #needsFullSync = true;
  #remade = false;
  #lastFullNs = 0;
  /** When a sync last found a chain unused. */
  #stale = new Map<string, number>();
  #elements = new WeakMap<ProxiedPort, readonly SharedElement[]>();

  constructor(configuration: NftablesConfiguration, nodeName: string) {
    this.configuration = configuration;
    this.nodeName = nodeName;
  }

  /** The next sync is to be full: a transaction failed, or the node's labels changed. */
  fail(): void {
    this.#needsFullSync = true;
    this.#stale.clear();
  }

  /** Writes a state; the table changes at one moment. */
  sync({ ports, changed, nowNs }: ProxyState): NftablesSync {
    const full = this.#needsFullSync || nowNs - this.#lastFullNs > FULL_SYNC_PERIOD_NS;
    const cleanup = this.#deleteStale(nowNs);
    this.table.run(cleanup);
    const transaction = new NftTransaction();
    if (full) {
      writeBase(transaction, this.configuration, !this.#remade);
      this.#remade = true;
      this.#lastFullNs = nowNs;
    }
    const active = this.#writePorts(transaction, ports, full ? undefined : changed);
    this.#flushStale(transaction, active.chains, nowNs);
    for (const name of this.table.containers()) {
      if (isAffinitySet(name) && !active.affinitySets.has(name)) {
        transaction.delete({ kind: "set", name });
      }
    }
    this.#writeElements(transaction, ports);
    this.table.run(transaction.operations);
    this.#needsFullSync = false;
    return { kind: full ? "full" : "partial", cleanup, transaction: transaction.operations };
  }

  /** Chains and sets of all Services, written where the Service changed. */
  #writePorts(
    transaction: NftTransaction,
    ports: readonly ProxiedPort[],
    changed: ReadonlySet<string> | undefined,
  ): { chains: Set<string>; affinitySets: Set<string> } {
    const chains = new Set<string>();
    const affinitySets = new Set<string>();
    for (const port of ports) {
      const own = nftPortRules(port, this.configuration);
      for (const chain of own.chains) chains.add(chain);
      for (const set of own.affinitySets) affinitySets.add(set);
      if (changed !== undefined && !changed.has(port.service)) continue;
      for (const chain of own.chains) transaction.freshChain(chain);
      for (const name of own.affinitySets) transaction.add({ kind: "set", name });
      for (const rule of own.rules) transaction.rule(rule);
    }
    return { chains, affinitySets };
  }

  /** Two Services with one address take the element from each other at every sync, as they do. */
  #writeElements(transaction: NftTransaction, ports: readonly ProxiedPort[]): void {
    const present = new Map<string, Map<string, string>>();
    const unused = new Map<string, Set<string>>();
    for (const container of SHARED_CONTAINERS) {
      const elements = new Map(this.table.elements(container));
      present.set(container, elements);
      unused.set(container, new Set(elements.keys()));
    }
    for (const port of ports) {
      for (const element of this.#portElements(port)) {
        const { container, key, value } = element;
        const before = present.get(container)?.get(key);
        unused.get(container)?.delete(key);
        if (before === value) continue;
        if (before !== undefined) transaction.delete({ kind: "element", ...element });
        transaction.add({ kind: "element", ...element });
        present.get(container)?.set(key, value);
      }
    }
    for (const [container, keys] of unused) {
      for (const key of keys) {
        transaction.delete({ kind: "element", container, key, value: "" });
      }
    }
  }

  #portElements(port: ProxiedPort): readonly SharedElement[] {
    let elements = this.#elements.get(port);
    if (elements === undefined) {
      elements = portElements(port, this.nodeName);
      this.#elements.set(port, elements);
    }
    return elements;
  }

  #deleteStale(nowNs: number): readonly NftOperation[] {
    const transaction = new NftTransaction();
    for (const [name, sinceNs] of this.#stale) {
      if (sinceNs >= nowNs - STALE_CHAIN_NS) continue;
      transaction.delete({ kind: "chain", name });
      this.#stale.delete(name);
    }
    return transaction.operations;
  }

  #flushStale(transaction: NftTransaction, active: ReadonlySet<string>, nowNs: number): void {
    for (const name of this.table.chains()) {
      if (!isNftServiceChain(name)) continue;
      if (active.has(name)) {
        this.#stale.delete(name);
        continue;
      }
      transaction.flush({ kind: "chain", name });
      this.#stale.set(name, nowNs);
    }
  }
}

function isAffinitySet(name: string): boolean {
  return name.startsWith("affinity-");
}
