import {
  dotsOf,
  type Lookup,
  LookupNumbers,
  type LookupRequest,
  literalResult,
  nameBelow,
  withoutFinalDot,
} from "./lookup.ts";
import type { AddressType, DnsAnswer, DnsQuery, LookupResult } from "./message.ts";
import { between, numberOption, type ResolverConfig } from "./resolver-config.ts";

const MS_NS = 1_000_000;
const MAX_NDOTS = 15;
const MAX_TIMEOUT_SECONDS = 60;
const MAX_ATTEMPTS = 10;
const MAX_SERVERS = 3;
/** Longer lines of resolv.conf are skipped. */
const LONGEST_LINE = 254;
const LONGEST_NAME = 255;

const NOT_FOUND: LookupResult = {
  outcome: "not-found",
  addresses: [],
  message: "Name does not resolve",
};
const NO_DATA: LookupResult = { ...NOT_FOUND, outcome: "no-data" };
const TRY_AGAIN: LookupResult = { outcome: "try-again", addresses: [], message: "Try again" };

/** What musl reads from resolv.conf, and where one look-up stands. */
interface MuslSetting {
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly servers: number;
  readonly types: readonly AddressType[];
  readonly numbers: LookupNumbers;
  nowNs: number;
}

/**
 * `getaddrinfo` of musl 1.2.3, as in Alpine 3.16 and 3.17.
 *
 * All queries go to all name servers at once, from one socket a name; only unanswered ones are
 * repeated. A name without an address of the family ends the search, and a name with enough dots is
 * never searched for. Of the options only ndots, timeout and attempts are known; truncated answers
 * are taken as they are (TCP came with 1.2.4).
 *
 * Source: musl `src/network/lookup_name.c`, `res_msend.c`, `resolvconf.c`.
 */
export function* muslLookup({ name, family, config, nowNs }: LookupRequest): Lookup {
  const literal = literalResult(name);
  if (literal !== undefined) return literal;
  const bare = withoutFinalDot(name);
  if (bare === "" || bare.endsWith(".")) return NOT_FOUND;
  const setting: MuslSetting = {
    timeoutMs: 1000 * Math.min(numberOption(config.options, "timeout") ?? 5, MAX_TIMEOUT_SECONDS),
    attempts: between(numberOption(config.options, "attempts") ?? 2, 1, MAX_ATTEMPTS),
    servers: between(config.nameservers.length, 1, MAX_SERVERS),
    types: family === "IPv4" ? ["A"] : family === "IPv6" ? ["AAAA"] : ["A", "AAAA"],
    numbers: new LookupNumbers(),
    nowNs,
  };
  for (const domain of searchedDomains(name, config)) {
    const candidate = nameBelow(bare, domain);
    if (candidate.length > LONGEST_NAME) continue;
    const result = yield* lookUpName(setting, candidate);
    if (result !== undefined) return result;
  }
  return (yield* lookUpName(setting, bare)) ?? NOT_FOUND;
}

function searchedDomains(name: string, { search, options }: ResolverConfig): readonly string[] {
  const ndots = Math.min(numberOption(options, "ndots") ?? 1, MAX_NDOTS);
  if (dotsOf(name) >= ndots || name.endsWith(".")) return [];
  return `search ${search.join(" ")}`.length > LONGEST_LINE ? [] : search;
}

/** Nothing where the name does not exist and the next one is to be tried. */
function* lookUpName(setting: MuslSetting, name: string): Lookup<LookupResult | undefined> {
  const answers = yield* sendToAll(setting, name);
  for (const answer of answers) {
    if (answer === undefined) return TRY_AGAIN;
    if (answer.rcode === "NXDOMAIN") return undefined;
  }
  const addresses = answers.flatMap((answer) => (answer === undefined ? [] : answer.addresses));
  return addresses.length > 0 ? { outcome: "found", addresses, message: "" } : NO_DATA;
}

/** The accepted answer to each query; servers that fail are asked again at once, four times a round. */
function* sendToAll(
  setting: MuslSetting,
  name: string,
): Lookup<readonly (DnsAnswer | undefined)[]> {
  const { types, numbers, timeoutMs, attempts, servers } = setting;
  const queries = types.map((type) => ({ id: numbers.id(), type }));
  const socket = numbers.socket();
  const query = (index: number, server: number): DnsQuery => ({
    ...(queries[index] as (typeof queries)[number]),
    socket,
    server,
    name,
    transport: "udp",
    edns: false,
  });
  const answers: (DnsAnswer | undefined)[] = types.map(() => undefined);
  const intervalMs = Math.floor(timeoutMs / attempts);
  const endMs = clockMs(setting) + timeoutMs;
  let sentMs = clockMs(setting) - intervalMs;
  let retries = 0;
  while (clockMs(setting) < endMs) {
    let send: DnsQuery[] = [];
    if (clockMs(setting) - sentMs >= intervalMs) {
      send = types.flatMap((_, index) =>
        answers[index] === undefined
          ? Array.from({ length: servers }, (__, server) => query(index, server))
          : [],
      );
      sentMs = clockMs(setting);
      retries = 2 * types.length;
    }
    for (;;) {
      const leftMs = sentMs + intervalMs - clockMs(setting);
      const untilNs = setting.nowNs + Math.max(leftMs, 0) * MS_NS;
      const { nowNs, arrival } = yield { send, untilNs };
      send = [];
      setting.nowNs = nowNs;
      if (arrival === undefined) break;
      const index = queries.findIndex(({ id }) => id === arrival.query.id);
      if (arrival.query.socket !== socket || index < 0 || answers[index] !== undefined) continue;
      if (arrival.answer.rcode === "SERVFAIL") {
        if (retries-- > 0) send = [query(index, arrival.query.server)];
        continue;
      }
      answers[index] = arrival.answer;
      if (!answers.includes(undefined)) return answers;
    }
  }
  return answers;
}

/** musl counts whole milliseconds, so that a wait that is interrupted may end up to one early. */
function clockMs({ nowNs }: MuslSetting): number {
  return Math.floor(nowNs / MS_NS);
}
