import type { SctpTrackingState } from "./sctp-tracking.ts";
import type { TcpTrackingState } from "./tcp-tracking.ts";
import type { Tuple } from "./tuple.ts";

export type Direction = "original" | "reply";

/** One entry of connection tracking. */
export interface TrackedConnection {
  readonly original: Tuple;
  /** What answers look like on the wire, translation undone by it. */
  reply: Tuple;
  /** In the table: its first packet left the node, or reached a socket on it. */
  confirmed: boolean;
  dead: boolean;
  sourceTranslated: boolean;
  destinationTranslated: boolean;
  /** Whether the question of translation is settled, by side. */
  sourceSettled: boolean;
  destinationSettled: boolean;
  seenReply: boolean;
  assured: boolean;
  state: TcpTrackingState | SctpTrackingState | undefined;
  timeoutNs: number;
  expiresNs: number;
  /** UDP: from here on the flow counts as a stream. */
  streamFromNs: number;
  /** TCP: the last data segment, and how often it was seen again. */
  lastSegment: string;
  retransmissions: number;
  /** Something to tell at the packet's way out. */
  changed: boolean;
}

/** What happened to an entry, for whoever listens (as `conntrack -E` prints it). */
export interface TrackingEvent {
  readonly atNs: number;
  readonly kind: "NEW" | "UPDATE" | "DESTROY";
  readonly text: string;
  /** The entry itself, as it is by now. */
  readonly connection: TrackedConnection;
  /** DESTROY: who ended it. */
  readonly cause?: "expired" | "reset" | "kube-proxy";
}

const NUMBERS = { tcp: 6, udp: 17, sctp: 132, icmp: 1, icmpv6: 58 } as const;
const NS_PER_SECOND = 1_000_000_000;

/** An entry the way `conntrack` prints it, with so many seconds to live. */
export function connectionText(connection: TrackedConnection, timeoutNs: number): string {
  const { original, reply, state, seenReply, assured } = connection;
  const { protocol } = original;
  const seconds = Math.floor(timeoutNs / NS_PER_SECOND);
  let text = `${protocol} ${NUMBERS[protocol]} ${seconds} `;
  if (state !== undefined) text += `${state} `;
  text += tupleText(original);
  if (!seenReply) text += " [UNREPLIED]";
  text += ` ${tupleText(reply)}`;
  return assured ? `${text} [ASSURED]` : text;
}

function tupleText(tuple: Tuple): string {
  const { source, destination, sourcePort, destinationPort, icmpType } = tuple;
  const ends = `src=${source} dst=${destination}`;
  return icmpType === undefined
    ? `${ends} sport=${sourcePort} dport=${destinationPort}`
    : `${ends} type=${icmpType} code=0 id=${sourcePort}`;
}
