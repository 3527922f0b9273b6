import { parseIP } from "../../address/index.ts";
import { type FlowLine, type FlowLineReader, PROTOCOLS } from "./flow-record.ts";

/** Version 2, the format of logs without a header. */
const DEFAULT_FIELDS =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";

const NEEDED = ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "bytes", "start", "end"];

const TCP_SYN = 2;
const TCP_ACK = 16;

/**
 * Reads AWS VPC flow logs as text: the default format, or a custom one whose field names stand in the
 * first line (as in files of S3) or are given (`${version} ${srcaddr} …`). Where packet addresses
 * (`pkt-srcaddr`) are logged they count, since those of an interface hide its pods.
 */
export function awsFlowLog(format?: string): FlowLineReader {
  let fields = fieldsOf(format ?? DEFAULT_FIELDS);
  return (line) => {
    const words = line.trim().split(SPACES);
    if (words[0] === "") return { kind: "skipped", reason: undefined };
    const isHeader = HEADER.test(line);
    if (isHeader) fields = fieldsOf(line);
    if (fields.missing.length > 0) {
      return broken(`The log has no field ${fields.missing.join(", ")}`, 1);
    }
    if (isHeader) return { kind: "skipped", reason: undefined };
    // What CloudWatch exports has the time of the event before each record.
    const isStamped = words.length === fields.count + 1 && STAMP.test(words[0] as string);
    if (!isStamped) return recordOf(words, fields, line);
    return recordOf(words.slice(1), fields, line.replace(/\S+/, blank));
  };
}

const STAMP = /^\d{4}-\d{2}-\d{2}T/;
const SPACES = /\s+/;
/** No record holds the name of a field. */
const HEADER = /version|src[-_]?addr/i;

/** As many spaces: columns of what follows stay. */
function blank(text: string): string {
  return " ".repeat(text.length);
}

/** Where each field stands in a record. */
interface LogFields {
  readonly count: number;
  readonly places: ReadonlyMap<string, number>;
  readonly missing: readonly string[];
}

function fieldsOf(text: string): LogFields {
  const names = text.trim().split(SPACES).map(bareName);
  const places = new Map(names.map((name, index) => [name, index]));
  for (const address of ["srcaddr", "dstaddr"]) {
    const packet = places.get(`pkt-${address}`);
    if (packet !== undefined) places.set(address, packet);
  }
  return { count: names.length, places, missing: NEEDED.filter((name) => !places.has(name)) };
}

/** `${srcaddr}` and Athena's `src_addr` are fields of AWS. */
function bareName(word: string): string {
  const name = word
    .replace(/^\$\{(.*)\}$/, "$1")
    .toLowerCase()
    .replaceAll("_", "-");
  return name.replace(/^(pkt-)?(src|dst)-(addr|port)$/, "$1$2$3");
}

const ADDRESSES = ["srcaddr", "dstaddr"] as const;
const NUMBERS = ["srcport", "dstport", "protocol", "bytes", "start", "end"] as const;
const WHOLE = /^\d{1,16}$/;

function recordOf(words: readonly string[], { count, places }: LogFields, line: string): FlowLine {
  if (words.length !== count) {
    const fields = `${words.length} ${words.length === 1 ? "field" : "fields"}`;
    return broken(`The record has ${fields}, the log's format ${count}`, 1);
  }
  const word = (name: string): string => words[places.get(name) ?? -1] ?? "-";
  const wrong = (name: string, what: string): FlowLine => {
    const column = columnOf(line, places.get(name) ?? 0);
    return broken(`${name}: "${shortened(word(name))}" is ${what}`, column);
  };
  const skipped = reasonToSkip(word("log-status"), word("action"));
  if (skipped !== undefined) return skipped;
  for (const name of ADDRESSES) {
    if (parseIP(word(name)) === undefined) return wrong(name, "no address");
  }
  for (const name of NUMBERS) if (!WHOLE.test(word(name))) return wrong(name, "no whole number");
  const number = (name: (typeof NUMBERS)[number]): number => Number(word(name));
  const protocol = PROTOCOLS[number("protocol")];
  if (protocol === undefined) {
    return { kind: "skipped", reason: "they are neither TCP, UDP nor SCTP" };
  }
  if (number("end") < number("start")) return wrong("end", "before the start");
  return {
    kind: "record",
    record: {
      source: word("srcaddr"),
      destination: word("dstaddr"),
      sourcePort: number("srcport"),
      destinationPort: number("dstport"),
      protocol,
      bytes: number("bytes"),
      start: number("start"),
      end: number("end"),
      observer: observerOf(word("interface-id"), word("flow-direction")),
      opens: opensBy(word("tcp-flags")),
    },
  };
}

function reasonToSkip(status: string, action: string): FlowLine | undefined {
  if (status === "NODATA") return { kind: "skipped", reason: undefined };
  if (status === "SKIPDATA") {
    const reason = "AWS recorded nothing for lack of capacity (SKIPDATA): rates are too low";
    return { kind: "skipped", reason };
  }
  return action === "REJECT" ? { kind: "skipped", reason: "they were rejected" } : undefined;
}

/** Flags of all packets of the record together; undefined where they are not logged. */
function opensBy(flags: string): boolean | undefined {
  if (!WHOLE.test(flags)) return undefined;
  return (Number(flags) & TCP_SYN) !== 0 && (Number(flags) & TCP_ACK) === 0;
}

function observerOf(networkInterface: string, direction: string): string {
  return networkInterface === "-" ? direction : networkInterface;
}

/** Column, from 1, at which a word of a line begins. */
function columnOf(line: string, index: number): number {
  const words = [...line.matchAll(/\S+/g)];
  return (words[index]?.index ?? 0) + 1;
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

function broken(message: string, column: number): FlowLine {
  return { kind: "broken", message: `${message}.`, column };
}
