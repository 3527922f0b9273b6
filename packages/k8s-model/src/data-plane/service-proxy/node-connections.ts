import { joinHostPort, splitHostPort } from "../../address/index.ts";
import {
  type CleanedService,
  ConntrackCleaner,
  type ConntrackEntry,
  ConntrackTable,
  changeNeedsCleaning,
  type FlowTuple,
} from "../conntrack/index.ts";
import type { ProxyState } from "../proxied-port/index.ts";
import { familyOf } from "./rule-service-proxy.ts";
import type {
  NewConnection,
  ProgramCost,
  ProxyHost,
  ProxyVerdict,
  RouteContext,
  ServiceProxy,
} from "./service-proxy.ts";

/** What becomes of a packet on a node that tracks connections. */
export interface PacketVerdict {
  readonly verdict: ProxyVerdict["verdict"];
  /** `address:port` of the endpoint that gets it. */
  readonly endpoint: string | undefined;
  /** `tracked`: the connection stood already and no rule was asked; `full`: no room for a new one. */
  readonly because: "tracked" | "new" | "full";
}

/**
 * A node's proxy with connection tracking before it: a packet of a connection that stands goes where
 * the first one went, whatever the rules have become; only first packets ask the proxy. After a sync
 * kube-proxy's cleaner runs where its rule says so, for UDP alone.
 *
 * For modes that translate packets on the node (iptables, nftables, ipvs). Under eBPF the socket
 * itself is connected to the endpoint, which comes to the same for TCP; its cleaning differs.
 */
export class NodeConnections {
  readonly proxy: ServiceProxy;
  readonly table: ConntrackTable;
  readonly #node: ProxyHost;
  #services: readonly CleanedService[] = [];

  constructor(proxy: ServiceProxy, node: ProxyHost, conntrackMax: number) {
    this.proxy = proxy;
    this.table = new ConntrackTable({ max: conntrackMax });
    this.#node = node;
  }

  /** Programs a state; `services` are the same Services with their slices, for the cleaner. */
  program(state: ProxyState, services: readonly CleanedService[]): ProgramCost {
    const cost = this.proxy.program(state);
    const before = new Map(this.#services.map((one) => [keyOf(one), one]));
    const cleans = [...state.changed].some((key) =>
      changeNeedsCleaning(
        before.get(key)?.slices ?? [],
        services.find((one) => keyOf(one) === key)?.slices ?? [],
      ),
    );
    this.#services = services;
    if (cleans) this.#clean();
    return cost;
  }

  /** A packet of a client: the first of a connection, or a later one. */
  packet(connection: NewConnection, context: RouteContext): PacketVerdict {
    const tuple = tupleOf(connection);
    const known = this.table.find(tuple, context.nowNs);
    if (known !== undefined) {
      this.table.packet(known, "data", context.nowNs);
      return { verdict: "accept", endpoint: endpointOf(known), because: "tracked" };
    }
    const { verdict, endpoint, sourceSeen } = this.proxy.route(connection, context);
    if (verdict !== "accept" || endpoint === undefined) {
      return { verdict, endpoint: undefined, because: "new" };
    }
    const client = sourceSeen === "node" ? this.#node.addresses[0] : connection.source;
    const entry = this.table.open(tuple, replyOf(tuple, endpoint, client), context.nowNs);
    if (entry === undefined) return { verdict: "drop", endpoint: undefined, because: "full" };
    this.table.packet(entry, "answer", context.nowNs);
    return { verdict, endpoint, because: "new" };
  }

  #clean(): void {
    const cleaner = new ConntrackCleaner(this.#services, familyOf(this.#node));
    this.table.deleteWhere((entry) =>
      cleaner.isStale({
        protocol: entry.original.protocol,
        originalDestination: joinHostPort(
          entry.original.destination,
          entry.original.destinationPort,
        ),
        replySource: endpointOf(entry),
      }),
    );
  }
}

function keyOf({ service: { metadata } }: CleanedService): string {
  return `${metadata.namespace ?? "default"}/${metadata.name}`;
}

function tupleOf({
  protocol,
  source,
  sourcePort,
  destination,
  destinationPort,
}: NewConnection): FlowTuple {
  return { protocol, source, sourcePort, destination, destinationPort };
}

function replyOf(tuple: FlowTuple, endpoint: string, client = tuple.source): FlowTuple {
  const { address, port } = splitHostPort(endpoint);
  return {
    protocol: tuple.protocol,
    source: address,
    sourcePort: port,
    destination: client,
    destinationPort: tuple.sourcePort,
  };
}

function endpointOf({ reply: { source, sourcePort } }: ConntrackEntry): string {
  return joinHostPort(source, sourcePort);
}
