import { familyTypes, type GlibcSetting, glibcSetting, sendToServers } from "./glibc-send.ts";
import {
  dotsOf,
  type Lookup,
  type LookupRequest,
  literalResult,
  nameBelow,
  withoutFinalDot,
} from "./lookup.ts";
import type { AddressType, DnsAnswer, LookupResult } from "./message.ts";

/** Why a query of glibc came to nothing; `h_errno` in its words. */
type Failure = "HOST_NOT_FOUND" | "NO_DATA" | "TRY_AGAIN";

type Queried =
  | { readonly found: readonly DnsAnswer[] }
  | { readonly failure: Failure; readonly servfail: boolean; readonly unreachable: boolean };

const MESSAGES = {
  HOST_NOT_FOUND: { outcome: "not-found", message: "Name or service not known" },
  NO_DATA: { outcome: "no-data", message: "No address associated with hostname" },
  TRY_AGAIN: { outcome: "try-again", message: "Temporary failure in name resolution" },
} as const;

/**
 * `getaddrinfo` of glibc 2.36 through nss_dns.
 *
 * A and AAAA go out together from one socket; when the second answer is missing, glibc asks one
 * after the other, then from two sockets, and keeps to that for the rest of the process. Options
 * known: ndots, timeout, attempts, rotate, single-request, single-request-reopen, use-vc, edns0,
 * no-aaaa, no-tld-query.
 *
 * Source: glibc `resolv/res_query.c`, `res_send.c`, `res-noaaaa.c`, `nss_dns/dns-host.c`. Left out:
 * /etc/hosts and other sources of nsswitch, host aliases, the order of RFC 6724 for more than one
 * address (see `sortedByDestination`).
 */
export function* glibcLookup(request: LookupRequest): Lookup {
  const literal = literalResult(request.name);
  if (literal !== undefined) return literal;
  const setting = glibcSetting(request);
  const outcome = yield* search(setting, request);
  if ("found" in outcome) return found(outcome.found);
  return { addresses: [], ...MESSAGES[outcome.failure] };
}

function found(answers: readonly DnsAnswer[]): LookupResult {
  const addresses = answers.flatMap((answer) => answer.addresses);
  return { outcome: "found", addresses, message: "" };
}

function* search(setting: GlibcSetting, { name, config, family }: LookupRequest): Lookup<Queried> {
  const types = familyTypes(family, setting);
  const dots = dotsOf(name);
  const absolute = name.endsWith(".");
  let asIs: Queried | undefined;
  if (dots >= setting.ndots || absolute) {
    asIs = yield* query(setting, withoutFinalDot(name), types);
    if ("found" in asIs || absolute) return asIs;
  }
  const { last, noData, servfail, rootSearched } = yield* searchDomains(
    setting,
    name,
    config.search,
    types,
  );
  if (last !== undefined && ("found" in last || last.unreachable)) return last;
  let final: Queried | undefined = last;
  const searched = config.search.length > 0;
  if ((dots > 0 || !searched || !setting.flags.has("no-tld-query")) && !asIs && !rootSearched) {
    const named: Queried = yield* query(setting, name, types);
    if ("found" in named) return named;
    final = named;
  }
  const failed = { servfail: false, unreachable: false };
  if (asIs !== undefined) return asIs;
  if (noData) return { failure: "NO_DATA", ...failed };
  if (servfail) return { failure: "TRY_AGAIN", ...failed };
  return final ?? { failure: "HOST_NOT_FOUND", ...failed };
}

interface Searched {
  readonly last: Queried | undefined;
  readonly noData: boolean;
  readonly servfail: boolean;
  readonly rootSearched: boolean;
}

/** Tries the search domains; failures other than of the server or the name end the search. */
function* searchDomains(
  setting: GlibcSetting,
  name: string,
  domains: readonly string[],
  types: readonly AddressType[],
): Lookup<Searched> {
  let last: Queried | undefined;
  let noData = false;
  let servfail = false;
  let rootSearched = false;
  for (const domain of domains) {
    if (withoutFinalDot(domain) === "") rootSearched = true;
    last = yield* query(setting, nameBelow(name, domain), types);
    if ("found" in last || last.unreachable) break;
    if (last.failure === "NO_DATA") noData = true;
    if (last.failure !== "TRY_AGAIN") continue;
    if (!last.servfail) break;
    servfail = true;
  }
  return { last, noData, servfail, rootSearched };
}

/** `res_query`: one name; what both answers together mean. */
function* query(
  setting: GlibcSetting,
  name: string,
  types: readonly AddressType[],
): Lookup<Queried> {
  const sent = yield* sendToServers(setting, name, types);
  if (!sent.answered) {
    const { lastRcode, unreachable } = sent;
    return { failure: "TRY_AGAIN", servfail: lastRcode === "SERVFAIL", unreachable };
  }
  const answers = sent.answers;
  const [first, second = first] = answers;
  if (first === undefined || second === undefined) {
    return { failure: "TRY_AGAIN", servfail: false, unreachable: false };
  }
  const useful = answers.filter(
    ({ rcode, addresses }) => rcode === "NOERROR" && addresses.length > 0,
  );
  if (useful.length > 0) return { found: useful };
  const rcode = first.rcode === "NOERROR" ? second.rcode : first.rcode;
  const failures = {
    NXDOMAIN: "HOST_NOT_FOUND",
    SERVFAIL: "TRY_AGAIN",
    NOERROR: "NO_DATA",
  } as const;
  return { failure: failures[rcode], servfail: rcode === "SERVFAIL", unreachable: false };
}
