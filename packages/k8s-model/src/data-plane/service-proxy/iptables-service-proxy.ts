import { AffinityLists, RECENT_LISTS } from "../affinity/index.ts";
import {
  IptablesProxy,
  iptablesDefaults,
  isServiceChain,
  restoreBytes,
  walkIptables,
} from "../iptables/index.ts";
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

/** kube-proxy in iptables mode: rules gone through one by one, an endpoint by a cascade of chances. */
export class IptablesServiceProxy implements ServiceProxy {
  readonly kind: "iptables-nft" | "iptables-legacy";
  readonly rules: IptablesProxy;
  readonly #host: ProxyHost;
  readonly #affinity = new AffinityLists(RECENT_LISTS);
  readonly #endpoints = new Map<string, number>();

  constructor(kind: "iptables-nft" | "iptables-legacy", host: ProxyHost) {
    this.kind = kind;
    this.#host = host;
    this.rules = new IptablesProxy(
      iptablesDefaults(host.addresses[0], host.podRange, familyOf(host)),
    );
  }

  program(state: ProxyState): ProgramCost {
    const first = this.#endpoints.size === 0;
    const { kind, restore } = this.rules.sync(state);
    this.#affinity.retain(new Set(this.rules.nat.chains()));
    this.#endpoints.clear();
    for (const chain of this.rules.nat.chains()) {
      if (isServiceChain(chain)) this.#endpoints.set(chain, this.#choices(chain));
    }
    const sync = kind === "partial" ? "partial" : first ? "full-from-empty" : "full";
    return {
      kind,
      written: restore.filter.rules.length + restore.nat.rules.length,
      bytes: restoreBytes(restore),
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
    const endpoints = outcome.verdict === "accept" ? this.#endpointsOf(outcome.trail) : 0;
    return withCost(outcome, this.kind, dispatched, endpoints);
  }

  closed(): void {}

  #choices(chain: string): number {
    const rules = this.rules.nat.rules(chain) ?? [];
    return rules.filter(({ target }) => target?.kind === "jump").length;
  }

  /** The longest list of endpoints that the packet met. */
  #endpointsOf(trail: readonly string[]): number {
    let most = 1;
    for (const rule of trail) {
      const chain = rule.split(" ")[1] as string;
      if (/^KUBE-SV[CL]-/.test(chain)) most = Math.max(most, this.#endpoints.get(chain) ?? 1);
    }
    return most;
  }

  #hooks(): RuleHooks {
    const { nat, filter } = this.rules;
    return {
      translate: (subject, host, fromNode) =>
        walkIptables(nat, fromNode ? "OUTPUT" : "PREROUTING", subject, host),
      filter: (subject, host, way) => walkIptables(filter, way.toUpperCase(), subject, host),
      leave: (subject, host) => walkIptables(nat, "POSTROUTING", subject, host),
    };
  }
}
