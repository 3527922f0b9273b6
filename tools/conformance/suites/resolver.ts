import {
  type AddressFamily,
  type DnsAnswer,
  type DnsQuery,
  type LookupRun,
  type ResolverLibrary,
  type Responder,
  runLookup,
} from "@k8s-netsim/k8s-model/data-plane";
import { differences } from "../compare.ts";
import { judge, notComparable, type SplitRecord, type Suite } from "../suite.ts";

/** `ms, name, type, answer, socketIndex, idIndex`, then "tcp" and "edns" where they apply. */
type QueryRow = readonly [number, string, string, string, number, number, ...string[]];

interface Input {
  readonly search: string;
  readonly nameserver: string;
  readonly knownNames: readonly string[];
  readonly row: {
    readonly resolver: string;
    readonly family: "any" | "4" | "6";
    readonly name: string;
    readonly options: string;
    readonly server: string;
    readonly result: string;
    readonly queries: readonly QueryRow[];
  };
}

/** The measured zone has one address for all of its names, and none of IPv6. */
const ZONE_ADDRESS = "10.96.1.1";
const ANSWER_DELAY_NS = 100_000;
const LIBRARIES: readonly string[] = ["glibc", "musl", "go"];
const FAMILIES: Readonly<Record<string, AddressFamily>> = { any: "any", 4: "IPv4", 6: "IPv6" };
const SERVER = /^(ok|servfail|truncate|drop)(?:-(a|aaaa|second))?$/;

/** A query without its time: numbers of sockets and identifiers count from their first use. */
interface Compared {
  readonly name: string;
  readonly type: string;
  readonly answer: string;
  readonly socket: number;
  readonly id: number;
  readonly transport: string;
  readonly edns: boolean;
}

export const resolver: Suite<Input> = {
  name: "resolver",
  about: "queries and result of look-ups by glibc, musl and Go under a pod's resolv.conf",
  allowance: 0.05,
  wholeRecord: true,
  split: splitRows,
  run(input) {
    const { row } = input;
    const respond = responder(input);
    if (!LIBRARIES.includes(row.resolver)) return notComparable(`no library ${row.resolver}`);
    if (respond === undefined) return notComparable(`no server like ${row.server}`);
    const run = runLookup(row.resolver as ResolverLibrary, request(input), respond);
    const racing = row.resolver === "go" && !/single-request/.test(row.options);
    const inOrder = racing ? sortedRace : (queries: readonly Compared[]) => queries;
    const expected = {
      result: withoutPorts(row.result),
      queries: renumbered(inOrder(row.queries.map(measured))),
    };
    const actual = {
      result: withoutPorts(resultText(row.resolver, run)),
      queries: renumbered(inOrder(run.queries.map(simulated))),
    };
    return judge(differences(expected, actual));
  },
};

/** One object with the rows of all look-ups; anything else is not of this shape. */
function splitRows(text: string): readonly SplitRecord[] | undefined {
  let file: Record<string, unknown>;
  try {
    file = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(file.rows)) return undefined;
  const { search, nameserver, knownNames } = file;
  return file.rows.map((row: Input["row"], index) => {
    const { resolver: library, family, name, options, server } = row;
    const id = [index, library, family, name, options, server].filter((part) => part !== "");
    return { id: id.join(" "), input: { search, nameserver, knownNames, row } };
  });
}

function request({ search, nameserver, row }: Input): Parameters<typeof runLookup>[1] {
  const [server = ""] = nameserver.split(/\s+/);
  return {
    name: row.name,
    family: FAMILIES[row.family] ?? "any",
    nowNs: 0,
    config: {
      nameservers: [server],
      search: search.split(/\s+/).filter((domain) => domain !== ""),
      options: row.options,
    },
  };
}

/** The measured server: one zone, and one fault that concerns UDP alone unless it is SERVFAIL. */
function responder({ knownNames, row }: Input): Responder | undefined {
  const [, fault, scope] = SERVER.exec(row.server) ?? [];
  if (fault === undefined) return undefined;
  const datagrams = new Map<number, number>();
  return (query) => {
    const sent = (datagrams.get(query.socket) ?? 0) + 1;
    datagrams.set(query.socket, sent);
    const concerned =
      scope === undefined || (scope === "second" ? sent === 2 : scope === query.type.toLowerCase());
    if (concerned && fault === "drop" && query.transport === "udp") return undefined;
    const answer = zoneAnswer(knownNames, query);
    return {
      delayNs: ANSWER_DELAY_NS,
      answer: concerned ? withFault(answer, fault, query) : answer,
    };
  };
}

function zoneAnswer(knownNames: readonly string[], { name, type }: DnsQuery): DnsAnswer {
  if (!knownNames.includes(name)) return { rcode: "NXDOMAIN", addresses: [] };
  return { rcode: "NOERROR", addresses: type === "A" ? [ZONE_ADDRESS] : [] };
}

function withFault(answer: DnsAnswer, fault: string, { transport }: DnsQuery): DnsAnswer {
  if (fault === "servfail") return { rcode: "SERVFAIL", addresses: [] };
  const cut = fault === "truncate" && transport === "udp" && answer.addresses.length > 0;
  return cut ? { ...answer, addresses: [], truncated: true } : answer;
}

function measured([, name, type, answer, socket, id, ...more]: QueryRow): Compared {
  const transport = more.includes("tcp") ? "tcp" : "udp";
  return { name, type, answer, socket, id, transport, edns: more.includes("edns") };
}

function simulated({ query, answer }: LookupRun["queries"][number]): Compared {
  const { name, type, socket, id, transport, edns } = query;
  return { name, type, answer: answerText(type, answer), socket, id, transport, edns };
}

function answerText(type: string, answer: DnsAnswer | undefined): string {
  if (answer === undefined) return "(no answer)";
  if (answer.truncated === true) return "TRUNCATED";
  if (answer.rcode !== "NOERROR") return answer.rcode;
  return answer.addresses.length > 0 ? type : "NODATA";
}

/**
 * Go asks for A and AAAA side by side: which one is sent first is chance, in each round anew. Within
 * a name, the queries of each type keep their order and A comes first.
 */
function sortedRace(queries: readonly Compared[]): readonly Compared[] {
  const names = [...new Set(queries.map(({ name }) => name))];
  return names.flatMap((name) =>
    ["A", "AAAA"].flatMap((type) =>
      queries.filter((query) => query.name === name && query.type === type),
    ),
  );
}

function renumbered(queries: readonly Compared[]): readonly Compared[] {
  const sockets = new Map<number, number>();
  const ids = new Map<number, number>();
  return queries.map((query) => ({
    ...query,
    socket: numberOf(query.socket, sockets),
    id: numberOf(query.id, ids),
  }));
}

function numberOf(value: number, numbers: Map<number, number>): number {
  const known = numbers.get(value) ?? numbers.size;
  numbers.set(value, known);
  return known;
}

function resultText(library: string, { result }: LookupRun): string {
  if (result.outcome !== "found") return result.message;
  return library === "go"
    ? `ok [${result.addresses.join(" ")}]`
    : `ok ${result.addresses.join(" ")}`;
}

/** Go names the source port of a query that timed out; the kernel chose it. */
function withoutPorts(text: string): string {
  return text.replace(/read udp \S+->\S+: /, "read udp: ");
}
