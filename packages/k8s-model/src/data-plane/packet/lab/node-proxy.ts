import type { EndpointSlice, Service } from "../../../api/index.ts";
import {
  type CleanedService,
  ConntrackCleaner,
  changeNeedsCleaning,
} from "../../conntrack/index.ts";
import { IptablesProxy, iptablesDefaults } from "../../iptables/index.ts";
import { endpointSet } from "../../kube-proxy/index.ts";
import { NftablesProxy, nftablesDefaults, nftEndpointNames } from "../../nftables/index.ts";
import { isProxied, type ProxiedPort, proxiedPort } from "../../proxied-port/index.ts";
import type { NetworkNamespace } from "../host/index.ts";
import {
  IptablesRules,
  NftablesRules,
  type RuleSet,
  type RuleSurroundings,
} from "../netfilter/index.ts";
import type { LabPlan, PlannedNode } from "./plan.ts";

export type ProxyMode = "iptables" | "nftables";

/** Services with their slices, by name: what a kube-proxy has been told. */
export type KnownServices = ReadonlyMap<string, CleanedService>;

/** When kube-proxy does what; measured on the lab's two nodes where not said otherwise. */
export interface NodeProxyTimings {
  /** From an API write to its arrival. */
  readonly watchNs: number;
  /** From the start of a sync to its rules being in force. */
  readonly syncNs: number;
  /** From there to the end of the cleaning of connection tracking. */
  readonly cleaningNs: number;
  /** `minSyncPeriod`: from the end of a sync to the next. */
  readonly minSyncPeriodNs: number;
}

const MS = 1_000_000;

export const NODE_PROXY_TIMINGS: NodeProxyTimings = {
  watchNs: 2 * MS,
  syncNs: 60 * MS,
  cleaningNs: 2 * MS,
  minSyncPeriodNs: 1000 * MS,
};

/** The kube-proxy of one node of the lab: writes rules into the node's namespace, cleans its tracking. */
export class NodeProxy {
  readonly node: PlannedNode;
  readonly #namespace: NetworkNamespace;
  readonly #timings: NodeProxyTimings;
  readonly #write: (ports: readonly ProxiedPort[], changed: ReadonlySet<string>) => void;
  #known: KnownServices = new Map();
  #pending: { readonly known: KnownServices; readonly names: Set<string> } | undefined;
  #ports: readonly ProxiedPort[] = [];
  #busy = false;
  #restUntilNs = 0;
  #stopped = false;
  /** How many syncs have ended. */
  syncs = 0;

  constructor(
    namespace: NetworkNamespace,
    node: PlannedNode,
    plan: LabPlan,
    mode: ProxyMode,
    around: RuleSurroundings,
    timings: NodeProxyTimings,
  ) {
    this.#namespace = namespace;
    this.#timings = timings;
    this.node = node;
    const { rules, write } = programming(node, plan, mode, around, () => this.#ports);
    this.#write = (ports, changed) => write(ports, changed, namespace.now);
    if (namespace.netfilter !== undefined) namespace.netfilter.rules = rules;
  }

  /** The state before the situation begins: in force at once. */
  start(known: KnownServices): void {
    this.#known = known;
    this.#apply(new Set(known.keys()));
  }

  /** A change of one Service, or its slices, was written to the API. */
  tell(known: KnownServices, name: string): void {
    this.#namespace.simulation.after(this.#timings.watchNs, () => {
      this.#pending = { known, names: new Set([...(this.#pending?.names ?? []), name]) };
      this.#wake();
    });
  }

  /** kube-proxy ends; its rules stay. */
  stop(): void {
    this.#stopped = true;
  }

  /** kube-proxy starts anew and writes everything once. */
  restart(): void {
    this.#stopped = false;
    this.#restUntilNs = 0;
    this.#pending = {
      known: this.#pending?.known ?? this.#known,
      names: new Set(this.#known.keys()),
    };
    this.#wake();
  }

  /** Endpoints on this node of the Service with that health check node port; undefined: no such port. */
  localEndpoints(healthCheckNodePort: number): { service: string; count: number } | undefined {
    const ports = this.#ports.filter((one) => one.healthCheckNodePort === healthCheckNodePort);
    const [first] = ports;
    if (first === undefined) return undefined;
    const addresses = new Set(ports.flatMap(({ local }) => local.map(({ address }) => address)));
    return { service: first.serviceName, count: addresses.size };
  }

  #wake(): void {
    if (this.#busy || this.#stopped || this.#pending === undefined) return;
    const { simulation } = this.#namespace;
    this.#busy = true;
    const startNs = Math.max(simulation.now, this.#restUntilNs);
    simulation.at(startNs, () => {
      const { known, names } = this.#pending ?? { known: this.#known, names: new Set<string>() };
      this.#pending = undefined;
      simulation.after(this.#timings.syncNs, () => this.#sync(known, names));
    });
  }

  #sync(known: KnownServices, names: ReadonlySet<string>): void {
    const before = this.#known;
    this.#known = known;
    this.#apply(names);
    const cleans = [...names].some((name) =>
      changeNeedsCleaning(before.get(name)?.slices ?? [], known.get(name)?.slices ?? []),
    );
    this.#namespace.simulation.after(this.#timings.cleaningNs, () => {
      if (cleans) this.#clean();
      this.syncs += 1;
      this.#busy = false;
      this.#restUntilNs = this.#namespace.now + this.#timings.minSyncPeriodNs;
      this.#wake();
    });
  }

  #apply(names: ReadonlySet<string>): void {
    this.#ports = portsOn(this.node, this.#known);
    this.#write(this.#ports, new Set([...names].map((name) => `default/${name}`)));
  }

  #clean(): void {
    const tracking = this.#namespace.netfilter?.tracking;
    const cleaner = new ConntrackCleaner([...this.#known.values()]);
    for (const connection of tracking?.connections() ?? []) {
      const { original, reply } = connection;
      if (original.protocol === "icmp") continue;
      const stale = cleaner.isStale({
        protocol: original.protocol.toUpperCase() as "TCP" | "UDP" | "SCTP",
        originalDestination: `${original.destination}:${original.destinationPort}`,
        replySource: `${reply.source}:${reply.sourcePort}`,
      });
      if (stale) tracking?.delete(connection, "kube-proxy");
    }
  }
}

function portsOn({ name, zone }: PlannedNode, known: KnownServices): readonly ProxiedPort[] {
  const home = { name, zone, family: "IPv4" } as const;
  const ports: ProxiedPort[] = [];
  for (const { service, slices } of known.values()) {
    if (!isProxied(service)) continue;
    for (const port of service.spec.ports ?? []) {
      ports.push(proxiedPort(service, port, endpointSet(slices, port.name ?? ""), home));
    }
  }
  return ports;
}

interface Programming {
  readonly rules: RuleSet;
  write(ports: readonly ProxiedPort[], changed: ReadonlySet<string>, nowNs: number): void;
}

function programming(
  node: PlannedNode,
  plan: LabPlan,
  mode: ProxyMode,
  around: RuleSurroundings,
  ports: () => readonly ProxiedPort[],
): Programming {
  if (mode === "iptables") {
    const proxy = new IptablesProxy(iptablesDefaults(node.address, plan.podRange));
    return {
      rules: new IptablesRules(proxy, around),
      write: (all, changed, nowNs) => void proxy.sync({ ports: all, changed, nowNs }),
    };
  }
  const proxy = new NftablesProxy(
    nftablesDefaults(node.address, plan.podRange, [plan.serviceRange]),
    node.name,
  );
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

/** One Service with its slice, as a watch brings them. */
export function knownService(service: Service, slice: EndpointSlice): CleanedService {
  return { service, slices: [slice] };
}
