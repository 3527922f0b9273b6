import {
  type IptablesMatch,
  type IptablesRule,
  type IptablesTable,
  type IptablesTarget,
  ruleText,
} from "../../iptables/index.ts";
import { portsOf } from "../wire/index.ts";
import { addressMatches } from "./address-match.ts";
import type {
  DestinationVerdict,
  FilterVerdict,
  Hook,
  RuleSet,
  RuleSurroundings,
  Transit,
} from "./rule-set.ts";

/** What a chain ends in: a verdict, or `undefined` where every rule let the packet pass on. */
type Outcome = Exclude<IptablesTarget, { readonly kind: "jump" | "set-mark" | "clear-mark" }>;

const NS_PER_SECOND = 1_000_000_000;

/** Runs packets through the tables that an {@link IptablesProxy} keeps, rule by rule. */
export class IptablesRules implements RuleSet {
  readonly #tables: { readonly filter: IptablesTable; readonly nat: IptablesTable };
  readonly #around: RuleSurroundings;
  /** `recent` lists: source → when last seen. */
  readonly #recent = new Map<string, Map<string, number>>();

  constructor(
    tables: { readonly filter: IptablesTable; readonly nat: IptablesTable },
    around: RuleSurroundings,
  ) {
    this.#tables = tables;
    this.#around = around;
  }

  filterEarly(): FilterVerdict {
    return "accept";
  }

  destination(hook: "prerouting" | "output", transit: Transit): DestinationVerdict {
    const end = this.#run(this.#tables.nat, hook.toUpperCase(), hook, transit);
    if (end?.kind === "drop") return { kind: "drop" };
    if (end?.kind !== "destination-nat") return { kind: "unchanged" };
    const colon = end.to.lastIndexOf(":");
    const address = end.to.slice(0, colon).replace(/^\[|\]$/g, "");
    return { kind: "translate", address, port: Number(end.to.slice(colon + 1)) };
  }

  filter(hook: "input" | "forward" | "output", transit: Transit): FilterVerdict {
    const end = this.#run(this.#tables.filter, hook.toUpperCase(), hook, transit);
    return end?.kind === "drop" || end?.kind === "reject" ? end.kind : "accept";
  }

  masquerade(transit: Transit): { readonly randomPort: boolean } | undefined {
    const end = this.#run(this.#tables.nat, "POSTROUTING", "postrouting", transit);
    return end?.kind === "masquerade" ? { randomPort: end.randomPort } : undefined;
  }

  #run(table: IptablesTable, chain: string, hook: Hook, transit: Transit): Outcome | undefined {
    for (const rule of table.rules(chain) ?? []) {
      const failed = rule.matches.find((match) => !this.#matches(match, transit));
      this.#report(rule, hook, transit, failed);
      if (failed !== undefined || rule.target === undefined) continue;
      const { target } = rule;
      switch (target.kind) {
        case "jump": {
          const end = this.#run(table, target.chain, hook, transit);
          if (end !== undefined && end.kind !== "return") return end;
          continue;
        }
        case "set-mark":
          transit.mark |= Number(target.mark);
          continue;
        case "clear-mark":
          transit.mark ^= Number(target.mark);
          continue;
        default:
          return target;
      }
    }
    return undefined;
  }

  #report(
    rule: IptablesRule,
    hook: Hook,
    { packet }: Transit,
    failed: IptablesMatch | undefined,
  ): void {
    const { watch } = this.#around;
    if (watch === undefined) return;
    const step = { hook, chain: rule.chain, rule: ruleText(rule), matched: failed === undefined };
    watch(failed === undefined ? step : { ...step, because: failed.kind }, packet);
  }

  #matches(match: IptablesMatch, transit: Transit): boolean {
    const { packet, tracking } = transit;
    switch (match.kind) {
      case "comment":
      case "counter":
        return true;
      case "protocol":
        return packet.transport.kind === match.protocol;
      case "source":
        return addressMatches(packet.source, match.range) !== (match.not ?? false);
      case "destination":
        return addressMatches(packet.destination, match.range) !== (match.not ?? false);
      case "destination-port":
        return portsOf(packet.transport)?.destination === match.port;
      case "local-address":
        return this.#around.isLocalAddress(
          match.side === "src" ? packet.source : packet.destination,
        );
      case "mark": {
        const mark = Number(match.mark);
        return ((transit.mark & mark) === mark) !== (match.not ?? false);
      }
      case "connection-state":
        return hasState(tracking, match.states) !== (match.not ?? false);
      case "one-of":
        return this.#around.draw() * match.count < 1;
      case "seen-within": {
        const seenNs = this.#recent.get(match.list)?.get(packet.source);
        const ageNs = this.#around.now() - (seenNs ?? Number.NEGATIVE_INFINITY);
        return ageNs <= match.seconds * NS_PER_SECOND;
      }
      case "remember": {
        const list = this.#recent.get(match.list) ?? new Map<string, number>();
        this.#recent.set(match.list, list.set(packet.source, this.#around.now()));
        return true;
      }
    }
  }
}

function hasState(tracking: Transit["tracking"], states: string): boolean {
  const asked = states.split(",");
  if (tracking === "invalid") return asked.includes("INVALID");
  if (tracking === undefined) return asked.includes("UNTRACKED");
  if (asked.includes(tracking.state)) return true;
  return asked.includes("DNAT") && tracking.connection.destinationTranslated;
}
