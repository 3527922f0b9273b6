import {
  type CleanedService,
  ConntrackCleaner,
  changeNeedsCleaning,
} from "../../conntrack/index.ts";
import type { NetworkNamespace } from "../host/index.ts";
import type { RuleSurroundings } from "../netfilter/index.ts";
import { familiesOf, familyOf, type LabPlan, type PlannedNode } from "./plan.ts";
import { Proxier, type ProxyMode } from "./proxier.ts";

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
  /** One proxier for each family that the node has. */
  readonly #proxiers: readonly Proxier[];
  #known: KnownServices = new Map();
  #pending: { readonly known: KnownServices; readonly names: Set<string> } | undefined;
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
    this.#proxiers = familiesOf(plan).map((family) => new Proxier(node, family, mode, around));
    const { netfilter } = namespace;
    for (const { family, rules } of this.#proxiers) {
      if (netfilter !== undefined) netfilter.rules[family] = rules;
    }
  }

  /** The state before the situation begins: in force at once. */
  start(known: KnownServices): void {
    this.#known = known;
    this.#apply(new Set(known.keys()));
  }

  /** Puts in force what somebody else's kube-proxy has programmed, now. */
  program(known: KnownServices, names: ReadonlySet<string>): void {
    const before = this.#known;
    this.#known = known;
    this.#apply(names);
    if (needsCleaning(before, known, names)) this.#clean();
    this.syncs += 1;
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
    const all = this.#proxiers.flatMap(({ ports }) => ports);
    const ports = all.filter((one) => one.healthCheckNodePort === healthCheckNodePort);
    const [first] = ports;
    if (first === undefined) return undefined;
    // Of dual-stack Services both families have the same pods.
    const own = ports.filter(({ clusterIP }) => clusterIP === first.clusterIP);
    const addresses = new Set(own.flatMap(({ local }) => local.map(({ address }) => address)));
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
    const cleans = needsCleaning(before, known, names);
    this.#namespace.simulation.after(this.#timings.cleaningNs, () => {
      if (cleans) this.#clean();
      this.syncs += 1;
      this.#busy = false;
      this.#restUntilNs = this.#namespace.now + this.#timings.minSyncPeriodNs;
      this.#wake();
    });
  }

  #apply(names: ReadonlySet<string>): void {
    const changed = new Set([...names].map((name) => keyIn(name)));
    for (const proxier of this.#proxiers) {
      proxier.program(this.#known, changed, this.#namespace.now);
    }
  }

  #clean(): void {
    const tracking = this.#namespace.netfilter?.tracking;
    for (const { family } of this.#proxiers) {
      const cleaner = new ConntrackCleaner([...this.#known.values()], family);
      for (const connection of tracking?.connections() ?? []) {
        const { original, reply } = connection;
        if (original.icmpType !== undefined || familyOf(original.source) !== family) continue;
        const stale = cleaner.isStale({
          protocol: original.protocol.toUpperCase() as "TCP" | "UDP" | "SCTP",
          originalDestination: hostPort(original.destination, original.destinationPort),
          replySource: hostPort(reply.source, reply.sourcePort),
        });
        if (stale) tracking?.delete(connection, "kube-proxy");
      }
    }
  }
}

/** Services of the lab have names without a namespace, those of a cluster have one. */
function keyIn(name: string): string {
  return name.includes("/") ? name : `default/${name}`;
}

function hostPort(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function needsCleaning(
  before: KnownServices,
  after: KnownServices,
  names: ReadonlySet<string>,
): boolean {
  return [...names].some((name) =>
    changeNeedsCleaning(before.get(name)?.slices ?? [], after.get(name)?.slices ?? []),
  );
}
