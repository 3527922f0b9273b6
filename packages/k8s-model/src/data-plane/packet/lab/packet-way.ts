import { icmpErrorKind } from "../host/index.ts";
import {
  flagLetters,
  type IcmpMessage,
  isIcmp,
  type Packet,
  packetBytes,
  portsOf,
} from "../wire/index.ts";
import type { Lab } from "./lab.ts";
import type { Sighting } from "./sighting.ts";

/** One packet where it was seen, in words. */
export interface WayStep {
  readonly atNs: number;
  readonly interface: string;
  /** `10.244.1.2:45906 > 10.244.2.3:8080 TCP S, TTL 63, 60 bytes` */
  readonly packet: string;
  /** What rules and hosts did to it here. */
  readonly causes: readonly string[];
}

/** The way of one connection's first packets, until it is open, refused, or given up. */
export interface PacketWay {
  readonly steps: readonly WayStep[];
  /** What the nodes' connection tracking keeps of it: `n1: tcp 6 …`. */
  readonly tracking: readonly string[];
}

const MAX_STEPS = 40;

/** The ways of the connections that a host opens, in order. Causes need a lab that explains. */
export function packetWays(lab: Lab, from: string): readonly PacketWay[] {
  const ways: PacketWay[] = [];
  for (const first of lab.sightings) {
    if (!isOpening(first, from)) continue;
    const port = portsOf(first.frame.packet.transport)?.source;
    if (port === undefined) continue;
    const same = ways.length > 0 && seenPorts.get(ways.at(-1) as PacketWay) === port;
    if (same) continue;
    const way = wayOf(lab, first, port);
    seenPorts.set(way, port);
    ways.push(way);
  }
  return ways;
}

const seenPorts = new WeakMap<PacketWay, number>();

/** The first packet of a connection, as the host that opens it sends it. */
function isOpening({ interface: name, sent, frame }: Sighting, from: string): boolean {
  if (!sent || name.slice(0, name.lastIndexOf(":")) !== from) return false;
  const { transport } = frame.packet;
  if (transport.kind === "tcp") return flagLetters(transport.flags) === "S";
  return transport.kind === "udp" && transport.tunnelled === undefined;
}

function wayOf(lab: Lab, first: Sighting, port: number): PacketWay {
  const entries = lab.proxies.flatMap(({ node: { name } }) =>
    lab.events(name).flatMap(({ kind, text }) => (kind === "NEW" ? [{ name, text }] : [])),
  );
  const own = entries.filter(({ text }) => text.includes(`sport=${port} `));
  const ports = new Set([port, ...own.flatMap(({ text }) => portsIn(text))]);
  const steps: WayStep[] = [];
  for (let i = lab.sightings.indexOf(first); i < lab.sightings.length; i++) {
    const sighting = lab.sightings[i] as Sighting;
    if (!belongs(sighting.frame.packet, ports)) continue;
    steps.push(stepOf(lab, sighting));
    if (steps.length >= MAX_STEPS || isAnswer(sighting, first)) break;
  }
  const seen = entries.filter(({ text }) => portsIn(text).some((one) => ports.has(one)));
  return { steps, tracking: [...new Set(seen.map(({ name, text }) => `${name}: ${text}`))] };
}

/** Ports by chance in an entry: those of the client, translated or not. */
function portsIn(text: string): readonly number[] {
  return [/sport=(\d+) /.exec(text)?.[1], /dport=(\d+)(?: \[ASSURED\])?$/.exec(text)?.[1]].map(
    Number,
  );
}

function belongs(packet: Packet, ports: ReadonlySet<number>): boolean {
  const { transport } = packet;
  if (transport.kind === "udp" && transport.tunnelled !== undefined) {
    return belongs(transport.tunnelled.frame.packet, ports);
  }
  if (transport.kind === "udp" && transport.sealed !== undefined) {
    return belongs(transport.sealed.packet, ports);
  }
  if (transport.kind === "ipip") return belongs(transport.packet, ports);
  if (isIcmp(transport)) {
    return transport.quoted !== undefined && belongs(transport.quoted.packet, ports);
  }
  return ports.has(transport.sourcePort) || ports.has(transport.destinationPort);
}

/** Back where it came from, or an error about it. */
function isAnswer(sighting: Sighting, first: Sighting): boolean {
  return sighting.interface === first.interface && !sighting.sent;
}

function stepOf(lab: Lab, sighting: Sighting): WayStep {
  const { atNs, interface: name, frame } = sighting;
  const causes = lab.causes.get(sighting) ?? [];
  return { atNs, interface: name, packet: packetText(frame.packet), causes };
}

function packetText(packet: Packet): string {
  const { source, destination, transport, ttl } = packet;
  const ports = portsOf(transport);
  const ends =
    ports === undefined
      ? `${source} > ${destination}`
      : `${source}:${ports.source} > ${destination}:${ports.destination}`;
  return `${ends} ${kindText(packet)}, TTL ${ttl}, ${packetBytes(packet)} bytes`;
}

function kindText({ transport }: Packet): string {
  switch (transport.kind) {
    case "tcp":
      return `TCP ${flagLetters(transport.flags)}`;
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
