import {
  type AddressFamily,
  type Lookup,
  LookupNumbers,
  type LookupRequest,
  type ResolverMemory,
  resolverMemory,
} from "./lookup.ts";
import type { AddressType, DnsAnswer, DnsQuery } from "./message.ts";
import { between, flagOptions, numberOption, type ResolverOptions } from "./resolver-config.ts";

const SECOND_NS = 1_000_000_000;
const MAX_NDOTS = 15;
const MAX_TIMEOUT_SECONDS = 30;
const MAX_ATTEMPTS = 5;
const MAX_SERVERS = 3;

/** One look-up of glibc: its options, its clock, its socket and what its thread remembers. */
export interface GlibcSetting extends ResolverOptions {
  readonly memory: ResolverMemory;
  readonly numbers: LookupNumbers;
  readonly servers: number;
  /** AAAA is not asked for; who wants IPv6 asks for A and is told that there is no data. */
  readonly noAaaa: boolean;
  readonly onlyIPv6: boolean;
  nowNs: number;
  /** The open UDP socket of each server. */
  sockets: (number | undefined)[];
}

export function glibcSetting({ config, family, nowNs, memory }: LookupRequest): GlibcSetting {
  const flags = flagOptions(config.options);
  const kept = memory ?? resolverMemory();
  if (flags.has("single-request")) kept.singleRequest = true;
  if (flags.has("single-request-reopen")) kept.singleRequestReopen = true;
  const timeout = numberOption(config.options, "timeout") ?? 5;
  return {
    ndots: Math.min(numberOption(config.options, "ndots") ?? 1, MAX_NDOTS),
    timeoutNs: Math.min(timeout, MAX_TIMEOUT_SECONDS) * SECOND_NS,
    attempts: Math.min(numberOption(config.options, "attempts") ?? 2, MAX_ATTEMPTS),
    flags,
    memory: kept,
    numbers: new LookupNumbers(),
    servers: between(config.nameservers.length, 1, MAX_SERVERS),
    noAaaa: flags.has("no-aaaa"),
    onlyIPv6: family === "IPv6",
    nowNs,
    sockets: [],
  };
}

export function familyTypes(
  family: AddressFamily,
  { noAaaa }: GlibcSetting,
): readonly AddressType[] {
  if (family === "IPv4" || noAaaa) return ["A"];
  return family === "IPv6" ? ["AAAA"] : ["A", "AAAA"];
}

/** `answers`: in the order of arrival; a failed server's answer to one of two queries is left out. */
export type Sent =
  | { readonly answered: true; readonly answers: readonly DnsAnswer[] }
  | {
      readonly answered: false;
      readonly lastRcode: DnsAnswer["rcode"] | undefined;
      readonly unreachable: boolean;
    };

/** `res_send`: asks each server in turn, so often as attempts allow. */
export function* sendToServers(
  setting: GlibcSetting,
  name: string,
  types: readonly AddressType[],
): Lookup<Sent> {
  const ids = types.map(() => setting.numbers.id());
  const turn = setting.flags.has("rotate") ? setting.memory.rotation++ : 0;
  const questions: Questions = { setting, name, types, ids, lastRcode: undefined };
  let tcp = setting.flags.has("use-vc");
  let asked = false;
  for (let attempt = 0; attempt < setting.attempts; attempt++) {
    for (let place = 0; place < setting.servers; place++) {
      const server = (turn + place) % setting.servers;
      asked = true;
      const outcome: readonly DnsAnswer[] | "nothing" | "truncated" = tcp
        ? yield* askByTcp(questions, server)
        : yield* askByUdp(questions, server, place);
      if (outcome === "nothing") continue;
      tcp ||= outcome === "truncated";
      setting.sockets = [];
      const answers = outcome === "truncated" ? yield* askByTcp(questions, server) : outcome;
      return { answered: true, answers: answers.map((answer) => withoutIPv4(answer, setting)) };
    }
    if (tcp) break;
  }
  setting.sockets = [];
  return { answered: false, lastRcode: questions.lastRcode, unreachable: !asked };
}

/** With `no-aaaa`, who asks for IPv6 learns only whether the name exists. */
function withoutIPv4(answer: DnsAnswer, { noAaaa, onlyIPv6 }: GlibcSetting): DnsAnswer {
  return noAaaa && onlyIPv6 ? { ...answer, addresses: [] } : answer;
}

interface Questions {
  readonly setting: GlibcSetting;
  readonly name: string;
  readonly types: readonly AddressType[];
  readonly ids: readonly number[];
  /** Of the newest answer that came first in its round. */
  lastRcode: DnsAnswer["rcode"] | undefined;
}

function message(
  { setting, name, types, ids }: Questions,
  index: number,
  server: number,
  socket: number,
  transport: DnsQuery["transport"],
): DnsQuery {
  const type = types[index] as AddressType;
  // The A query in place of one for AAAA goes without.
  const replaced = setting.noAaaa && setting.onlyIPv6;
  const edns = setting.flags.has("edns0") && !replaced;
  return { socket, id: ids[index] as number, server, name, type, transport, edns };
}

/** Both queries on one connection; how long it takes is up to TCP. */
function* askByTcp(questions: Questions, server: number): Lookup<readonly DnsAnswer[]> {
  const { setting, types, ids } = questions;
  const socket = setting.numbers.socket();
  let send = types.map((_, index) => message(questions, index, server, socket, "tcp"));
  const answers = new Map<number, DnsAnswer>();
  while (answers.size < ids.length) {
    const { nowNs, arrival } = yield { send, untilNs: Number.POSITIVE_INFINITY };
    send = [];
    setting.nowNs = nowNs;
    if (arrival?.query.socket === socket) answers.set(arrival.query.id, arrival.answer);
  }
  return [...answers.values()];
}

/** `send_dg`: one server, until its answers are complete or time is over. */
function* askByUdp(
  questions: Questions,
  server: number,
  place: number,
): Lookup<readonly DnsAnswer[] | "nothing" | "truncated"> {
  const { setting, types } = questions;
  const { memory, servers } = setting;
  const waitNs = waitOf(setting.timeoutNs, place, servers);
  for (;;) {
    const round = yield* askOnce(questions, server, setting.nowNs + waitNs);
    if (round.end !== "late") return round.end === "answers" ? round.answers : round.end;
    if (types.length === 1 || round.answers.length === 0) return "nothing";
    if (!memory.singleRequest && !memory.singleRequestReopen) {
      memory.singleRequest = true;
    } else if (!memory.singleRequestReopen) {
      memory.singleRequestReopen = true;
      setting.sockets[server] = undefined;
    } else {
      return round.answers;
    }
  }
}

/** The first server has the whole time, later ones double it and share it. */
function waitOf(timeoutNs: number, place: number, servers: number): number {
  const seconds = (timeoutNs / SECOND_NS) * (1 << place);
  return Math.max(place === 0 ? seconds : Math.floor(seconds / servers), 1) * SECOND_NS;
}

interface Round {
  readonly end: "answers" | "late" | "nothing" | "truncated";
  readonly answers: readonly DnsAnswer[];
}

function* askOnce(questions: Questions, server: number, untilNs: number): Lookup<Round> {
  const { setting, types, ids } = questions;
  const { singleRequest, singleRequestReopen } = setting.memory;
  const oneByOne = types.length > 1 && (singleRequest || singleRequestReopen);
  let socket = openSocket(setting, server);
  let send = (oneByOne ? [0] : [...ids.keys()]).map((index) =>
    message(questions, index, server, socket, "udp"),
  );
  const received = new Set<number>();
  let answers: readonly DnsAnswer[] = [];
  for (;;) {
    const { nowNs, arrival } = yield { send, untilNs };
    send = [];
    setting.nowNs = nowNs;
    if (arrival === undefined) return { end: "late", answers };
    const { query, answer } = arrival;
    if (query.socket !== socket || !ids.includes(query.id) || received.has(query.id)) continue;
    if (received.size === 0) questions.lastRcode = answer.rcode;
    if (answer.rcode === "SERVFAIL") {
      if (received.size > 0) return { end: answers.length > 0 ? "answers" : "nothing", answers };
      if (types.length === 1) {
        setting.sockets[server] = undefined;
        return { end: "nothing", answers };
      }
      // Even one by one, glibc now waits for a second answer without having asked for it.
      received.add(query.id);
      continue;
    }
    if (answer.truncated === true) {
      setting.sockets[server] = undefined;
      return { end: "truncated", answers };
    }
    received.add(query.id);
    answers = [...answers, answer];
    if (received.size === types.length) return { end: "answers", answers };
    if (!oneByOne) continue;
    if (singleRequestReopen) {
      setting.sockets[server] = undefined;
      socket = openSocket(setting, server);
    }
    send = [message(questions, 1, server, socket, "udp")];
  }
}

function openSocket({ sockets, numbers }: GlibcSetting, server: number): number {
  sockets[server] ??= numbers.socket();
  return sockets[server];
}
