import type { Packet } from "../wire/index.ts";
import type { Tracking } from "./connection-tracking.ts";

/** Where in the stack rules look at a packet. */
export type Hook = "prerouting" | "input" | "forward" | "output" | "postrouting";

/** A packet on its way through one network namespace: what rules see and change. */
export interface Transit {
  packet: Packet;
  /** The firewall mark; gone when the packet leaves. */
  mark: number;
  tracking: Tracking | "invalid" | undefined;
}

export type FilterVerdict = "accept" | "drop" | "reject";

export type DestinationVerdict =
  | { readonly kind: "unchanged" | "drop" }
  | { readonly kind: "translate"; readonly address: string; readonly port: number };

/** A rule that was looked at; `because`: the first thing that it asked for in vain. */
export interface RuleStep {
  readonly hook: Hook;
  readonly chain: string;
  readonly rule: string;
  readonly matched: boolean;
  readonly because?: string;
}

/** What a service proxy's rules say to packets; the rest of the host accepts everything. */
export interface RuleSet {
  /** Ahead of the translation of destinations. */
  filterEarly(hook: "prerouting" | "output", transit: Transit): FilterVerdict;
  /** Asked once a connection. */
  destination(hook: "prerouting" | "output", transit: Transit): DestinationVerdict;
  filter(hook: "input" | "forward" | "output", transit: Transit): FilterVerdict;
  /** Whether the connection leaves with an address of the node; asked once a connection. */
  masquerade(transit: Transit): { readonly randomPort: boolean } | undefined;
}

/** What rules need to know beside the packet. */
export interface RuleSurroundings {
  isLocalAddress(address: string): boolean;
  now(): number;
  /** Uniform in (0, 1): which endpoint chance chooses. */
  draw(): number;
  /** Told of every rule that is looked at, and for which packet. */
  readonly watch?: ((step: RuleStep, packet: Packet) => void) | undefined;
}
