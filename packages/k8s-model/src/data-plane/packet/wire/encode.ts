import { parseIP } from "../../../address/index.ts";
import { crc32c, internetChecksum, wordSum } from "./checksums.ts";
import { encodeTransport, protocolNumber } from "./encode-transport.ts";
import { type Frame, ipHeaderBytes, isIPv6, type Packet, packetBytes } from "./packet.ts";

const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;
/** The "next header" that a fragment of IPv6 begins with. */
const FRAGMENT_HEADER = 44;

/** The bytes of a frame, checksums included, without the frame check sequence. */
export function encodeFrame({ sourceMac, destinationMac, packet }: Frame): Uint8Array {
  const inner = encodePacket(packet);
  const bytes = new Uint8Array(14 + inner.length);
  bytes.set(macBytes(destinationMac), 0);
  bytes.set(macBytes(sourceMac), 6);
  const type = isIPv6(packet.source) ? 0x86dd : 0x0800;
  bytes[12] = type >> 8;
  bytes[13] = type & 0xff;
  bytes.set(inner, 14);
  return bytes;
}

/** The bytes of an IP packet. */
export function encodePacket(packet: Packet): Uint8Array {
  const { source, destination, transport, fragment } = packet;
  const pseudo = pseudoHeader(packet);
  const whole = encodeTransport(transport, { pseudo, encodePacket, encodeFrame, crc32c });
  const payload =
    fragment === undefined
      ? whole
      : whole.subarray(fragment.offset, fragment.offset + fragment.bytes);
  const header = ipHeaderBytes(source);
  const bytes = new Uint8Array(packetBytes(packet));
  bytes.set(payload, bytes.length - payload.length);
  const view = new DataView(bytes.buffer);
  if (header === 40) encodeIPv6(view, packet);
  else encodeIPv4(view, packet);
  bytes.set(addressBytes(source), header === 40 ? 8 : 12);
  bytes.set(addressBytes(destination), header === 40 ? 24 : 16);
  if (header === 20) view.setUint16(10, internetChecksum(bytes.subarray(0, header)));
  return bytes;
}

function encodeIPv4(view: DataView, packet: Packet): void {
  const { fragment, dontFragment, identification, ttl, transport } = packet;
  view.setUint8(0, 0x45);
  view.setUint16(2, packetBytes(packet));
  view.setUint16(4, identification);
  const more = fragment?.more === true ? MORE_FRAGMENTS : 0;
  view.setUint16(6, (dontFragment ? DONT_FRAGMENT : 0) | more | ((fragment?.offset ?? 0) >> 3));
  view.setUint8(8, ttl);
  view.setUint8(9, protocolNumber(transport));
}

function encodeIPv6(view: DataView, packet: Packet): void {
  view.setUint8(0, 0x60);
  view.setUint16(4, packetBytes(packet) - 40);
  const protocol = protocolNumber(packet.transport);
  const { fragment } = packet;
  view.setUint8(6, fragment === undefined ? protocol : FRAGMENT_HEADER);
  view.setUint8(7, packet.ttl);
  if (fragment === undefined) return;
  view.setUint8(40, protocol);
  view.setUint16(42, fragment.offset | (fragment.more ? 1 : 0));
  view.setUint32(44, packet.identification);
}

/** What the checksums of TCP, UDP and ICMPv6 count beside their own bytes, the length left out. */
function pseudoHeader({ source, destination, transport }: Packet): number {
  const ends = wordSum(addressBytes(source)) + wordSum(addressBytes(destination));
  return ends + protocolNumber(transport);
}

function addressBytes(text: string): Uint8Array {
  const address = parseIP(text);
  if (address?.family === "IPv4") {
    const { value } = address;
    return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
  }
  const value = address?.value ?? 0n;
  return Uint8Array.from({ length: 16 }, (_, i) => Number((value >> BigInt(8 * (15 - i))) & 255n));
}

function macBytes(text: string): Uint8Array {
  return Uint8Array.from(text.split(":"), (part) => Number.parseInt(part, 16));
}
