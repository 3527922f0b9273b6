import { internetChecksum } from "@k8s-netsim/k8s-model/data-plane";

/**
 * Sums the transport header of TCP, UDP or ICMPv6 with its pseudo header, and that of ICMP without: 0
 * where the checksum in it is right. Of whole packets only, without options.
 */
export function checksumResidue(packet: Uint8Array): number {
  const isIPv6 = (packet[0] as number) >> 4 === 6;
  const header = isIPv6 ? 40 : 20;
  const length = packet.length - header;
  const protocol = packet[isIPv6 ? 6 : 9] as number;
  if (protocol === 1) return internetChecksum(packet.subarray(header));
  const addresses = isIPv6 ? packet.subarray(8, 40) : packet.subarray(12, 20);
  const tail = Uint8Array.of(0, protocol, length >> 8, length & 0xff);
  const all = new Uint8Array(addresses.length + tail.length + length);
  all.set(addresses);
  all.set(tail, addresses.length);
  all.set(packet.subarray(header), addresses.length + tail.length);
  return internetChecksum(all);
}
