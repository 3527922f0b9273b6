import type { AffinityLists } from "../affinity/index.ts";

/** A packet as rules look at it. */
export interface RuleSubject {
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly source: string;
  readonly destination: string;
  readonly destinationPort: number;
  readonly state: "NEW" | "ESTABLISHED" | "RELATED" | "INVALID";
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
}

/** What the rules of one hook say. */
export interface RuleOutcome {
  /** `accept`: no rule objected, or one accepted. */
  readonly verdict: "accept" | "drop" | "reject";
  readonly marked: boolean;
  /** `address:port` of the endpoint chosen; undefined where nothing was. */
  readonly endpoint: string | undefined;
  /** The source becomes the address of the way out. */
  readonly masqueraded: boolean;
  /** Rules that were looked at, matching or not. */
  readonly examined: number;
  /** Those of them before the first chain that belongs to one Service. */
  readonly dispatched: number;
  /** The rules that matched, as their mode writes them, in order. */
  readonly trail: readonly string[];
}
