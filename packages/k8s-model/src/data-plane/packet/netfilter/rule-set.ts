import { splitHostPort } from "../../../address/index.ts";
import type { AffinityLists } from "../../affinity/index.ts";
import type { RuleHost, RuleOutcome, RuleSubject } from "../../rule-walk/index.ts";
import { type Packet, portsOf } from "../wire/index.ts";
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

/** The firewall mark that asks for the node's address as source. */
const MASQUERADE_MARK = 0x4000;

/** A packet as rules look at it. */
export function subjectOf({ packet, mark, tracking }: Transit): RuleSubject {
  const tracked = typeof tracking === "object" ? tracking : undefined;
  return {
    protocol: packet.transport.kind,
    source: packet.source,
    destination: packet.destination,
    destinationPort: portsOf(packet.transport)?.destination,
    state: tracking === "invalid" ? "INVALID" : (tracked?.state ?? "UNTRACKED"),
    translated: tracked?.connection.destinationTranslated ?? false,
    marked: (mark & MASQUERADE_MARK) !== 0,
  };
}

/** The node, for rules that are asked about one packet at one hook. */
export function hostOf(
  around: RuleSurroundings,
  affinity: AffinityLists,
  hook: Hook,
  { packet }: Transit,
): RuleHost {
  const { watch } = around;
  return {
    isLocal: (address) => around.isLocalAddress(address),
    random: () => around.draw(),
    affinity,
    nowNs: around.now(),
    watch:
      watch &&
      ((chain, rule, because) => {
        const step = { hook, chain, rule, matched: because === undefined };
        watch(because === undefined ? step : { ...step, because }, packet);
      }),
  };
}

/** Takes over what rules said: the mark is the packet's from now on. */
export function marked(transit: Transit, outcome: RuleOutcome): RuleOutcome {
  if (outcome.marked) transit.mark |= MASQUERADE_MARK;
  else transit.mark &= ~MASQUERADE_MARK;
  return outcome;
}

export function destinationOf({ endpoint, verdict }: RuleOutcome): DestinationVerdict {
  if (endpoint !== undefined) return { kind: "translate", ...splitHostPort(endpoint) };
  return { kind: verdict === "drop" ? "drop" : "unchanged" };
}

export function masqueradeOf({
  masquerade,
}: RuleOutcome): { readonly randomPort: boolean } | undefined {
  return masquerade === "no" ? undefined : { randomPort: masquerade === "random-port" };
}
