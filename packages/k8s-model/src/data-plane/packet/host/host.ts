import type { RandomStream } from "@k8s-netsim/sim-core";
import type { Transit } from "../netfilter/index.ts";
import {
  canonicalAddress,
  type IcmpMessage,
  isIcmp,
  isIcmpError,
  isIPv6,
  type Packet,
  type SctpPacket,
  TcpFlag,
  type TcpSegment,
  type UdpDatagram,
} from "../wire/index.ts";
import { icmpErrorKind } from "./icmp-errors.ts";
import type { NetworkNamespace } from "./network-namespace.ts";
import type { Ends } from "./socket-ends.ts";
import { TcpConnection } from "./tcp-connection.ts";
import { LINUX_6_18, type TcpProfile } from "./tcp-profile.ts";
import { UdpSocket } from "./udp-socket.ts";

const FIRST_PORT = 32_768;
const PORTS = 28_232;

/** Types of the two halves of a ping. */
export const ECHO: Readonly<Record<IcmpMessage["kind"], { request: number; reply: number }>> = {
  icmp: { request: 8, reply: 0 },
  icmpv6: { request: 128, reply: 129 },
};

/** Stands for a source address that nobody has. */
export function anyAddress(destination: string): string {
  return isIPv6(destination) ? "::" : "0.0.0.0";
}

/** A program's answer to a datagram; undefined: it says nothing. */
export type UdpService = (request: UdpDatagram, from: Ends) => void;

/** The sockets of one namespace, and what the kernel answers in their place. */
export class Host {
  readonly namespace: NetworkNamespace;
  readonly #profile: TcpProfile;
  readonly #ports: RandomStream;
  readonly #usedPorts = new Set<number>();
  readonly #tcp = new Map<string, TcpConnection>();
  readonly #listeners = new Map<number, (connection: TcpConnection) => void>();
  readonly #udp = new Map<string, UdpSocket>();
  readonly #udpServices = new Map<number, UdpService>();
  readonly #tunnels = new Map<number, (inner: UdpDatagram) => void>();
  #ipInIp: ((inner: Packet) => void) | undefined;
  readonly #sctp = new Map<number, (packet: SctpPacket, whole: Packet) => void>();
  #icmp: ((message: IcmpMessage, whole: Packet) => void) | undefined;

  constructor(namespace: NetworkNamespace, ports: RandomStream, profile: TcpProfile = LINUX_6_18) {
    this.namespace = namespace;
    this.#ports = ports;
    this.#profile = profile;
    namespace.deliver = (packet, transit) => this.#deliver(packet, transit);
  }

  /** Opens a connection; what becomes of it is told by its `opened`. */
  connect(address: string, port: number, from?: string): TcpConnection {
    const ends = this.#ends(address, port, from);
    const connection = new TcpConnection(this.namespace, this.#profile, ends, "SYN_SENT");
    this.#keep(connection);
    connection.open();
    return connection;
  }

  listen(port: number, accept: (connection: TcpConnection) => void): void {
    this.#listeners.set(port, accept);
  }

  /** All programs end: nobody listens any more, and the kernel closes what they had open. */
  endPrograms(): void {
    this.#listeners.clear();
    this.#udpServices.clear();
    this.#udp.clear();
    this.#sctp.clear();
    for (const connection of [...this.#tcp.values()]) {
      if (connection.isEnding()) continue;
      this.namespace.explain?.("its program has ended: the kernel closes the connection");
      connection.end();
    }
  }

  udpSocket(address: string, port: number, from?: string): UdpSocket {
    const socket = new UdpSocket(this.namespace, this.#ends(address, port, from));
    this.#udp.set(endsKey(socket.ends), socket);
    return socket;
  }

  serveUdp(port: number, service: UdpService): void {
    this.#udpServices.set(port, service);
  }

  /** Sends a datagram back to where one came from. */
  reply({ localAddress, localPort, remoteAddress, remotePort }: Ends, payload: string): void {
    this.namespace.send({
      source: localAddress,
      destination: remoteAddress,
      ttl: 64,
      dontFragment: true,
      identification: 0,
      transport: { kind: "udp", sourcePort: localPort, destinationPort: remotePort, payload },
    });
  }

  /** Takes the tunnel packets of a port, ahead of every socket. */
  serveTunnel(port: number, take: (packet: UdpDatagram) => void): void {
    this.#tunnels.set(port, take);
  }

  /** Takes packets inside packets. */
  serveIpInIp(take: (inner: Packet) => void): void {
    this.#ipInIp = take;
  }

  /** Takes the SCTP packets of a port, for a program that makes its own. */
  serveSctp(port: number, take: (packet: SctpPacket, whole: Packet) => void): void {
    this.#sctp.set(port, take);
  }

  /** Shows every ICMP message for this host, as a raw socket does. */
  watchIcmp(take: (message: IcmpMessage, whole: Packet) => void): void {
    this.#icmp = take;
  }

  #ends(to: string, remotePort: number, from: string | undefined): Ends {
    const remoteAddress = canonicalAddress(to);
    const localAddress =
      from ?? this.namespace.sourceFor(remoteAddress) ?? anyAddress(remoteAddress);
    return { localAddress, localPort: this.freePort(), remoteAddress, remotePort };
  }

  /** An ephemeral port that this host has not used yet. */
  freePort(): number {
    let port = FIRST_PORT + this.#ports.int(PORTS);
    while (this.#usedPorts.has(port)) port = FIRST_PORT + this.#ports.int(PORTS);
    this.#usedPorts.add(port);
    return port;
  }

  #keep(connection: TcpConnection): void {
    const key = endsKey(connection.ends);
    this.#tcp.set(key, connection);
    connection.onClosed = () => {
      if (this.#tcp.get(key) === connection) this.#tcp.delete(key);
    };
  }

  #deliver(packet: Packet, transit: Transit): void {
    const { transport } = packet;
    switch (transport.kind) {
      case "tcp":
        this.#deliverTcp(packet, transport);
        return;
      case "udp":
        this.#deliverUdp(packet, transport, transit);
        return;
      case "icmp":
      case "icmpv6":
        this.#deliverIcmp(packet, transport);
        return;
      case "ipip":
        this.#ipInIp?.(transport.packet);
        return;
      case "sctp":
        this.#sctp.get(transport.destinationPort)?.(transport, packet);
        // Programs with raw sockets make SCTP here; a host without any does not know the protocol.
        if (this.#sctp.size === 0) this.namespace.refuse(transit, "protocol-unknown");
    }
  }

  #deliverTcp(packet: Packet, segment: TcpSegment): void {
    const ends = endsOf(packet, segment.sourcePort, segment.destinationPort);
    const known = this.#tcp.get(endsKey(ends));
    if (known !== undefined) {
      known.receive(segment);
      return;
    }
    const accept = this.#listeners.get(segment.destinationPort);
    if (segment.flags !== TcpFlag.SYN || accept === undefined) {
      const opens = segment.flags === TcpFlag.SYN;
      this.#reset(
        packet,
        segment,
        opens
          ? `nothing listens on port ${segment.destinationPort}: refused`
          : "no socket has this connection (any more): reset",
      );
      return;
    }
    const connection = new TcpConnection(this.namespace, this.#profile, ends, "SYN_RECEIVED");
    this.#keep(connection);
    connection.onEstablished = () => accept(connection);
    connection.accept(segment);
  }

  /** Nobody knows this segment: its sender is told. */
  #reset({ source, destination }: Packet, segment: TcpSegment, reason: string): void {
    const { flags, sequence, acknowledgment, payload } = segment;
    if ((flags & TcpFlag.RST) !== 0) return;
    this.namespace.explain?.(reason);
    const answered = (flags & TcpFlag.ACK) !== 0;
    const length = payload.length + ((flags & (TcpFlag.SYN | TcpFlag.FIN)) === 0 ? 0 : 1);
    this.namespace.send({
      source: destination,
      destination: source,
      ttl: 64,
      dontFragment: true,
      identification: 0,
      transport: {
        kind: "tcp",
        sourcePort: segment.destinationPort,
        destinationPort: segment.sourcePort,
        flags: answered ? TcpFlag.RST : TcpFlag.RST | TcpFlag.ACK,
        sequence: answered ? acknowledgment : 0,
        acknowledgment: answered ? 0 : sequence + length,
        sequenceBase: answered ? segment.acknowledgmentBase : 0,
        acknowledgmentBase: segment.sequenceBase,
        timestampMs: 0,
        echoMs: 0,
        window: 0,
        optionBytes: 0,
        payload: "",
      },
    });
  }

  #deliverUdp(packet: Packet, datagram: UdpDatagram, transit: Transit): void {
    const tunnel = this.#tunnels.get(datagram.destinationPort);
    const carries = datagram.tunnelled !== undefined || datagram.sealed !== undefined;
    if (tunnel !== undefined && carries) {
      tunnel(datagram);
      return;
    }
    const ends = endsOf(packet, datagram.sourcePort, datagram.destinationPort);
    const socket = this.#udp.get(endsKey(ends));
    if (socket !== undefined) {
      socket.receive(datagram.payload);
      return;
    }
    const service = this.#udpServices.get(datagram.destinationPort);
    if (service !== undefined) {
      service(datagram, ends);
      return;
    }
    this.namespace.explain?.(`nothing listens on port ${datagram.destinationPort}: refused`);
    this.namespace.refuse(transit, "port-unreachable");
  }

  #deliverIcmp(packet: Packet, message: IcmpMessage): void {
    if (isIcmpError(message)) this.#deliverError(message);
    else if (message.type === ECHO[message.kind].request) this.#echo(packet, message);
    this.#icmp?.(message, packet);
  }

  #deliverError(message: IcmpMessage): void {
    const { mtu, quoted } = message;
    if (quoted === undefined) return;
    const { transport, source, destination } = quoted.packet;
    if (isIcmp(transport) || transport.kind === "ipip") return;
    const kind = icmpErrorKind(message);
    if (kind === "too-big" && mtu !== undefined) this.namespace.learnPathMtu(destination, mtu);
    const { sourcePort: localPort, destinationPort: remotePort } = transport;
    const key = endsKey({
      localAddress: source,
      localPort,
      remoteAddress: destination,
      remotePort,
    });
    if (transport.kind === "tcp") this.#tcp.get(key)?.receiveError(kind);
    else this.#udp.get(key)?.receiveError(kind);
  }

  #echo(packet: Packet, message: IcmpMessage): void {
    const { source, destination } = packet;
    const transport: IcmpMessage = { ...message, type: ECHO[message.kind].reply };
    this.namespace.send({
      ...packet,
      source: destination,
      destination: source,
      ttl: 64,
      transport,
    });
  }
}

function endsOf(
  { source, destination }: Packet,
  sourcePort: number,
  destinationPort: number,
): Ends {
  return {
    localAddress: destination,
    localPort: destinationPort,
    remoteAddress: source,
    remotePort: sourcePort,
  };
}

function endsKey({ localAddress, localPort, remoteAddress, remotePort }: Ends): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}
