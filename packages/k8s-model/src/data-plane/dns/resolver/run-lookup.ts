import { glibcLookup } from "./glibc.ts";
import { goLookup } from "./go.ts";
import { type Lookup, type LookupRequest, wokenNs } from "./lookup.ts";
import type { DnsAnswer, DnsQuery, LookupResult } from "./message.ts";
import { muslLookup } from "./musl.ts";

export type ResolverLibrary = "glibc" | "musl" | "go";

const LIBRARIES: Readonly<Record<ResolverLibrary, (request: LookupRequest) => Lookup>> = {
  glibc: glibcLookup,
  musl: muslLookup,
  go: goLookup,
};

/** Begins a look-up of a library as a state machine. */
export function startLookup(library: ResolverLibrary, request: LookupRequest): Lookup {
  return LIBRARIES[library](request);
}

/** What the network and the server do with a query: an answer after a while, or silence. */
export type Responder = (
  query: DnsQuery,
  nowNs: number,
) => { readonly answer: DnsAnswer; readonly delayNs: number } | undefined;

export interface SentQuery {
  readonly sentNs: number;
  readonly query: DnsQuery;
  /** What came or will come back; nothing where it is lost. */
  readonly answer: DnsAnswer | undefined;
}

export interface LookupRun {
  readonly result: LookupResult;
  readonly durationNs: number;
  readonly queries: readonly SentQuery[];
}

/**
 * Runs one look-up to its end on a timeline of its own, against a function that answers. Answers
 * arrive in the order of their times; at one instant in the order of their queries, and before a
 * deadline.
 */
export function runLookup(
  library: ResolverLibrary,
  request: LookupRequest,
  respond: Responder,
): LookupRun {
  const lookup = startLookup(library, request);
  const queries: SentQuery[] = [];
  const coming: { atNs: number; query: DnsQuery; answer: DnsAnswer }[] = [];
  let nowNs = request.nowNs;
  let step = lookup.next();
  while (step.done !== true) {
    for (const query of step.value.send) {
      const response = respond(query, nowNs);
      queries.push({ sentNs: nowNs, query, answer: response?.answer });
      if (response === undefined) continue;
      coming.push({ atNs: nowNs + response.delayNs, query, answer: response.answer });
    }
    const index = earliestOf(coming);
    const arrival = coming[index];
    const woken = wokenNs(step.value.untilNs, nowNs);
    if (arrival !== undefined && arrival.atNs <= woken) {
      coming.splice(index, 1);
      nowNs = arrival.atNs;
      step = lookup.next({ nowNs, arrival });
    } else {
      nowNs = deadline(woken);
      step = lookup.next({ nowNs });
    }
  }
  return { result: step.value, durationNs: nowNs - request.nowNs, queries };
}

function deadline(atNs: number): number {
  if (Number.isFinite(atNs)) return atNs;
  throw new RangeError("A query by TCP was never answered: respond to every query by TCP.");
}

function earliestOf(coming: readonly { readonly atNs: number }[]): number {
  let earliest = 0;
  for (let i = 1; i < coming.length; i++) {
    if ((coming[i]?.atNs ?? 0) < (coming[earliest]?.atNs ?? 0)) earliest = i;
  }
  return earliest;
}
