import { atOnce } from "./at-once.ts";
import {
  dotsOf,
  type Lookup,
  LookupNumbers,
  type LookupRequest,
  literalResult,
  nameBelow,
  type ResolverMemory,
  resolverMemory,
} from "./lookup.ts";
import type { AddressType, DnsAnswer, DnsQuery, LookupResult } from "./message.ts";
import { between, flagOptions, numberOption, type ResolverOptions } from "./resolver-config.ts";

const SECOND_NS = 1_000_000_000;
const MAX_NDOTS = 15;
const LONGEST_NAME = 254;

interface GoSetting extends ResolverOptions {
  readonly numbers: LookupNumbers;
  readonly memory: ResolverMemory;
  readonly nameservers: readonly string[];
  /** Lines of work share the look-up's clock: they run on one timeline. */
  nowNs: number;
}

type Tried =
  | { readonly addresses: readonly string[] }
  | { readonly error: string; readonly temporary: boolean };

/**
 * The pure Go resolver (Go 1.26, `net.Resolver.LookupIPAddr` without cgo).
 *
 * A and AAAA are asked for by two goroutines, each query from a socket of its own, and both must be
 * done before the next name is tried; every query carries EDNS0. Which of the two goes first is a
 * race in the real thing; here AAAA does, as the goroutine started last usually runs first. Options
 * known: ndots, timeout, attempts, rotate, single-request and single-request-reopen (one after the
 * other), use-vc. The default of strict errors is off.
 *
 * Source: Go `src/net/dnsclient_unix.go`, `dnsconfig_unix.go`.
 */
export function* goLookup(request: LookupRequest): Lookup {
  const { name, family, config } = request;
  const literal = literalResult(name);
  if (literal !== undefined) return literal;
  const setting = goSetting(request);
  const flags = setting.flags;
  const serial = flags.has("single-request") || flags.has("single-request-reopen");
  const types: AddressType[] =
    family === "IPv4" ? ["A"] : family === "IPv6" ? ["AAAA"] : ["A", "AAAA"];
  let failure: Tried & { error: string } = { error: "no such host", temporary: false };
  let failed = false;
  for (const candidate of candidates(name, config.search, setting.ndots)) {
    const tried = serial
      ? yield* inTurn(setting, candidate, types)
      : yield* atOnce(types.map((type) => tryName(setting, candidate, type)).reverse());
    const addresses: string[] = [];
    for (const one of tried) {
      if ("addresses" in one) addresses.push(...one.addresses);
      // The error of the last searched name counts, not that of the name as given.
      else if (!failed || candidate !== name || name.endsWith(".")) {
        failure = one;
        failed = true;
      }
    }
    if (addresses.length > 0) return { outcome: "found", addresses, message: "" };
  }
  return failureOf(name, failure, setting.nameservers);
}

function goSetting({ config, memory, nowNs }: LookupRequest): GoSetting {
  const { options, nameservers } = config;
  return {
    ndots: Math.min(numberOption(options, "ndots") ?? 1, MAX_NDOTS),
    timeoutNs: Math.max(numberOption(options, "timeout") ?? 5, 1) * SECOND_NS,
    attempts: Math.max(numberOption(options, "attempts") ?? 2, 1),
    flags: flagOptions(options),
    numbers: new LookupNumbers(),
    memory: memory ?? resolverMemory(),
    nameservers: nameservers.slice(0, between(nameservers.length, 1, 3)),
    nowNs,
  };
}

function failureOf(
  name: string,
  { error, temporary }: { error: string; temporary: boolean },
  [server = ""]: readonly string[],
): LookupResult {
  return {
    outcome: temporary ? "try-again" : "not-found",
    addresses: [],
    message: `lookup ${name} on ${server}:53: ${error}`,
  };
}

/** Names in the order of trying, without final dots but that of an absolute name given so. */
function candidates(name: string, search: readonly string[], ndots: number): readonly string[] {
  if (name.endsWith(".")) return [name];
  const below = search.map((domain) => nameBelow(name, domain));
  const enough = dotsOf(name) >= ndots;
  const all = enough ? [name, ...below] : [...below, name];
  return all.filter((one) => one.length < LONGEST_NAME && !/\.onion$/i.test(one));
}

function* inTurn(
  setting: GoSetting,
  name: string,
  types: readonly AddressType[],
): Lookup<readonly Tried[]> {
  const tried: Tried[] = [];
  for (const type of types) tried.push(yield* tryName(setting, name, type));
  return tried;
}

/** One name and type: each server in turn, so often as attempts allow. */
function* tryName(setting: GoSetting, name: string, type: AddressType): Lookup<Tried> {
  const { nameservers, attempts, memory, flags } = setting;
  const servers = Math.max(nameservers.length, 1);
  const turn = flags.has("rotate") ? memory.rotation++ : 0;
  let last: Tried = { error: "no such host", temporary: false };
  for (let attempt = 0; attempt < attempts; attempt++) {
    for (let place = 0; place < servers; place++) {
      const answer = yield* exchange(setting, name, type, (turn + place) % servers);
      if (answer === undefined) {
        last = { error: "read udp: i/o timeout", temporary: true };
      } else if (answer.rcode === "SERVFAIL") {
        last = { error: "server misbehaving", temporary: true };
      } else if (answer.rcode === "NXDOMAIN" || answer.addresses.length === 0) {
        return { error: "no such host", temporary: false };
      } else {
        return { addresses: answer.addresses };
      }
    }
  }
  return last;
}

/** One query from a new socket; again by TCP, from another, when the answer is cut. */
function* exchange(
  setting: GoSetting,
  name: string,
  type: AddressType,
  server: number,
): Lookup<DnsAnswer | undefined> {
  const { numbers, flags, timeoutNs } = setting;
  const overTcp = ["use-vc", "usevc", "tcp"].some((flag) => flags.has(flag));
  const bare = name.endsWith(".") ? name.slice(0, -1) : name;
  const id = numbers.id();
  const transports = overTcp ? (["tcp"] as const) : (["udp", "tcp"] as const);
  let answer: DnsAnswer | undefined;
  for (const transport of transports) {
    const socket = numbers.socket();
    const query: DnsQuery = { socket, id, server, name: bare, type, transport, edns: true };
    answer = yield* answerTo(setting, query, setting.nowNs + timeoutNs);
    if (answer?.truncated !== true) return answer;
  }
  return answer;
}

function* answerTo(
  setting: GoSetting,
  query: DnsQuery,
  untilNs: number,
): Lookup<DnsAnswer | undefined> {
  let send = [query];
  for (;;) {
    const { nowNs, arrival } = yield { send, untilNs };
    setting.nowNs = nowNs;
    if (arrival === undefined) return undefined;
    if (arrival.query.socket === query.socket) return arrival.answer;
    send = [];
  }
}
