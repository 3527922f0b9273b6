import { parseIP } from "../../address/index.ts";
import { instantSeconds } from "../../tables/index.ts";
import { type FlowLine, type FlowLineReader, PROTOCOLS } from "./flow-record.ts";

/**
 * Reads VPC flow logs of Google Cloud, an entry a line in JSON (`gcloud logging read --format='json(jsonPayload)'`
 * made into lines, or a sink's files). Their bytes are already scaled up from the samples taken.
 */
export function gcpFlowLog(): FlowLineReader {
  return (line) => {
    const text = line.trim().replace(/,$/, "");
    if (text === "" || text === "[" || text === "]") return { kind: "skipped", reason: undefined };
    try {
      return recordOf(JSON.parse(text));
    } catch {
      return { kind: "broken", message: "The line is no JSON.", column: 1 };
    }
  };
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
