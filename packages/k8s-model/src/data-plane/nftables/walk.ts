import {
  addressMatches,
  type RuleHost,
  type RuleOutcome,
  type RuleSubject,
} from "../rule-walk/index.ts";
import { isNftServiceChain } from "./chain-names.ts";
import { type NftAction, type NftRule, type NftStatement, nftRuleText } from "./rule.ts";
import type { NftTable } from "./transaction.ts";

/** How long each affinity set keeps a client. */
export type SecondsOfSet = (set: string) => number;

interface Walk {
  readonly table: NftTable;
  readonly subject: RuleSubject;
  readonly host: RuleHost;
  readonly secondsOf: SecondsOfSet;
  /** Rules that matched. */
  readonly trail: NftRule[];
  /** Tells of the rule that is being gone through, once it is certain to match. */
  announce: (() => void) | undefined;
  marked: boolean;
  endpoint: string | undefined;
  masquerade: RuleOutcome["masquerade"];
  examined: number;
  dispatched: number | undefined;
}

type End = "accept" | "drop" | "reject" | undefined;

/** A statement that does not hold ends its rule; one that decides ends the walk. */
type Step = "holds" | "fails" | { readonly end: End };

/** Takes a packet through a hooked chain, such as `nat-prerouting`. */
export function walkNftables(
  table: NftTable,
  chain: string,
  subject: RuleSubject,
  host: RuleHost,
  secondsOf: SecondsOfSet,
): RuleOutcome {
  const walk: Walk = {
    table,
    subject,
    host,
    secondsOf,
    trail: [],
    announce: undefined,
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
      return trail.map((rule) => `${rule.chain}: ${textOf(rule, subject)}`);
    },
  };
}

function walkChain(walk: Walk, chain: string): End {
  announce(walk);
  if (isNftServiceChain(chain)) walk.dispatched ??= walk.examined;
  for (const rule of walk.table.rules(chain) ?? []) {
    walk.examined++;
    const step = walkRule(walk, rule);
    if (step === "fails") continue;
    if (step !== "holds") return step.end;
  }
  return undefined;
}

function walkRule(walk: Walk, rule: NftRule): Step {
  const { trail, host, subject } = walk;
  const before = trail.length;
  const watch = host.watch?.bind(host, rule.chain, textOf(rule, subject));
  trail.push(rule);
  walk.announce = watch && (() => watch(undefined));
  for (const statement of rule.statements) {
    const step = take(walk, statement);
    if (step === "holds") continue;
    if (step === "fails") {
      trail.length = before;
      walk.announce = undefined;
      watch?.(statement.kind);
    } else announce(walk);
    return step;
  }
  announce(walk);
  return "holds";
}

function announce(walk: Walk): void {
  walk.announce?.();
  walk.announce = undefined;
}

function textOf(rule: NftRule, { destination }: RuleSubject): string {
  return nftRuleText(rule, destination.includes(":") ? "ip6" : "ip");
}

function take(walk: Walk, statement: NftStatement): Step {
  const { subject, host, table } = walk;
  const when = (held: boolean): Step => (held ? "holds" : "fails");
  switch (statement.kind) {
    case "new-connection":
      return when(subject.state === "NEW");
    case "protocol":
      return when(subject.protocol === statement.protocol);
    case "destination-in-set":
      return when(table.elements(statement.set)?.has(subject.destination) ?? false);
    case "destination-in":
      return when(statement.ranges.some((range) => addressMatches(subject.destination, range)));
    case "destination-local":
      return when(host.isLocal(subject.destination));
    case "destination-not-localhost":
      return when(!subject.destination.startsWith("127.") && subject.destination !== "::1");
    case "source-in":
      return when(addressMatches(subject.source, statement.range));
    case "source-not-in":
      return when(!statement.ranges.some((range) => addressMatches(subject.source, range)));
    case "source-local":
      return when(host.isLocal(subject.source));
    case "source-in-set":
      return when(
        host.affinity.seen(
          statement.set,
          subject.source,
          host.nowNs,
          walk.secondsOf(statement.set),
        ),
      );
    case "marked":
      return when(walk.marked);
    case "translated":
      return when(subject.translated);
    case "hairpin":
      return when(isHairpin(table, subject));
    default:
      return act(walk, statement);
  }
}

function isHairpin(table: NftTable, subject: RuleSubject): boolean {
  const { source, destination, protocol, destinationPort } = subject;
  const key = `${source} . ${destination} . ${protocol} . ${destinationPort}`;
  return table.elements("hairpin-connections")?.has(key) ?? false;
}

function act(walk: Walk, action: NftAction): Step {
  const { subject, host } = walk;
  switch (action.kind) {
    case "set-mark":
      walk.marked = true;
      return "holds";
    case "clear-mark":
      walk.marked = false;
      return "holds";
    case "masquerade":
      walk.masquerade = "random-port";
      return { end: "accept" };
    case "remember-source": {
      const seconds = walk.secondsOf(action.set);
      const kept = host.affinity.remember(action.set, subject.source, host.nowNs, seconds);
      return kept ? "holds" : "fails";
    }
    case "jump": {
      const end = walkChain(walk, action.chain);
      return end === undefined ? "holds" : { end };
    }
    case "goto":
      return { end: walkChain(walk, action.chain) };
    case "drop":
    case "reject":
      return { end: action.kind };
    case "verdict-of-address": {
      const { destination, protocol, destinationPort } = subject;
      return look(walk, action.map, `${destination} . ${protocol} . ${destinationPort}`);
    }
    case "verdict-of-port":
      return look(walk, action.map, `${subject.protocol} . ${subject.destinationPort}`);
    case "goto-random":
      return { end: walkChain(walk, pick(action.chains, host)) };
    case "translate-random":
      walk.endpoint = pick(action.endpoints, host).key;
      return { end: "accept" };
    case "translate":
      walk.endpoint = action.endpoint.key;
      return { end: "accept" };
  }
}

/** A verdict of a map; nothing in it for this packet: the rule ends. */
function look(walk: Walk, map: string, key: string): Step {
  const verdict = walk.table.elements(map)?.get(key);
  if (verdict === undefined) return "fails";
  if (verdict === "drop") return { end: "drop" };
  return { end: walkChain(walk, verdict.slice("goto ".length)) };
}

function pick<One>(list: readonly One[], host: RuleHost): One {
  return list[Math.floor(host.random() * list.length)] as One;
}
