import { parseIP } from "../../address/index.ts";
import { instantSeconds } from "../../tables/index.ts";
import { type FlowLine, type FlowLineReader, PROTOCOLS } from "./flow-record.ts";

/**
 * Reads VPC flow logs of Google Cloud in JSON: an entry a line, as sinks write them, or a list as
 * `gcloud logging read --format=json` prints it. Their bytes are already scaled up from the samples
 * taken.
 */
export function gcpFlowLog(): FlowLineReader {
  const entries = new JsonEntries();
  return (line) => {
    const texts = entries.add(line);
    if (texts === undefined) return broken("The line is no part of an entry in JSON");
    if (texts.length === 0) return { kind: "skipped", reason: undefined };
    const lines = texts.map(entryOf);
    const [only] = lines;
    return only !== undefined && lines.length === 1 ? only : { kind: "several", lines };
  };
}

/** No entry of a log is longer. */
const LONGEST_ENTRY = 1_000_000;

/** Cuts objects out of lines, whether each has one, a part of one, or several in a list. */
class JsonEntries {
  #begun = "";
  #depth = 0;
  #inText = false;

  /** The objects that end in this line; undefined where something stands between objects. */
  add(line: string): readonly string[] | undefined {
    const ended: string[] = [];
    let from = 0;
    for (let at = 0; at < line.length; at += 1) {
      const character = line[at] as string;
      if (this.#inText) {
        if (character === "\\") at += 1;
        else if (character === '"') this.#inText = false;
      } else if (character === "{") {
        if (this.#depth === 0) from = at;
        this.#depth += 1;
      } else if (character === "}" && this.#depth > 0) {
        this.#depth -= 1;
        if (this.#depth > 0) continue;
        ended.push(`${this.#begun}${line.slice(from, at + 1)}`);
        this.#begun = "";
      } else if (this.#depth === 0) {
        if (!/[\s[\],]/.test(character)) return undefined;
      } else if (character === '"') this.#inText = true;
    }
    if (this.#depth > 0) this.#begun += `${line.slice(from)}\n`;
    return this.#begun.length > LONGEST_ENTRY ? undefined : ended;
  }
}

function entryOf(text: string): FlowLine {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return broken("The entry is no JSON");
  }
}

function recordOf(entry: unknown): FlowLine {
  const payload = fieldOf(entry, "jsonPayload") ?? entry;
  const connection = fieldOf(payload, "connection");
  const protocol = PROTOCOLS[Number(fieldOf(connection, "protocol"))];
  if (connection === undefined) return broken("The entry has no connection");
  if (protocol === undefined)
    return { kind: "skipped", reason: "they are neither TCP, UDP nor SCTP" };
  const [source, destination] = [fieldOf(connection, "src_ip"), fieldOf(connection, "dest_ip")];
  if (!isAddress(source) || !isAddress(destination))
    return broken("src_ip or dest_ip is no address");
  const bytes = Number(fieldOf(payload, "bytes_sent"));
  if (!(bytes >= 0 && Number.isFinite(bytes))) return broken("bytes_sent is no number");
  const start = instantSeconds(String(fieldOf(payload, "start_time")));
  const end = instantSeconds(String(fieldOf(payload, "end_time")));
  if (start === undefined || end === undefined || end < start) {
    return broken("start_time and end_time are no times");
  }
  return {
    kind: "record",
    record: {
      source,
      destination,
      sourcePort: Number(fieldOf(connection, "src_port") ?? 0),
      destinationPort: Number(fieldOf(connection, "dest_port") ?? 0),
      protocol,
      bytes,
      start,
      end,
      observer: String(fieldOf(payload, "reporter") ?? ""),
      opens: undefined,
    },
  };
}

function isAddress(value: unknown): value is string {
  return typeof value === "string" && parseIP(value) !== undefined;
}

function broken(message: string): FlowLine {
  return { kind: "broken", message: `${message}.`, column: 1 };
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}
