import {
  crc32c,
  encodeFrame,
  encodePacket,
  type Frame,
  fragmentsOf,
  internetChecksum,
  LAB_SERVICES,
  type Packet,
  packetBytes,
  playSituation,
  Reassembly,
  SITUATIONS,
} from "@k8s-netsim/k8s-model/data-plane";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checksumResidue } from "./checksum-residue.ts";

function datagram(bytes: number, source = "10.0.0.1", destination = "10.0.0.2"): Packet {
  return {
    source,
    destination,
    ttl: 64,
    dontFragment: false,
    identification: 7,
    transport: { kind: "udp", sourcePort: 1000, destinationPort: 2000, payload: "x".repeat(bytes) },
  };
}

describe("checksums", () => {
  it("CRC-32C of the digits 1 to 9 is the published check value", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  });

  it("the Internet checksum of the example in RFC 1071 is the published sum's complement", () => {
    const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    expect(internetChecksum(bytes)).toBe(0xffff ^ 0xddf2);
  });

  it("every packet of every situation has the length that it says and sums that fit", () => {
    const services = new Set(LAB_SERVICES.map(({ name }) => name));
    expect(services.size).toBe(LAB_SERVICES.length);
    const kinds = new Set<string>();
    const ids = new Set(["hairpin", "big-mtu-vxlan", "sctp-clusterip-other-node-routed"]);
    for (const situation of SITUATIONS.filter(({ id }) => ids.has(id))) {
      const lab = playSituation(situation, { seed: "wire", mode: "iptables" });
      for (const { frame } of lab.sightings) {
        const bytes = encodeFrame(frame);
        const packet = bytes.subarray(14);
        const { transport } = frame.packet;
        kinds.add(transport.kind);
        expect(packet).toHaveLength(packetBytes(frame.packet));
        expect(internetChecksum(packet.subarray(0, 20))).toBe(0);
        if (transport.kind === "tcp" || transport.kind === "udp")
          expect(checksumResidue(packet)).toBe(0);
        if (transport.kind === "icmp") expect(internetChecksum(packet.subarray(20))).toBe(0);
        if (transport.kind === "sctp") {
          const sctp = packet.slice(20);
          const told = new DataView(sctp.buffer).getUint32(8, true);
          sctp.fill(0, 8, 12);
          expect(crc32c(sctp)).toBe(told);
        }
      }
    }
    expect([...kinds].sort()).toEqual(["icmp", "sctp", "tcp", "udp"]);
  });

  it("holds over IPv6, too", () => {
    const packet = encodePacket(datagram(101, "fd00::1", "fd00:0:0:1::2"));
    expect(packet).toHaveLength(40 + 8 + 101);
    expect(checksumResidue(packet)).toBe(0);
  });
});

describe("tunnels add what their headers need", () => {
  const inner = datagram(100);
  const frame: Frame = {
    sourceMac: "0a:00:00:00:00:01",
    destinationMac: "0a:00:00:00:00:02",
    packet: inner,
  };
  const udp = { kind: "udp", sourcePort: 40_000, destinationPort: 4789, payload: "" } as const;
  const outer = (transport: Packet["transport"]): number =>
    encodePacket({ ...inner, transport }).length - encodePacket(inner).length;

  it("50 bytes for VXLAN and Geneve, 20 for IP in IP, 60 and padding for WireGuard", () => {
    expect(outer({ ...udp, tunnelled: { encapsulation: "vxlan", vni: 1, frame } })).toBe(50);
    expect(outer({ ...udp, tunnelled: { encapsulation: "geneve", vni: 1, frame } })).toBe(50);
    expect(outer({ kind: "ipip", packet: inner })).toBe(20);
    const sealed = (packet: Packet, mtu = 1420) => ({ packet, mtu, counter: 0 });
    expect(outer({ ...udp, sealed: sealed(datagram(100)) })).toBe(60);
    const odd = encodePacket({ ...inner, transport: { ...udp, sealed: sealed(datagram(101)) } });
    expect(odd.length - encodePacket(datagram(101)).length).toBe(60 + 15);
    // Padding ends where the device's MTU does.
    const full = datagram(1420 - 28);
    const packed = encodePacket({ ...inner, transport: { ...udp, sealed: sealed(full) } });
    expect(packed.length - encodePacket(full).length).toBe(60);
  });
});

describe("fragments", () => {
  it("fit, and make the packet again in whatever order they come", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9000 }),
        fc.integer({ min: 68, max: 1500 }),
        fc.infiniteStream(fc.nat()),
        (bytes, mtu, order) => {
          const whole = datagram(bytes);
          const pieces = [...fragmentsOf(whole, mtu)];
          let sum = 0;
          for (const piece of pieces) {
            expect(packetBytes(piece)).toBeLessThanOrEqual(mtu);
            sum += packetBytes(piece) - 20;
          }
          expect(sum).toBe(packetBytes(whole) - 20);
          const reassembly = new Reassembly();
          let made: Packet | undefined;
          while (pieces.length > 0) {
            const [next] = pieces.splice((order.next().value as number) % pieces.length, 1);
            made = reassembly.add(next as Packet, 0);
          }
          expect(made).toEqual(whole);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("of IPv6 have a header of their own in front of each piece", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1500, max: 9000 }),
        fc.integer({ min: 1280, max: 1500 }),
        (bytes, mtu) => {
          const whole = datagram(bytes, "fd00::1", "fd00::2");
          const parts = fragmentsOf(whole, mtu).map((piece) => encodePacket(piece));
          const payload: number[] = [];
          for (const [i, part] of parts.entries()) {
            const view = new DataView(part.buffer);
            expect(part.length).toBeLessThanOrEqual(mtu);
            expect(view.getUint16(4)).toBe(part.length - 40);
            expect([part[6], part[40]]).toEqual([44, 17]);
            const at = view.getUint16(42);
            expect(at & ~7).toBe(payload.length);
            expect(at & 1).toBe(i < parts.length - 1 ? 1 : 0);
            expect(view.getUint32(44)).toBe(7);
            payload.push(...part.subarray(48));
          }
          expect(payload).toEqual([...encodePacket(whole).subarray(40)]);
        },
      ),
      { numRuns: 30 },
    );
  });
});
