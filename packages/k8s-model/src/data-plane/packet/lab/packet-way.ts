import { icmpErrorKind } from "../host/index.ts";
import type { TrackedConnection } from "../netfilter/index.ts";
import {
  flagLetters,
  type IcmpMessage,
  isIPv6,
  type Packet,
  packetBytes,
  portsOf,
} from "../wire/index.ts";
import { carried, type Flow } from "./flow-book.ts";
import type { Lab } from "./lab.ts";
import type { Sighting } from "./sighting.ts";

/** One packet where it was seen, in words. */
export interface WayStep {
  readonly atNs: number;
  readonly interface: string;
  /** Going out there, or coming in. */
  readonly sent: boolean;
  /** `10.244.1.2:45906 > 10.244.2.3:8080 TCP S, TTL 63, 60 bytes` */
  readonly packet: string;
  /** What rules and hosts did to it here. */
  readonly causes: readonly string[];
}

/** The way of one connection's first packets, until it is open, refused, or given up. */
export interface PacketWay {
  readonly steps: readonly WayStep[];
  /** What the nodes' connection tracking made of it at first: `n1: tcp 6 …`. */
  readonly tracking: readonly string[];
  /** What encapsulation and translation come to, in sentences. */
  readonly notes: readonly string[];
}

const MAX_STEPS = 40;

/** The way of a flow up to its first answer, or as far as it got. Causes need a lab that explains. */
export function packetWay(lab: Lab, { sightings, events }: Flow, originNs: number = 0): PacketWay {
  const [first] = sightings;
  const answered = sightings.findIndex((one) => {
    return one.interface === first?.interface && one.sent !== first.sent;
  });
  const end = answered < 0 ? MAX_STEPS : Math.min(answered + 1, MAX_STEPS);
  const entries = events.filter(({ event }) => event.kind === "NEW");
  return {
    steps: sightings.slice(0, end).map((sighting) => stepOf(lab, sighting, originNs)),
    tracking: [...new Set(entries.map(({ node, event }) => `${node}: ${event.text}`))],
    notes: [
      ...entries.flatMap(({ node, event }) => translationText(node, event.connection)),
      ...overheadText(sightings.slice(0, end)),
    ],
  };
}

/** What a node's translation did to the connection's first packet, and undoes for answers. */
function translationText(node: string, connection: TrackedConnection): readonly string[] {
  const { original, reply, sourceTranslated, destinationTranslated } = connection;
  const texts: string[] = [];
  if (destinationTranslated) {
    const from = endText(original.destination, original.destinationPort);
    texts.push(`destination ${from} -> ${endText(reply.source, reply.sourcePort)}`);
  }
  if (sourceTranslated) {
    const from = endText(original.source, original.sourcePort);
    texts.push(`source ${from} -> ${endText(reply.destination, reply.destinationPort)}`);
  }
  return texts.length === 0 ? [] : [`translated at ${node}: ${texts.join(", ")}`];
}

/** How much longer the packet is between nodes. */
function overheadText(sightings: readonly Sighting[]): readonly string[] {
  const outer = sightings.find(({ frame }) => carried(frame.packet) !== undefined)?.frame.packet;
  const inner = outer === undefined ? undefined : carried(outer);
  if (outer === undefined || inner === undefined) return [];
  const more = packetBytes(outer) - packetBytes(inner);
  return [`encapsulated between nodes: ${more} bytes more on the wire`];
}

function stepOf(lab: Lab, sighting: Sighting, originNs: number): WayStep {
  const { atNs, interface: name, frame, sent } = sighting;
  const causes = lab.causes.get(sighting) ?? [];
  return { atNs: atNs - originNs, interface: name, sent, packet: packetText(frame.packet), causes };
}

/** A packet in one line, what it carries in braces. */
export function packetText(packet: Packet): string {
  const { source, destination, transport, ttl, fragment } = packet;
  const ports = portsOf(transport);
  const ends =
    ports === undefined
      ? `${source} > ${destination}`
      : `${endText(source, ports.source)} > ${endText(destination, ports.destination)}`;
  const piece = fragment === undefined ? "" : ` fragment at ${fragment.offset}`;
  const limit = isIPv6(source) ? "hop limit" : "TTL";
  return `${ends} ${kindText(packet)}${piece}, ${limit} ${ttl}, ${packetBytes(packet)} bytes`;
}

function endText(address: string, port: number): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

function kindText({ transport }: Packet): string {
  switch (transport.kind) {
    case "tcp": {
      const bytes = transport.payload.length;
      return `TCP ${flagLetters(transport.flags)}${bytes === 0 ? "" : ` with ${bytes} bytes`}`;
    }
    case "icmp":
    case "icmpv6":
      return icmpText(transport);
    case "ipip":
      return `IP in IP {${packetText(transport.packet)}}`;
    case "sctp":
      return `SCTP ${transport.chunks.map(({ kind }) => kind).join(" ")}`;
    case "udp": {
      const { tunnelled, sealed } = transport;
      if (sealed !== undefined) return `WireGuard {${packetText(sealed.packet)}}`;
      if (tunnelled === undefined) return "UDP";
      const { encapsulation, vni, frame } = tunnelled;
      return `${encapsulation === "vxlan" ? "VXLAN" : "Geneve"} ${vni} {${packetText(frame.packet)}}`;
    }
  }
}

function icmpText(message: IcmpMessage): string {
  const { kind, type, code, mtu, gateway, echo } = message;
  const name = kind === "icmp" ? "ICMP" : "ICMPv6";
  if (echo !== undefined) return `${name} ${type}/${code} echo ${echo.sequence}`;
  const told = mtu === undefined ? gateway : `MTU ${mtu}`;
  const what = icmpErrorKind(message)?.replaceAll("-", " ");
  const words = [what, told].filter((word) => word !== undefined).join(", ");
  return words === "" ? `${name} ${type}/${code}` : `${name} ${type}/${code} (${words})`;
}
