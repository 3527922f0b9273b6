import { parseIP } from "../../address/index.ts";
import { type FlowLine, type FlowLineReader, PROTOCOLS } from "./flow-record.ts";

/** Version 2, the format of logs without a header. */
const DEFAULT_FIELDS =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status".split(
    " ",
  );

const NEEDED = ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "bytes", "start", "end"];

const TCP_SYN = 2;
const TCP_ACK = 16;

/**
 * Reads AWS VPC flow logs as text: the default format, or a custom one whose field names stand in the
 * first line (as in files of S3) or are given (`${version} ${srcaddr} …`). Where packet addresses
 * (`pkt-srcaddr`) are logged they count, since those of an interface hide its pods.
 */
export function awsFlowLog(format?: string): FlowLineReader {
  let fields = format === undefined ? undefined : fieldNames(format);
  return (line) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === "") return { kind: "skipped", reason: undefined };
    if (isHeader(words)) {
      fields = fieldNames(line);
      const missing = NEEDED.filter((name) => indexOf(fields ?? [], name) < 0);
      if (missing.length === 0) return { kind: "skipped", reason: undefined };
      return broken(`The log has no field ${missing.join(", ")}`, 1);
    }
    return recordOf(words, fields ?? DEFAULT_FIELDS, line);
  };
}

function isHeader(words: readonly string[]): boolean {
  const names = words.map(bareName);
  return names.includes("version") || names.includes("srcaddr") || names.includes("pkt-srcaddr");
}

function fieldNames(text: string): readonly string[] {
  return text.trim().split(/\s+/).map(bareName);
}

/** `${srcaddr}` and Athena's `srcaddr`, `src_addr` are one field. */
function bareName(word: string): string {
  return word
    .replace(/^\$\{(.*)\}$/, "$1")
    .toLowerCase()
    .replaceAll("_", "-");
}

function indexOf(fields: readonly string[], name: string): number {
  const packet = name === "srcaddr" || name === "dstaddr" ? fields.indexOf(`pkt-${name}`) : -1;
  return packet >= 0 ? packet : fields.indexOf(name);
}

function recordOf(words: readonly string[], fields: readonly string[], line: string): FlowLine {
  if (words.length !== fields.length) {
    return broken(`The record has ${words.length} fields, the log's format ${fields.length}`, 1);
  }
  const word = (name: string): string => words[indexOf(fields, name)] ?? "-";
  const wrong = (name: string, what: string): FlowLine => {
    const column = columnOf(line, indexOf(fields, name));
    return broken(`${name}: "${shortened(word(name))}" is ${what}`, column);
  };
  const status = word("log-status");
  if (status === "SKIPDATA") {
    return {
      kind: "skipped",
      reason: "AWS recorded nothing for lack of capacity (SKIPDATA): rates are too low",
    };
  }
  if (status === "NODATA") return { kind: "skipped", reason: undefined };
  if (word("action") === "REJECT") return { kind: "skipped", reason: "they were rejected" };
  for (const name of ["srcaddr", "dstaddr"]) {
    if (parseIP(word(name)) === undefined) return wrong(name, "no address");
  }
  const numbers = new Map<string, number>();
  for (const name of ["srcport", "dstport", "protocol", "bytes", "start", "end"]) {
    if (!/^\d{1,16}$/.test(word(name))) return wrong(name, "no whole number");
    numbers.set(name, Number(word(name)));
  }
  const number = (name: string): number => numbers.get(name) as number;
  const protocol = PROTOCOLS[number("protocol")];
  if (protocol === undefined)
    return { kind: "skipped", reason: "they are neither TCP, UDP nor SCTP" };
  if (number("end") < number("start")) return wrong("end", "before the start");
  const flags = word("tcp-flags");
  const opens = /^\d+$/.test(flags)
    ? (Number(flags) & TCP_SYN) !== 0 && (Number(flags) & TCP_ACK) === 0
    : undefined;
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
      opens,
    },
  };
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
