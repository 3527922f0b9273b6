import {
  type NftRule,
  type NftStatement,
  type NftTable,
  nftRuleText,
} from "../../nftables/index.ts";
import { isIPv6, portsOf } from "../wire/index.ts";
import { addressMatches } from "./address-match.ts";
import type {
  DestinationVerdict,
  FilterVerdict,
  Hook,
  RuleSet,
  RuleSurroundings,
  Transit,
} from "./rule-set.ts";

type Outcome =
  | { readonly kind: "drop" | "reject" | "masquerade" }
  | { readonly kind: "translate"; readonly address: string; readonly port: number };

/** What one statement leads to: the next one, the next rule, another chain, or the end. */
type Step = "next" | "leave-rule" | { readonly chain: string; readonly goto: boolean } | Outcome;

const MASQUERADE_MARK = 0x4000;
const NS_PER_SECOND = 1_000_000_000;

/** Runs packets through the table that an {@link NftablesProxy} keeps, rule by rule. */
export class NftablesRules implements RuleSet {
  readonly #table: NftTable;
  readonly #around: RuleSurroundings;
  readonly #affinitySeconds: (set: string) => number | undefined;
  /** Affinity sets: source → when last seen. The table holds their names only. */
  readonly #seen = new Map<string, Map<string, number>>();

  constructor(
    table: NftTable,
    around: RuleSurroundings,
    affinitySeconds: (set: string) => number | undefined,
  ) {
    this.#table = table;
    this.#around = around;
    this.#affinitySeconds = affinitySeconds;
  }

  filterEarly(hook: "prerouting" | "output", transit: Transit): FilterVerdict {
    return verdictOf(this.#run(`filter-${hook}-pre-dnat`, hook, transit));
  }

  destination(hook: "prerouting" | "output", transit: Transit): DestinationVerdict {
    const end = this.#run(`nat-${hook}`, hook, transit);
    if (end?.kind === "translate") return end;
    return { kind: end?.kind === "drop" ? "drop" : "unchanged" };
  }

  filter(hook: "input" | "forward" | "output", transit: Transit): FilterVerdict {
    return verdictOf(this.#run(`filter-${hook}`, hook, transit));
  }

  masquerade(transit: Transit): { readonly randomPort: boolean } | undefined {
    const end = this.#run("nat-postrouting", "postrouting", transit);
    return end?.kind === "masquerade" ? { randomPort: true } : undefined;
  }

  #run(chain: string, hook: Hook, transit: Transit): Outcome | undefined {
    for (const rule of this.#table.rules(chain) ?? []) {
      const step = this.#rule(rule, hook, transit);
      if (typeof step === "string") continue;
      if (!("chain" in step)) return step;
      const end = this.#run(step.chain, hook, transit);
      // After `goto` the chain that was left is not taken up again.
      if (end !== undefined || step.goto) return end;
    }
    return undefined;
  }

  #rule(rule: NftRule, hook: Hook, transit: Transit): Step {
    for (const statement of rule.statements) {
      const step = this.#statement(statement, transit);
      if (step === "next") continue;
      this.#report(rule, hook, transit, step === "leave-rule" ? statement : undefined);
      return step;
    }
    this.#report(rule, hook, transit, undefined);
    return "leave-rule";
  }

  #report(rule: NftRule, hook: Hook, { packet }: Transit, failed: NftStatement | undefined): void {
    const { watch } = this.#around;
    if (watch === undefined) return;
    const text = nftRuleText(rule, isIPv6(packet.source) ? "ip6" : "ip");
    const step = { hook, chain: rule.chain, rule: text, matched: failed === undefined };
    watch(failed === undefined ? step : { ...step, because: failed.kind }, packet);
  }

  #statement(statement: NftStatement, transit: Transit): Step {
    switch (statement.kind) {
      case "jump":
      case "goto":
        return { chain: statement.chain, goto: statement.kind === "goto" };
      case "drop":
      case "reject":
      case "masquerade":
        return { kind: statement.kind };
      case "set-mark":
        transit.mark |= MASQUERADE_MARK;
        return "next";
      case "clear-mark":
        transit.mark ^= MASQUERADE_MARK;
        return "next";
      case "remember-source": {
        const seen = this.#seen.get(statement.set) ?? new Map<string, number>();
        this.#seen.set(statement.set, seen.set(transit.packet.source, this.#around.now()));
        return "next";
      }
      case "verdict-of-address":
        return this.#verdict(statement.map, `${transit.packet.destination} . ${portKey(transit)}`);
      case "verdict-of-port":
        return this.#verdict(statement.map, portKey(transit));
      case "goto-random":
        return { chain: this.#any(statement.chains), goto: true };
      case "translate-random":
        return { kind: "translate", ...addressOf(this.#any(statement.endpoints)) };
      case "translate":
        return { kind: "translate", ...addressOf(statement.endpoint) };
      default:
        return this.#holds(statement, transit) ? "next" : "leave-rule";
    }
  }

  #any<T>(items: readonly T[]): T {
    return items[Math.floor(this.#around.draw() * items.length)] as T;
  }

  #verdict(map: string, key: string): Step {
    const verdict = this.#table.elements(map)?.get(key);
    if (verdict === undefined) return "leave-rule";
    const goto = verdict.startsWith("goto ") ? verdict.slice("goto ".length) : undefined;
    if (goto !== undefined) return { chain: goto, goto: true };
    return { kind: verdict === "drop" ? "drop" : "reject" };
  }

  #holds(statement: NftStatement, { packet, mark, tracking }: Transit): boolean {
    const tracked = typeof tracking === "object" ? tracking : undefined;
    const isLocal = (address: string): boolean => this.#around.isLocalAddress(address);
    switch (statement.kind) {
      case "new-connection":
        return tracked?.state === "NEW";
      case "protocol":
        return packet.transport.kind === statement.protocol;
      case "destination-in-set":
        return this.#table.elements(statement.set)?.has(packet.destination) ?? false;
      case "destination-in":
        return statement.ranges.some((range) => addressMatches(packet.destination, range));
      case "destination-local":
        return isLocal(packet.destination);
      case "destination-not-localhost":
        return !packet.destination.startsWith("127.") && packet.destination !== "::1";
      case "source-in":
        return addressMatches(packet.source, statement.range);
      case "source-not-in":
        return !statement.ranges.some((range) => addressMatches(packet.source, range));
      case "source-local":
        return isLocal(packet.source);
      case "source-in-set":
        return this.#isRemembered(statement.set, packet.source);
      case "marked":
        return (mark & MASQUERADE_MARK) !== 0;
      case "translated":
        return tracked?.connection.destinationTranslated ?? false;
      case "hairpin": {
        const { source, destination, transport } = packet;
        const port = portsOf(transport)?.destination;
        const key = `${source} . ${destination} . ${transport.kind} . ${port}`;
        return this.#table.elements("hairpin-connections")?.has(key) ?? false;
      }
      default:
        return true;
    }
  }

  #isRemembered(set: string, source: string): boolean {
    const seenNs = this.#seen.get(set)?.get(source);
    const seconds = this.#affinitySeconds(set);
    if (seenNs === undefined || seconds === undefined) return false;
    return this.#around.now() - seenNs < seconds * NS_PER_SECOND;
  }
}

function portKey({ packet: { transport } }: Transit): string {
  return `${transport.kind} . ${portsOf(transport)?.destination}`;
}

function addressOf({ address, port }: { readonly address: string; readonly port: number }): {
  address: string;
  port: number;
} {
  return { address, port };
}

function verdictOf(end: Outcome | undefined): FilterVerdict {
  return end?.kind === "drop" || end?.kind === "reject" ? end.kind : "accept";
}
