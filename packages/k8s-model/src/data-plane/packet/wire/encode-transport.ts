import { internetChecksum } from "./checksums.ts";
import {
  type Frame,
  type IcmpMessage,
  isIcmp,
  isIPv6,
  type Packet,
  type SctpChunk,
  type SctpChunkKind,
  type SctpPacket,
  TcpFlag,
  type TcpSegment,
  type Transport,
  transportBytes,
  type UdpDatagram,
} from "./packet.ts";

/** What a transport header needs of the layers around it. */
export interface Around {
  /** Sum of the pseudo header, without the length. */
  readonly pseudo: number;
  encodePacket(packet: Packet): Uint8Array;
  encodeFrame(frame: Frame): Uint8Array;
  crc32c(bytes: Uint8Array): number;
}

const WINDOW_SCALE = 10;

/** The number of a transport protocol in the IP header. */
export function protocolNumber(transport: Transport): number {
  switch (transport.kind) {
    case "tcp":
      return 6;
    case "udp":
      return 17;
    case "sctp":
      return 132;
    case "icmp":
      return 1;
    case "icmpv6":
      return 58;
    case "ipip":
      return isIPv6(transport.packet.source) ? 41 : 4;
  }
}

export function encodeTransport(transport: Transport, around: Around): Uint8Array {
  if (transport.kind === "ipip") return around.encodePacket(transport.packet);
  const bytes = new Uint8Array(transportBytes(transport));
  const view = new DataView(bytes.buffer);
  if (!isIcmp(transport)) {
    view.setUint16(0, transport.sourcePort);
    view.setUint16(2, transport.destinationPort);
  }
  switch (transport.kind) {
    case "tcp":
      encodeTcp(transport, bytes, view);
      view.setUint16(16, internetChecksum(bytes, around.pseudo + bytes.length));
      return bytes;
    case "udp":
      encodeUdp(transport, bytes, view, around);
      // Zero means "no checksum": a sum of zero is written as its complement.
      view.setUint16(6, internetChecksum(bytes, around.pseudo + bytes.length) || 0xffff);
      return bytes;
    case "sctp":
      encodeSctp(transport, view);
      view.setUint32(8, around.crc32c(bytes), true);
      return bytes;
    case "icmp":
      encodeIcmp(transport, bytes, view, around);
      view.setUint16(2, internetChecksum(bytes));
      return bytes;
    case "icmpv6":
      encodeIcmp(transport, bytes, view, around);
      view.setUint16(2, internetChecksum(bytes, around.pseudo + bytes.length));
      return bytes;
  }
}

function putText(bytes: Uint8Array, offset: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i) & 0xff;
}

function encodeTcp(segment: TcpSegment, bytes: Uint8Array, view: DataView): void {
  const { sequence, sequenceBase, acknowledgment, acknowledgmentBase, flags, optionBytes } =
    segment;
  view.setUint32(4, (sequence + sequenceBase) >>> 0);
  const acknowledges = (flags & TcpFlag.ACK) !== 0;
  view.setUint32(8, acknowledges ? (acknowledgment + acknowledgmentBase) >>> 0 : 0);
  view.setUint8(12, (5 + optionBytes / 4) << 4);
  view.setUint8(13, flags);
  const scaled = (flags & TcpFlag.SYN) === 0 ? segment.window >> WINDOW_SCALE : segment.window;
  view.setUint16(14, scaled);
  if (optionBytes > 0) encodeTcpOptions(segment, view);
  putText(bytes, 20 + optionBytes, segment.payload);
}

function encodeTcpOptions(segment: TcpSegment, view: DataView): void {
  const { flags, timestampMs, echoMs, maximumSegment, sacked = [] } = segment;
  const timestamps = (at: number): void => {
    view.setUint16(at, 0x080a);
    view.setUint32(at + 2, timestampMs);
    view.setUint32(at + 6, echoMs);
  };
  if ((flags & TcpFlag.SYN) !== 0) {
    view.setUint16(20, 0x0204);
    view.setUint16(22, maximumSegment ?? 536);
    view.setUint16(24, 0x0402);
    timestamps(26);
    view.setUint32(36, 0x01030300 | WINDOW_SCALE);
    return;
  }
  view.setUint16(20, 0x0101);
  timestamps(22);
  if (sacked.length === 0) return;
  view.setUint32(32, 0x01010500 | (2 + 8 * sacked.length));
  for (const [i, [first, end]] of sacked.entries()) {
    view.setUint32(36 + 8 * i, (first + segment.acknowledgmentBase) >>> 0);
    view.setUint32(40 + 8 * i, (end + segment.acknowledgmentBase) >>> 0);
  }
}

const GENEVE_ETHERNET = 0x6558;
const VXLAN_HAS_VNI = 0x08;
const WIREGUARD_DATA = 4;

function encodeUdp(datagram: UdpDatagram, bytes: Uint8Array, view: DataView, around: Around): void {
  const { payload, tunnelled, sealed } = datagram;
  view.setUint16(4, bytes.length);
  if (tunnelled !== undefined) {
    if (tunnelled.encapsulation === "vxlan") view.setUint8(8, VXLAN_HAS_VNI);
    else view.setUint16(10, GENEVE_ETHERNET);
    view.setUint32(12, tunnelled.vni << 8);
    bytes.set(around.encodeFrame(tunnelled.frame), 16);
  } else if (sealed !== undefined) {
    view.setUint32(8, WIREGUARD_DATA, true);
    view.setUint32(12, 1, true);
    view.setUint32(16, sealed.counter, true);
    // What is sealed looks like noise; its length alone is told.
    for (let i = 24; i < bytes.length; i++) bytes[i] = Math.imul(i, 0x9e3779b1) >>> 24;
  } else putText(bytes, 8, payload);
}

const CHUNK_TYPES: Readonly<Record<SctpChunkKind, number>> = {
  DATA: 0,
  INIT: 1,
  INIT_ACK: 2,
  SACK: 3,
  SHUTDOWN: 7,
  SHUTDOWN_ACK: 8,
  COOKIE_ECHO: 10,
  COOKIE_ACK: 11,
  SHUTDOWN_COMPLETE: 14,
};

const SCTP_WINDOW = 65_536;
const STATE_COOKIE = 0x0007_0008;

function encodeSctp({ verificationTag, chunks }: SctpPacket, view: DataView): void {
  view.setUint32(4, verificationTag);
  let at = 12;
  for (const chunk of chunks) {
    encodeChunk(chunk, view, at);
    at += 4 + chunk.bodyBytes;
  }
}

function encodeChunk({ kind, bodyBytes }: SctpChunk, view: DataView, at: number): void {
  view.setUint8(at, CHUNK_TYPES[kind]);
  view.setUint16(at + 2, 4 + bodyBytes);
  const body = at + 4;
  if (kind === "INIT" || kind === "INIT_ACK") {
    view.setUint32(body, 1);
    view.setUint32(body + 4, SCTP_WINDOW);
    view.setUint32(body + 8, 0x0001_0001);
    view.setUint32(body + 12, 1);
    if (kind === "INIT_ACK") view.setUint32(body + 16, STATE_COOKIE);
  } else if (kind === "DATA") {
    // Beginning and end of a message in one chunk.
    view.setUint8(at + 1, 3);
    view.setUint32(body, 1);
  } else if (kind === "SACK") {
    view.setUint32(body, 1);
    view.setUint32(body + 4, SCTP_WINDOW);
  } else if (kind === "SHUTDOWN") view.setUint32(body, 0);
}

function encodeIcmp(message: IcmpMessage, bytes: Uint8Array, view: DataView, around: Around): void {
  const { type, code, echo, quoted, mtu, gateway, pointer } = message;
  view.setUint8(0, type);
  view.setUint8(1, code);
  if (echo !== undefined) {
    view.setUint16(4, echo.identifier);
    view.setUint16(6, echo.sequence);
    for (let i = 8; i < bytes.length; i++) bytes[i] = i;
  }
  // ICMPv6 has room for 32 bits, of which the upper half is 0; ICMP has the lower half alone.
  if (mtu !== undefined) view.setUint16(6, mtu);
  if (pointer !== undefined) view.setUint32(4, pointer);
  if (gateway !== undefined) {
    for (const [i, part] of gateway.split(".").entries()) bytes[4 + i] = Number(part);
  }
  if (quoted !== undefined) {
    bytes.set(around.encodePacket(quoted.packet).subarray(0, quoted.bytes), 8);
  }
}
