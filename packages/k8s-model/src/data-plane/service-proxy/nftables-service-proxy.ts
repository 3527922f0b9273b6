import { AffinityLists, TIMEOUT_SETS } from "../affinity/index.ts";
import {
  NftablesProxy,
  nftablesDefaults,
  nftEndpointNames,
  nftRuleText,
  walkNftables,
} from "../nftables/index.ts";
import type { ProxyState } from "../proxied-port/index.ts";
import { syncNs } from "../proxy-costs/index.ts";
import { familyOf, type RuleHooks, routeByRules, sizeOf, withCost } from "./rule-service-proxy.ts";
import type {
  NewConnection,
  ProgramCost,
  ProxyHost,
  ProxyVerdict,
  RouteContext,
  ServiceProxy,
} from "./service-proxy.ts";

/** kube-proxy in nftables mode: one look-up in a map, and one random number for the endpoint. */
export class NftablesServiceProxy implements ServiceProxy {
  readonly kind = "nftables";
  readonly rules: NftablesProxy;
  readonly #host: ProxyHost;
  readonly #affinity = new AffinityLists(TIMEOUT_SETS);
  readonly #seconds = new Map<string, number>();
  #synced = false;

  constructor(host: ProxyHost) {
    this.#host = host;
    this.rules = new NftablesProxy(
      {
        ...nftablesDefaults(host.addresses[0], host.podRange, host.serviceRanges, familyOf(host)),
        nodePortAddresses: host.nodePortAddresses,
      },
      host.nodeName,
    );
  }

  program(state: ProxyState): ProgramCost {
    const { kind, cleanup, transaction } = this.rules.sync(state);
    this.#seconds.clear();
    for (const port of state.ports) {
      if (port.affinitySeconds === undefined) continue;
      for (const endpoint of port.reachable) {
        this.#seconds.set(nftEndpointNames(port, endpoint).affinitySet, port.affinitySeconds);
      }
    }
    this.#affinity.retain(new Set(this.rules.table.containers()));
    const sync = kind === "partial" ? "partial" : this.#synced ? "full" : "full-from-empty";
    this.#synced = true;
    return {
      kind,
      written: cleanup.length + transaction.length,
      bytes: transaction.reduce(
        (sum, { object }) =>
          sum + (object.kind === "rule" ? nftRuleText(object.rule, "ip").length : 0),
        0,
      ),
      ns: syncNs(this.kind, sync, sizeOf(state)),
    };
  }

  route(connection: NewConnection, context: RouteContext): ProxyVerdict {
    const { outcome, dispatched } = routeByRules(
      this.#hooks(),
      this.#host,
      this.#affinity,
      connection,
      context,
    );
    const choice = /numgen random mod (\d+)/.exec(outcome.trail.join("\n"))?.[1];
    const endpoints = outcome.verdict === "accept" ? Number(choice ?? 1) : 0;
    return withCost(outcome, this.kind, dispatched, endpoints);
  }

  closed(): void {}

  #hooks(): RuleHooks {
    const { table } = this.rules;
    const secondsOf = (set: string): number => this.#seconds.get(set) ?? 0;
    return {
      translate(subject, host, fromNode) {
        const hook = fromNode ? "output" : "prerouting";
        const before = walkNftables(table, `filter-${hook}-pre-dnat`, subject, host, secondsOf);
        if (before.verdict !== "accept") return before;
        return walkNftables(table, `nat-${hook}`, subject, host, secondsOf);
      },
      filter: (subject, host, way) =>
        walkNftables(table, `filter-${way}`, subject, host, secondsOf),
      leave: (subject, host) => walkNftables(table, "nat-postrouting", subject, host, secondsOf),
    };
  }
}
