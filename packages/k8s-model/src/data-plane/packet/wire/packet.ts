import { formatIP, parseIP } from "../../../address/index.ts";

/** TCP flags, as bits of the header's 13th and 14th byte. */
export const TcpFlag = {
  FIN: 1,
  SYN: 2,
  RST: 4,
  PSH: 8,
  ACK: 16,
} as const;

/** One TCP segment. Sequence numbers count from the sender's first one. */
export interface TcpSegment {
  readonly kind: "tcp";
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly flags: number;
  readonly sequence: number;
  /** Counted from the other side's first number; meaningful with ACK. */
  readonly acknowledgment: number;
  /** What the counts begin at on the wire, on this side and on the other. */
  readonly sequenceBase: number;
  readonly acknowledgmentBase: number;
  /** The sender's clock in milliseconds, and the other side's as last heard of. */
  readonly timestampMs: number;
  readonly echoMs: number;
  readonly window: number;
  /** Length of the options: 20 with SYN, 12 with timestamps, more with SACK blocks. */
  readonly optionBytes: number;
  /** With SYN: the largest segment that the sender takes. */
  readonly maximumSegment?: number;
  /** Ranges that arrived out of order, first byte and the one after the last. */
  readonly sacked?: readonly (readonly [number, number])[];
  readonly payload: string;
}

export interface UdpDatagram {
  readonly kind: "udp";
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: string;
  /** The frame inside, where this is a tunnel's packet. */
  readonly tunnelled?: Tunnelled;
  /** The packet inside, where this is a WireGuard message: nobody on the way can read it. */
  readonly sealed?: Sealed;
}

/** A frame inside a VXLAN or Geneve packet; both headers are eight bytes long. */
export interface Tunnelled {
  readonly encapsulation: "vxlan" | "geneve";
  readonly vni: number;
  readonly frame: Frame;
}

/** A packet inside a WireGuard message; its padding never makes it larger than the device's MTU. */
export interface Sealed {
  readonly packet: Packet;
  readonly mtu: number;
  /** Which message of the session this is. */
  readonly counter: number;
}

export type SctpChunkKind =
  | "DATA"
  | "INIT"
  | "INIT_ACK"
  | "SACK"
  | "SHUTDOWN"
  | "SHUTDOWN_ACK"
  | "COOKIE_ECHO"
  | "COOKIE_ACK"
  | "SHUTDOWN_COMPLETE";

export interface SctpChunk {
  readonly kind: SctpChunkKind;
  /** Without the four bytes of the chunk's own header, padding included. */
  readonly bodyBytes: number;
}

export interface SctpPacket {
  readonly kind: "sctp";
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly verificationTag: number;
  readonly chunks: readonly SctpChunk[];
}

/** A message of ICMP, or of ICMPv6 with that protocol's own types and codes. */
export interface IcmpMessage {
  readonly kind: "icmp" | "icmpv6";
  readonly type: number;
  readonly code: number;
  /** Echo request and reply. */
  readonly echo?: {
    readonly identifier: number;
    readonly sequence: number;
    readonly bytes: number;
  };
  /** Errors: the packet complained about, cut after so many bytes. */
  readonly quoted?: { readonly packet: Packet; readonly bytes: number };
  /** Type 3 code 4; ICMPv6 type 2. */
  readonly mtu?: number;
  /** Type 5. */
  readonly gateway?: string;
  /** ICMPv6 type 4: the byte that the problem is at. */
  readonly pointer?: number;
}

/** An IP packet inside another (protocol 4, or 41 for IPv6). */
export interface IpInIp {
  readonly kind: "ipip";
  readonly packet: Packet;
}

export type Transport = TcpSegment | UdpDatagram | SctpPacket | IcmpMessage | IpInIp;

/** One IP packet; a change makes a new one. */
export interface Packet {
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  readonly dontFragment: boolean;
  /** Tells the fragments of one packet; 0 where fragments are forbidden. */
  readonly identification: number;
  readonly transport: Transport;
  /** A piece of a larger packet: `transport` is that of the whole. */
  readonly fragment?: {
    readonly offset: number;
    readonly bytes: number;
    readonly more: boolean;
  };
}

/** An Ethernet frame with an IP packet in it. */
export interface Frame {
  readonly sourceMac: string;
  readonly destinationMac: string;
  readonly packet: Packet;
}

export const ETHERNET_BYTES = 14;
export const UDP_BYTES = 8;
const TCP_BYTES = 20;
const ICMP_BYTES = 8;
const SCTP_BYTES = 12;
const CHUNK_BYTES = 4;
export const TUNNEL_HEADER_BYTES = 8;
/** Type, receiver and counter ahead of the sealed packet, its tag behind it. */
const WIREGUARD_HEADER_BYTES = 16;
const WIREGUARD_TAG_BYTES = 16;
const WIREGUARD_PADDING = 16;

/** The header that an IPv6 fragment has behind its IP header; IPv4 has it inside. */
export const FRAGMENT_HEADER_BYTES = 8;

export function isIPv6(address: string): boolean {
  return address.includes(":");
}

/** An address in the one form that packets have it in; IPv6 can be written in many. */
export function canonicalAddress(text: string): string {
  if (!isIPv6(text)) return text;
  const address = parseIP(text);
  return address === undefined ? text : formatIP(address);
}

/** Bytes of an IP header without options. */
export function ipHeaderBytes(address: string): number {
  return isIPv6(address) ? 40 : 20;
}

/** Total length of the IP packet. */
export function packetBytes(packet: Packet): number {
  const header = ipHeaderBytes(packet.source);
  const { fragment } = packet;
  if (fragment === undefined) return header + transportBytes(packet.transport);
  return header + (isIPv6(packet.source) ? FRAGMENT_HEADER_BYTES : 0) + fragment.bytes;
}

export function frameBytes({ packet }: Frame): number {
  return ETHERNET_BYTES + packetBytes(packet);
}

/** Header and payload of the transport protocol. */
export function transportBytes(transport: Transport): number {
  switch (transport.kind) {
    case "tcp":
      return TCP_BYTES + transport.optionBytes + transport.payload.length;
    case "udp":
      return UDP_BYTES + udpPayloadBytes(transport);
    case "sctp": {
      let bytes = SCTP_BYTES;
      for (const { bodyBytes } of transport.chunks) bytes += CHUNK_BYTES + bodyBytes;
      return bytes;
    }
    case "icmp":
    case "icmpv6":
      return ICMP_BYTES + (transport.quoted?.bytes ?? transport.echo?.bytes ?? 0);
    case "ipip":
      return packetBytes(transport.packet);
  }
}

export function udpPayloadBytes({ payload, tunnelled, sealed }: UdpDatagram): number {
  if (tunnelled !== undefined) return TUNNEL_HEADER_BYTES + frameBytes(tunnelled.frame);
  if (sealed === undefined) return payload.length;
  const bytes = packetBytes(sealed.packet);
  const padded = Math.ceil(bytes / WIREGUARD_PADDING) * WIREGUARD_PADDING;
  const sealedBytes = Math.max(bytes, Math.min(padded, sealed.mtu));
  return WIREGUARD_HEADER_BYTES + sealedBytes + WIREGUARD_TAG_BYTES;
}

export function isIcmp(transport: Transport): transport is IcmpMessage {
  return transport.kind === "icmp" || transport.kind === "icmpv6";
}

/** Whether a message reports an error about another packet. */
export function isIcmpError({ kind, type }: IcmpMessage): boolean {
  if (kind === "icmpv6") return type < 128;
  return type === 3 || type === 4 || type === 5 || type === 11 || type === 12;
}

/** `SA`, `PA`, `R`: the letters of tcpdump. */
export function flagLetters(flags: number): string {
  let text = "";
  if ((flags & TcpFlag.SYN) !== 0) text += "S";
  if ((flags & TcpFlag.FIN) !== 0) text += "F";
  if ((flags & TcpFlag.RST) !== 0) text += "R";
  if ((flags & TcpFlag.PSH) !== 0) text += "P";
  if ((flags & TcpFlag.ACK) !== 0) text += "A";
  return text;
}

/** Both ports of a protocol that has them. */
export function portsOf(
  transport: Transport,
): { readonly source: number; readonly destination: number } | undefined {
  if (isIcmp(transport) || transport.kind === "ipip") return undefined;
  return { source: transport.sourcePort, destination: transport.destinationPort };
}

/** The same transport header between other ports; ICMP echo has its identifier in both places. */
export function withPorts(transport: Transport, source: number, destination: number): Transport {
  if (transport.kind === "ipip") return transport;
  if (!isIcmp(transport)) {
    return { ...transport, sourcePort: source, destinationPort: destination };
  }
  const { echo } = transport;
  if (echo === undefined) return transport;
  return { ...transport, echo: { ...echo, identifier: source } };
}
