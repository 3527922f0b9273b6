/** One record of a flow log: packets one way between two sockets, in a stretch of time. */
export interface FlowRecord {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly protocol: string;
  readonly bytes: number;
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
  /** Where it was recorded: a flow between two of one's own machines is recorded at both. */
  readonly observer: string;
  /** A connection was opened by it; undefined where the log does not say. */
  readonly opens: boolean | undefined;
}

/** What one line of a log is: records, something to skip with a reason, or broken. */
export type FlowLine =
  | { readonly kind: "record"; readonly record: FlowRecord }
  | { readonly kind: "several"; readonly lines: readonly FlowLine[] }
  | { readonly kind: "skipped"; readonly reason: string | undefined }
  | { readonly kind: "broken"; readonly message: string; readonly column: number };

/** Reads one line of a log at a time; a header is remembered. */
export type FlowLineReader = (line: string) => FlowLine;

/** Names of transport protocols by their IANA number. */
export const PROTOCOLS: Readonly<Record<number, string>> = { 6: "TCP", 17: "UDP", 132: "SCTP" };
