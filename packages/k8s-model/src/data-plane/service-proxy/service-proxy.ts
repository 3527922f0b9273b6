import type { Protocol } from "../../api/index.ts";
import type { ProxyState } from "../proxied-port/index.ts";
import type { ProxyKind } from "../proxy-costs/index.ts";

/** A connection, or a flow of datagrams, that begins on this node or arrives at it. */
export interface NewConnection {
  readonly protocol: Protocol;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** A pod of this node, the node itself, or somebody outside of it. */
  readonly origin: "pod" | "node" | "outside";
}

/** What a choice may depend on besides the connection. */
export interface RouteContext {
  readonly nowNs: number;
  /** Uniform in [0, 1); drawn as often as the mode draws. */
  random(): number;
}

/** What a node does with a new connection. */
export interface ProxyVerdict {
  /** `pass`: no Service has this address and port; the packet goes on as addressed. */
  readonly verdict: "accept" | "reject" | "drop" | "pass";
  /** `address:port`; only with `accept`. */
  readonly endpoint: string | undefined;
  /** Whose address the endpoint sees: the client's, or one of the node. */
  readonly sourceSeen: "client" | "node";
  /** A sentence without a full stop. */
  readonly reason: string;
  /** The rules or table entries that decided, as the mode writes them. */
  readonly trail: readonly string[];
  /** What the look-up costs a first packet (ns), the way between the pods included. */
  readonly connectNs: number;
}

/** What a change cost a node. */
export interface ProgramCost {
  readonly kind: "full" | "partial";
  /** Rules, operations or map entries written. */
  readonly written: number;
  /** Bytes handed to the program that loads the rules; 0 where there is none. */
  readonly bytes: number;
  readonly ns: number;
}

/**
 * A way to implement Services on one node: it is told what changed, and asked where a new connection
 * goes. Established connections do not come here: they follow connection tracking, a socket, or a
 * process that holds them.
 */
export interface ServiceProxy {
  readonly kind: ProxyKind;
  program(state: ProxyState): ProgramCost;
  /** Asked once for each new connection; what the mode remembers of it, it remembers here. */
  route(connection: NewConnection, context: RouteContext): ProxyVerdict;
  /** An accepted connection ended. Matters to schedulers that count. */
  closed(connection: NewConnection, endpoint: string): void;
}

/** What a node tells its proxy about itself, in one address family: each family has its own proxy. */
export interface ProxyHost {
  readonly nodeName: string;
  /** Every address of the node in that family, its own (`nodeIP`) first. */
  readonly addresses: readonly string[];
  /** Addresses that take node ports. */
  readonly nodePortAddresses: readonly string[];
  /** The pods' range. */
  readonly podRange: string | undefined;
  readonly serviceRanges: readonly string[];
}
