import { Signal } from "@k8s-netsim/sim-core";
import {
  canonicalAddress,
  type Packet,
  type SctpChunk,
  type SctpChunkKind,
  type SctpPacket,
} from "../wire/index.ts";
import { anyAddress, type Host } from "./host.ts";
import type { Ends } from "./socket-ends.ts";

/** What chunks carry beyond their own header. */
const BODY_BYTES: Readonly<Record<SctpChunkKind, number>> = {
  DATA: 20,
  INIT: 16,
  INIT_ACK: 24,
  SACK: 12,
  SHUTDOWN: 4,
  SHUTDOWN_ACK: 0,
  COOKIE_ECHO: 4,
  COOKIE_ACK: 0,
  SHUTDOWN_COMPLETE: 0,
};

/** What a listening side answers to each chunk. */
const ANSWERS: Partial<Record<SctpChunkKind, SctpChunkKind>> = {
  INIT: "INIT_ACK",
  COOKIE_ECHO: "COOKIE_ACK",
  DATA: "SACK",
  SHUTDOWN: "SHUTDOWN_ACK",
};

function chunk(kind: SctpChunkKind): SctpChunk {
  return { kind, bodyBytes: BODY_BYTES[kind] };
}

function send(
  host: Host,
  kind: SctpChunkKind,
  verificationTag: number,
  ends: { source: string; destination: string; sourcePort: number; destinationPort: number },
): void {
  const { source, destination, sourcePort, destinationPort } = ends;
  const chunks = [chunk(kind)];
  host.namespace.send({
    source,
    destination,
    ttl: 64,
    dontFragment: true,
    identification: 0,
    transport: { kind: "sctp", sourcePort, destinationPort, verificationTag, chunks },
  });
}

/** Answers associations the way a listening SCTP socket does, one chunk a packet. */
export function listenSctp(host: Host, port: number, tag: number): void {
  host.serveSctp(port, (packet, { source, destination }) => {
    const [first] = packet.chunks;
    const answer = first === undefined ? undefined : ANSWERS[first.kind];
    if (answer === undefined) return;
    send(host, answer, tag, {
      source: destination,
      destination: source,
      sourcePort: port,
      destinationPort: packet.sourcePort,
    });
  });
}

/** The client's side of one association: each step fires with the packet that answered it. */
export class SctpAssociation {
  readonly #host: Host;
  readonly #tag: number;
  readonly ends: Ends;
  #answer: Signal<Packet> = new Signal("SCTP answer", { latched: true });

  constructor(host: Host, to: string, destinationPort: number, tag: number) {
    const destination = canonicalAddress(to);
    this.#host = host;
    this.#tag = tag;
    const source = host.namespace.sourceFor(destination) ?? anyAddress(destination);
    this.ends = {
      localAddress: source,
      localPort: host.freePort(),
      remoteAddress: destination,
      remotePort: destinationPort,
    };
    host.serveSctp(this.ends.localPort, (_packet: SctpPacket, whole) => this.#answer.fire(whole));
  }

  /** Sends one chunk; the signal fires with the answer. */
  send(kind: SctpChunkKind): Signal<Packet> {
    this.#answer = new Signal("SCTP answer", { latched: true });
    const { localAddress, localPort, remoteAddress, remotePort } = this.ends;
    send(this.#host, kind, kind === "INIT" ? 0 : this.#tag, {
      source: localAddress,
      sourcePort: localPort,
      destination: remoteAddress,
      destinationPort: remotePort,
    });
    return this.#answer;
  }
}
