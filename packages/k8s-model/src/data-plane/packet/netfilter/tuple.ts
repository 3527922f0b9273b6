import { isIcmp, type Packet, portsOf } from "../wire/index.ts";

export type TrackedProtocol = "tcp" | "udp" | "sctp" | "icmp" | "icmpv6";

/**
 * One direction of a connection. Of ICMP echo `sourcePort` and `destinationPort` are both the
 * identifier, and `type` tells request from reply.
 */
export interface Tuple {
  readonly protocol: TrackedProtocol;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly icmpType?: number;
}

/** The direction that a packet belongs to; undefined for ICMP that is no echo. */
export function tupleOf({ source, destination, transport }: Packet): Tuple | undefined {
  if (transport.kind === "ipip") return undefined;
  const { kind: protocol } = transport;
  if (isIcmp(transport)) {
    const { echo, type } = transport;
    if (echo === undefined) return undefined;
    const id = echo.identifier;
    return { protocol, source, destination, sourcePort: id, destinationPort: id, icmpType: type };
  }
  const ports = portsOf(transport);
  if (ports === undefined) return undefined;
  const { source: sourcePort, destination: destinationPort } = ports;
  return { protocol, source, destination, sourcePort, destinationPort };
}

/** Echo request and reply, of ICMP and of ICMPv6. */
const OPPOSITE: Readonly<Record<number, number>> = { 8: 0, 0: 8, 128: 129, 129: 128 };

/** What the answers look like. */
export function inverted(tuple: Tuple): Tuple {
  const { protocol, source, destination, sourcePort, destinationPort, icmpType } = tuple;
  return {
    protocol,
    source: destination,
    destination: source,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
    ...(icmpType === undefined ? {} : { icmpType: OPPOSITE[icmpType] ?? icmpType }),
  };
}

export function tupleKey(tuple: Tuple): string {
  const { protocol, source, destination, sourcePort, destinationPort, icmpType } = tuple;
  return `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort} ${icmpType ?? ""}`;
}
