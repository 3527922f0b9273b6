import { parseIP } from "../../../address/index.ts";
import type { DnsAnswer, DnsQuery, LookupResult } from "./message.ts";
import type { ResolverConfig } from "./resolver-config.ts";

/** Which addresses an application asks for: AF_UNSPEC, AF_INET, AF_INET6. */
export type AddressFamily = "any" | "IPv4" | "IPv6";

export interface LookupRequest {
  readonly name: string;
  readonly family: AddressFamily;
  readonly config: ResolverConfig;
  readonly nowNs: number;
  /** What the library remembers between look-ups of one process; a fresh process where absent. */
  readonly memory?: ResolverMemory;
}

/** What a resolver library keeps from look-up to look-up in one process (glibc: one thread). */
export interface ResolverMemory {
  /** glibc learnt that answers to a second query get lost. */
  singleRequest: boolean;
  singleRequestReopen: boolean;
  /** Sends so far, for option `rotate`. */
  rotation: number;
}

export function resolverMemory(): ResolverMemory {
  return { singleRequest: false, singleRequestReopen: false, rotation: 0 };
}

/** A look-up sends these and waits for an answer or for the deadline; `Infinity`: for an answer only. */
export interface LookupWait {
  readonly send: readonly DnsQuery[];
  readonly untilNs: number;
}

/** What ends a wait; without an answer it is the deadline. */
export interface LookupEvent {
  readonly nowNs: number;
  readonly arrival?: { readonly query: DnsQuery; readonly answer: DnsAnswer };
}

/**
 * A resolver library at work on one name, as a state machine: `next()` begins it, each further
 * `next(event)` tells it what happened, and it says what to send and how long to wait, until it
 * returns the result. It has no clock and no randomness of its own. Answers on sockets that it has
 * closed must not be told to it; {@link runLookup} and `DnsClient` see to that by its sockets being
 * numbered.
 */
export type Lookup<R = LookupResult> = Generator<LookupWait, R, LookupEvent>;

const LEAST_SLACK_NS = 50_000;
const MOST_SLACK_NS = 100_000_000;
/** From its timer to its next instruction: what the measured look-ups took beyond the slack. */
const WAKE_NS = 200_000;

/**
 * When a process that waits until a time runs again: Linux lets waits for sockets end late by a
 * thousandth of their length, at least 50 µs and at most 100 ms (`select_estimate_accuracy`), and the
 * process needs 0.2 ms to run.
 */
export function wokenNs(untilNs: number, nowNs: number): number {
  const slackNs = Math.floor((untilNs - nowNs) / 1000);
  return untilNs + WAKE_NS + Math.min(Math.max(slackNs, LEAST_SLACK_NS), MOST_SLACK_NS);
}

/** Numbers of sockets and query identifiers within one look-up. */
export class LookupNumbers {
  #sockets = 0;
  #ids = 0;

  socket(): number {
    return this.#sockets++;
  }

  id(): number {
    return this.#ids++;
  }
}

/** An address needs no server: every library answers it itself. */
export function literalResult(name: string): LookupResult | undefined {
  if (parseIP(name) === undefined) return undefined;
  return { outcome: "found", addresses: [name], message: "" };
}

export function dotsOf(name: string): number {
  let dots = 0;
  for (const letter of name) if (letter === ".") dots++;
  return dots;
}

export function withoutFinalDot(name: string): string {
  return name.endsWith(".") ? name.slice(0, -1) : name;
}

/** A name below a search domain, either of them written with a final dot or without. */
export function nameBelow(name: string, domain: string): string {
  const bare = withoutFinalDot(domain);
  return bare === "" ? withoutFinalDot(name) : `${name}.${bare}`;
}
