import {
  addressMatches,
  type RuleHost,
  type RuleOutcome,
  type RuleSubject,
} from "../rule-walk/index.ts";
import { isServiceChain } from "./chain-names.ts";
import { matchingDraws } from "./probability.ts";
import { type IptablesMatch, type IptablesRule, ruleText } from "./rule.ts";
import type { IptablesTable } from "./tables.ts";

const DRAWS = 0x80000000;

/** What goes on while a packet is in the rules. */
interface Walk {
  readonly table: IptablesTable;
  readonly subject: RuleSubject;
  readonly host: RuleHost;
  /** Rules that matched. */
  readonly trail: IptablesRule[];
  marked: boolean;
  endpoint: string | undefined;
  masquerade: RuleOutcome["masquerade"];
  examined: number;
  dispatched: number | undefined;
}

type End = "accept" | "drop" | "reject" | undefined;

/** Takes a packet through a built-in chain, such as PREROUTING of table nat. */
export function walkIptables(
  table: IptablesTable,
  chain: string,
  subject: RuleSubject,
  host: RuleHost,
): RuleOutcome {
  const walk: Walk = {
    table,
    subject,
    host,
    trail: [],
    marked: subject.marked,
    endpoint: undefined,
    masquerade: "no",
    examined: 0,
    dispatched: undefined,
  };
  const verdict = walkChain(walk, chain) ?? "accept";
  const { marked, endpoint, masquerade, examined, dispatched = examined, trail } = walk;
  return {
    verdict,
    marked,
    endpoint,
    masquerade,
    examined,
    dispatched,
    get trail() {
      return trail.map(ruleText);
    },
  };
}

/** Undefined: the packet came to the end of the chain and goes on in the one before. */
function walkChain(walk: Walk, chain: string): End {
  if (isServiceChain(chain)) walk.dispatched ??= walk.examined;
  for (const rule of walk.table.rules(chain) ?? []) {
    walk.examined++;
    const failed = rule.matches.find((match) => !holds(walk, match));
    walk.host.watch?.(chain, ruleText(rule), failed?.kind);
    if (failed !== undefined) continue;
    walk.trail.push(rule);
    const { target } = rule;
    if (target?.kind === "return") return undefined;
    const end = apply(walk, target);
    if (end !== undefined) return end;
  }
  return undefined;
}

function apply(walk: Walk, target: IptablesRule["target"]): End {
  switch (target?.kind) {
    case "jump":
      return walkChain(walk, target.chain);
    case "accept":
    case "drop":
    case "reject":
      return target.kind;
    case "set-mark":
      walk.marked = true;
      return undefined;
    case "clear-mark":
      walk.marked = false;
      return undefined;
    case "masquerade":
      walk.masquerade = target.randomPort ? "random-port" : "keeps-port";
      return "accept";
    case "destination-nat":
      walk.endpoint = target.to;
      return "accept";
    default:
      return undefined;
  }
}

function holds(walk: Walk, match: IptablesMatch): boolean {
  const { subject, host } = walk;
  switch (match.kind) {
    case "comment":
    case "counter":
      return true;
    case "protocol":
      return subject.protocol === match.protocol;
    case "source":
      return addressMatches(subject.source, match.range) !== (match.not ?? false);
    case "destination":
      return addressMatches(subject.destination, match.range) !== (match.not ?? false);
    case "destination-port":
      return subject.destinationPort === match.port;
    case "local-address":
      return host.isLocal(match.side === "src" ? subject.source : subject.destination);
    case "mark":
      return walk.marked !== (match.not ?? false);
    case "connection-state":
      return hasState(subject, match.states) !== (match.not ?? false);
    case "one-of":
      return Math.floor(host.random() * DRAWS) < matchingDraws(match.count);
    case "seen-within":
      return host.affinity.seen(match.list, subject.source, host.nowNs, match.seconds);
    case "remember":
      // The list keeps a client for as long as there is room; the look-up knows the time-out.
      return host.affinity.remember(match.list, subject.source, host.nowNs, 0);
  }
}

function hasState({ state, translated }: RuleSubject, states: string): boolean {
  return states.split(",").some((one) => one === state || (one === "DNAT" && translated));
}
