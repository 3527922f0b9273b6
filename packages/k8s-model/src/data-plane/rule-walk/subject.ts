import type { AffinityLists } from "../affinity/index.ts";

/** A packet as rules look at it. */
export interface RuleSubject {
  /** `tcp`, `udp`, `sctp`, `icmp` or `icmpv6`. */
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  /** Undefined where the protocol has none. */
  readonly destinationPort: number | undefined;
  readonly state: "NEW" | "ESTABLISHED" | "RELATED" | "INVALID" | "UNTRACKED";
  /** Connection tracking translates its destination already. */
  readonly translated: boolean;
  /** Carries the mark that asks for the node's address as source. */
  readonly marked: boolean;
}

/** The node that goes through the rules. */
export interface RuleHost {
  /** Whether an address is one of the node's own. */
  isLocal(address: string): boolean;
  /** Uniform in [0, 1); drawn once for each random choice. */
  random(): number;
  readonly affinity: AffinityLists;
  readonly nowNs: number;
  /** Told of every rule that is looked at, and of the first thing that it asked for in vain. */
  readonly watch?: ((chain: string, rule: string, because: string | undefined) => void) | undefined;
}

/** What the rules of one hook say. */
export interface RuleOutcome {
  /** `accept`: no rule objected, or one accepted. */
  readonly verdict: "accept" | "drop" | "reject";
  readonly marked: boolean;
  /** `address:port` of the endpoint chosen; undefined where nothing was. */
  readonly endpoint: string | undefined;
  /** The source becomes the address of the way out, its port kept where it can be or chosen anew. */
  readonly masquerade: "no" | "keeps-port" | "random-port";
  /** Rules that were looked at, matching or not. */
  readonly examined: number;
  /** Those of them before the first chain that belongs to one Service. */
  readonly dispatched: number;
  /** The rules that matched, as their mode writes them, in order. */
  readonly trail: readonly string[];
}
