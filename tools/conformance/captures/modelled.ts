import {
  ETHERNET_BYTES,
  type Frame,
  flagLetters,
  type Lab,
  type Packet,
  packetBytes,
  portsOf,
  type Situation,
  TcpFlag,
  udpPayloadBytes,
} from "@k8s-netsim/k8s-model/data-plane";
import type { Observation, ObservedPacket, Quoted } from "./observation.ts";

/** What was seen in the lab, told the way the capture files tell it. */
export function modelled(lab: Lab, situation: Situation): Observation {
  const unseen = new Set(situation.unseen ?? []);
  const nodes = lab.plan.nodes.map(({ name }) => name);
  const events = nodes.map((node) => [
    node,
    lab.events(node).filter(({ cause }) => cause !== "expired"),
  ]);
  return {
    packets: lab.sightings
      .filter((sighting) => !unseen.has(sighting.interface.split(":")[0] as string))
      .map(({ atNs, interface: name, frame }) => observed(frame, atNs / 1000, name)),
    cut: false,
    events: Object.fromEntries(events),
    tables: lab.tables,
    notes: lab.notes.map(({ what, result }) => [what, result] as const),
  };
}

function observed({ packet }: Frame, atUs: number, name: string): ObservedPacket {
  const bytes = packetBytes(packet);
  return {
    atUs,
    interface: name,
    source: packet.source,
    destination: packet.destination,
    ttl: packet.ttl,
    ipLength: bytes,
    frameLength: ETHERNET_BYTES + bytes,
    ...transportOf(packet),
  };
}

type TransportPart = Omit<
  ObservedPacket,
  "atUs" | "interface" | "source" | "destination" | "ttl" | "ipLength" | "frameLength"
>;

function transportOf({ transport, dontFragment }: Packet): TransportPart {
  const none = { sequence: null, acknowledgment: null, payload: null, info: "" } as const;
  const df = dontFragment ? { dontFragment: true } : {};
  switch (transport.kind) {
    case "tcp": {
      const { sourcePort, destinationPort, flags, sequence, acknowledgment, payload } = transport;
      return {
        protocol: "TCP",
        sourcePort,
        destinationPort,
        info: flagLetters(flags),
        sequence,
        acknowledgment: (flags & TcpFlag.ACK) === 0 ? null : acknowledgment,
        payload: payload.length,
      };
    }
    case "udp": {
      const { sourcePort, destinationPort, tunnelled } = transport;
      const tunnel = tunnelled && {
        vni: tunnelled.vni,
        sourceMac: tunnelled.frame.sourceMac,
        destinationMac: tunnelled.frame.destinationMac,
        inner: observed(tunnelled.frame, 0, ""),
      };
      return {
        protocol: "UDP",
        ...none,
        ...df,
        sourcePort,
        destinationPort,
        payload: udpPayloadBytes(transport),
        ...(tunnel === undefined ? {} : { tunnel }),
      };
    }
    case "sctp": {
      const { sourcePort, destinationPort, chunks } = transport;
      const info = chunks.map(({ kind }) => kind).join("/");
      return { protocol: "SCTP", ...none, ...df, sourcePort, destinationPort, info };
    }
    case "ipip":
      return { protocol: "IP", ...none, ...df, sourcePort: null, destinationPort: null };
    case "icmp":
    case "icmpv6": {
      const { type, code, mtu, quoted } = transport;
      return {
        protocol: transport.kind === "icmp" ? "ICMP" : "ICMPv6",
        ...none,
        ...df,
        sourcePort: null,
        destinationPort: null,
        info: `${type}/${code}`,
        ...(mtu === undefined ? {} : { mtu }),
        ...(quoted === undefined
          ? {}
          : { quoted: quotedOf(quoted.packet), quotedBytes: quoted.bytes }),
      };
    }
  }
}

function quotedOf(packet: Packet): Quoted {
  const { transport, source, destination, ttl } = packet;
  const both = portsOf(transport);
  const ports =
    both === undefined ? {} : { sourcePort: both.source, destinationPort: both.destination };
  const protocol = transport.kind.toUpperCase();
  return { source, destination, protocol, ...ports, ttl, ipLength: packetBytes(packet) };
}
