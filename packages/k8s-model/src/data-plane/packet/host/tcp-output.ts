import { ipHeaderBytes, TcpFlag, type TcpSegment } from "../wire/index.ts";
import type { NetworkNamespace } from "./network-namespace.ts";
import type { Ends } from "./socket-ends.ts";
import type { TcpReceiver } from "./tcp-receiver.ts";
import type { Piece } from "./tcp-sender.ts";

const HEADER_BYTES = 20;
const TIMESTAMP_BYTES = 12;
const SYN_OPTION_BYTES = 20;
const MAX_SACK_BLOCKS = 3;
const WINDOW = 64_240;
const NS_PER_MS = 1_000_000;
/** Hosts have been up for a while: a clock at 0 would look like none. */
const CLOCK_START_MS = 1_000_000;

/** Makes the segments of one side of a connection and hands them to the stack. */
export class TcpOutput {
  readonly #host: NetworkNamespace;
  readonly #ends: Ends;
  readonly #receiver: TcpReceiver;
  /** Where the sequence numbers of both sides begin. */
  readonly #base: number;
  #peerBase = 0;
  #peerClockMs = 0;

  constructor(host: NetworkNamespace, ends: Ends, receiver: TcpReceiver) {
    this.#host = host;
    this.#ends = ends;
    this.#receiver = receiver;
    this.#base = initialSequence(ends);
  }

  /** Learns what the other side's numbers and clock are. */
  hear({ sequenceBase, timestampMs }: TcpSegment): void {
    this.#peerBase = sequenceBase;
    this.#peerClockMs = timestampMs;
  }

  /** The largest payload that the path and the other side take. */
  segmentBytes(peerSegment: number): number {
    return Math.min(this.#pathSegment(), peerSegment) - TIMESTAMP_BYTES;
  }

  /** Sends a piece of the stream, or the bare flags; whether it acknowledged what has arrived. */
  send(piece: Piece, flags: number): boolean {
    const { localAddress: source, remoteAddress: destination } = this.#ends;
    const transport = this.#segment(piece, allFlags(piece, flags));
    this.#host.send({
      source,
      destination,
      ttl: 64,
      dontFragment: true,
      identification: 0,
      transport,
    });
    return (transport.flags & (TcpFlag.ACK | TcpFlag.SYN)) === TcpFlag.ACK;
  }

  #segment(piece: Piece, flags: number): TcpSegment {
    const syn = (flags & TcpFlag.SYN) !== 0;
    const early = syn || piece.text !== "" ? [] : this.#receiver.early.slice(0, MAX_SACK_BLOCKS);
    const sackBytes = early.length === 0 ? 0 : 4 + 8 * early.length;
    return {
      kind: "tcp",
      sourcePort: this.#ends.localPort,
      destinationPort: this.#ends.remotePort,
      flags,
      sequence: piece.sequence,
      acknowledgment: (flags & TcpFlag.ACK) === 0 ? 0 : this.#receiver.next,
      sequenceBase: this.#base,
      acknowledgmentBase: this.#peerBase,
      timestampMs: CLOCK_START_MS + Math.floor(this.#host.now / NS_PER_MS),
      echoMs: this.#peerClockMs,
      window: WINDOW,
      optionBytes: syn ? SYN_OPTION_BYTES : TIMESTAMP_BYTES + sackBytes,
      payload: piece.text,
      ...(syn ? { maximumSegment: this.#pathSegment() } : {}),
      ...(early.length === 0 ? {} : { sacked: early }),
    };
  }

  #pathSegment(): number {
    const { localAddress, remoteAddress } = this.#ends;
    const path = Math.min(this.#host.pathMtu(remoteAddress), 65_535);
    return path - ipHeaderBytes(localAddress) - HEADER_BYTES;
  }
}

function allFlags({ push, fin }: Piece, flags: number): number {
  const acknowledges = fin || (flags & TcpFlag.RST) !== 0;
  return (
    flags | (push ? TcpFlag.PSH : 0) | (fin ? TcpFlag.FIN : 0) | (acknowledges ? TcpFlag.ACK : 0)
  );
}

/** Where a side's sequence numbers begin: a hash of both ends, as RFC 6528 has it, without the clock. */
function initialSequence({ localAddress, localPort, remoteAddress, remotePort }: Ends): number {
  const text = `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  return hash;
}
