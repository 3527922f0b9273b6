import { isIcmp, isIcmpError, type Packet, withPorts } from "../wire/index.ts";
import type { Tracking } from "./connection-tracking.ts";
import type { Direction, TrackedConnection } from "./tracked-connection.ts";
import { inverted, type Tuple } from "./tuple.ts";

/** Which end of a packet a hook rewrites: the destination on the way in, the source on the way out. */
export type Side = "source" | "destination";

/** Sends the connection elsewhere. */
export function translateDestination(
  connection: TrackedConnection,
  address: string,
  port: number,
): void {
  connection.reply = { ...connection.reply, source: address, sourcePort: port };
  connection.destinationTranslated = true;
}

/** Lets the connection come from elsewhere. */
export function translateSource(
  connection: TrackedConnection,
  address: string,
  port: number,
): void {
  const { reply } = connection;
  const identifier = reply.icmpType !== undefined ? { sourcePort: port } : {};
  connection.reply = { ...reply, destination: address, destinationPort: port, ...identifier };
  connection.sourceTranslated = true;
}

/**
 * The packet after a hook's rewriting of one side, by the connection's translation in its direction.
 * Errors are rewritten inside, too, so that the sender recognises what it sent; undefined: the packet
 * is dropped (an ICMP redirect about a translated connection).
 */
export function translated(packet: Packet, tracking: Tracking, side: Side): Packet | undefined {
  const { connection, direction } = tracking;
  const { transport } = packet;
  if (isIcmp(transport) && isIcmpError(transport)) {
    return translatedError(packet, tracking, side);
  }
  if (!concerns(connection, direction, side)) return packet;
  return rewritten(packet, sent(connection, direction), side);
}

/** Whether the hook of that side has anything to rewrite in that direction. */
function concerns(connection: TrackedConnection, direction: Direction, side: Side): boolean {
  const bySource = (side === "source") === (direction === "original");
  return bySource ? connection.sourceTranslated : connection.destinationTranslated;
}

/** How packets of a direction look when they are fully translated. */
function sent({ original, reply }: TrackedConnection, direction: Direction): Tuple {
  return inverted(direction === "original" ? reply : original);
}

function rewritten(packet: Packet, target: Tuple, side: Side): Packet {
  const { transport } = packet;
  if (transport.kind === "ipip") return packet;
  if (isIcmp(transport)) {
    const ended = withPorts(transport, target.sourcePort, target.destinationPort);
    return { ...packet, [side]: target[side], transport: ended };
  }
  const source = side === "source" ? target.sourcePort : transport.sourcePort;
  const destination = side === "destination" ? target.destinationPort : transport.destinationPort;
  return {
    ...packet,
    [side]: target[side],
    transport: withPorts(transport, source, destination),
  };
}

function translatedError(packet: Packet, tracking: Tracking, side: Side): Packet | undefined {
  const { connection, direction } = tracking;
  const { transport } = packet;
  if (!isIcmp(transport) || transport.quoted === undefined) return packet;
  if (transport.kind === "icmp" && transport.type === 5) {
    // Nobody may shorten the way of a translated connection: it would lose its translation.
    const settled = connection.sourceSettled && connection.destinationSettled;
    const plain = !connection.sourceTranslated && !connection.destinationTranslated;
    if (!settled || !plain) return undefined;
  }
  if (!concerns(connection, direction, side)) return packet;
  const before = direction === "original" ? connection.reply : connection.original;
  const other: Side = side === "source" ? "destination" : "source";
  const quoted = rewritten(transport.quoted.packet, before, other);
  return {
    ...packet,
    [side]: inverted(before)[side],
    transport: { ...transport, quoted: { ...transport.quoted, packet: quoted } },
  };
}
