import { type EventId, Signal, type Simulation, Store } from "@k8s-netsim/sim-core";
import { ipHeaderBytes, type Packet, TcpFlag, type TcpSegment } from "../wire/index.ts";
import type { NetworkNamespace } from "./network-namespace.ts";
import { errorOfIcmp, type Reading, type SocketErrorCode } from "./socket-error.ts";
import { synTimeoutNs, type TcpProfile } from "./tcp-profile.ts";
import { TcpReceiver } from "./tcp-receiver.ts";
import { type Piece, TcpSender } from "./tcp-sender.ts";
import { timerExpiryNs } from "./timer-wheel.ts";

/** Both ends of a connection, as its own host sees them. */
export interface Ends {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

export type TcpState =
  | "SYN_SENT"
  | "SYN_RECEIVED"
  | "ESTABLISHED"
  | "FIN_WAIT_1"
  | "FIN_WAIT_2"
  | "CLOSING"
  | "CLOSE_WAIT"
  | "LAST_ACK"
  | "TIME_WAIT"
  | "CLOSED";

const HEADER_BYTES = 20;
const TIMESTAMP_BYTES = 12;
const SYN_OPTION_BYTES = 20;
const WINDOW = 64_240;
const NS_PER_MS = 1_000_000;
/** Hosts have been up for a while: a clock at 0 would look like none. */
const CLOCK_START_MS = 1_000_000;
const TIME_WAIT_NS = 60_000_000_000;

/** How a connection attempt ended. */
export type Opened = "connected" | SocketErrorCode;

/** One TCP connection of a host: handshake, data, retransmission, end. */
export class TcpConnection {
  readonly ends: Ends;
  readonly opened: Signal<Opened>;
  readonly received: Store<Reading>;
  state: TcpState;
  /** Told when the connection is gone. */
  onClosed: (() => void) | undefined;
  /** Told when the handshake of an incoming connection is complete. */
  onEstablished: (() => void) | undefined;
  readonly #host: NetworkNamespace;
  readonly #simulation: Simulation;
  readonly #profile: TcpProfile;
  readonly #sender: TcpSender;
  readonly #receiver: TcpReceiver;
  #peerSegment = 536;
  /** Where the sequence numbers of both sides begin. */
  readonly #base: number;
  #peerBase = 0;
  #peerClockMs = 0;
  #roundTripNs = 0;
  #sentAtNs = 0;
  #tries = 0;
  #timer: EventId | undefined;
  #ackTimer: EventId | undefined;
  /** While a program's call holds the socket, what arrives waits here. */
  #backlog: (() => void)[] | undefined;
  #segmentLimitChanged = false;

  constructor(
    host: NetworkNamespace,
    profile: TcpProfile,
    ends: Ends,
    state: "SYN_SENT" | "SYN_RECEIVED",
  ) {
    this.#host = host;
    this.#simulation = host.simulation;
    this.#profile = profile;
    this.#sender = new TcpSender(profile);
    this.#receiver = new TcpReceiver(profile);
    this.ends = ends;
    this.#base = initialSequence(ends);
    this.state = state;
    this.opened = new Signal(`${host.name} connects`, { latched: true });
    this.received = new Store(`${host.name} reads`);
  }

  /** Sends the first SYN. */
  open(): void {
    this.#sender.next = 1;
    this.#handshake();
  }

  /** Answers a SYN. */
  accept(syn: TcpSegment): void {
    this.#hear(syn);
    this.#receiver.next = syn.sequence + 1;
    this.#peerSegment = syn.maximumSegment ?? 536;
    this.#sender.next = 1;
    this.#handshake();
  }

  /** Queues data and sends what may go. */
  write(text: string): void {
    this.#sender.write(text);
    this.#push();
  }

  /** Ends the sending half, after what was written. */
  close(): void {
    if (this.state === "SYN_SENT" || this.state === "SYN_RECEIVED") {
      this.#end();
      return;
    }
    if (this.#sender.finished || this.state === "CLOSED") return;
    this.#sender.finish();
    this.state = this.state === "CLOSE_WAIT" ? "LAST_ACK" : "FIN_WAIT_1";
    this.#push();
  }

  /** Throws the connection away with a reset (a socket closed with `SO_LINGER` 0). */
  abort(): void {
    if (this.state === "SYN_SENT" || this.state === "CLOSED") {
      this.#end();
      return;
    }
    this.#emit({ sequence: this.#sender.next, text: "", push: false, fin: false }, TcpFlag.RST);
    this.#end();
  }

  /** The program has read what was there: an acknowledgment that waits for it goes out. */
  hasRead(): void {
    if (this.#ackTimer !== undefined && !this.#receiver.interactive) this.#acknowledge();
  }

  receive(segment: TcpSegment): void {
    if (this.#backlog === undefined) this.#take(segment);
    else this.#backlog.push(() => this.#take(segment));
  }

  /** An ICMP error about one of our segments. */
  receiveError(type: number, code: number, mtu: number | undefined): void {
    if (type === 3 && code === 4 && mtu !== undefined) {
      this.#segmentLimitChanged = true;
      if (this.#backlog === undefined) this.#resegment();
      return;
    }
    const error = errorOfIcmp(type, code);
    // Later ones may pass: the connection goes on trying.
    if (error !== undefined && this.state === "SYN_SENT") this.#fail(error);
  }

  #handshake(): void {
    const syn = this.state === "SYN_SENT";
    const flags = syn ? TcpFlag.SYN : TcpFlag.SYN | TcpFlag.ACK;
    this.#sentAtNs = this.#simulation.now;
    this.#emit({ sequence: 0, text: "", push: false, fin: false }, flags);
    const limit = syn ? this.#profile.synRetransmissions : this.#profile.synAckRetransmissions;
    const waitNs = syn
      ? synTimeoutNs(this.#profile, this.#tries)
      : this.#profile.initialTimeoutNs * (1 << this.#tries);
    this.#restart(waitNs, () => {
      if (this.#tries >= limit) {
        this.#fail("ETIMEDOUT");
        return;
      }
      this.#tries += 1;
      this.#handshake();
    });
  }

  #take(segment: TcpSegment): void {
    if (this.state === "CLOSED") return;
    this.#hear(segment);
    const { flags } = segment;
    if ((flags & TcpFlag.RST) !== 0) {
      this.#takeReset(segment);
      return;
    }
    if (this.state === "SYN_SENT") {
      this.#takeSynAck(segment);
      return;
    }
    if ((flags & TcpFlag.SYN) !== 0) {
      if (this.state === "SYN_RECEIVED") this.#handshake();
      else this.#acknowledge();
      return;
    }
    if ((flags & TcpFlag.ACK) !== 0) this.#takeAck(segment);
    if (this.isClosed()) return;
    if (segment.payload.length > 0) this.#takeData(segment);
    if ((flags & TcpFlag.FIN) !== 0) this.#takeFin(segment);
  }

  #hear({ sequenceBase, timestampMs }: TcpSegment): void {
    this.#peerBase = sequenceBase;
    this.#peerClockMs = timestampMs;
  }

  #takeReset({ flags, acknowledgment }: TcpSegment): void {
    const ours = this.state !== "SYN_SENT";
    if (!ours && ((flags & TcpFlag.ACK) === 0 || acknowledgment !== 1)) return;
    this.#fail(ours ? "ECONNRESET" : "ECONNREFUSED");
  }

  #takeSynAck({ flags, sequence, acknowledgment, maximumSegment }: TcpSegment): void {
    const answered = (flags & TcpFlag.SYN) !== 0 && (flags & TcpFlag.ACK) !== 0;
    if (!answered || acknowledgment !== 1) return;
    this.#peerSegment = maximumSegment ?? 536;
    this.#receiver.next = sequence + 1;
    this.#established();
    this.#acknowledge();
    this.opened.fire("connected");
  }

  #established(): void {
    this.#sender.acknowledge(1, []);
    if (this.#tries === 0) this.#roundTripNs = this.#simulation.now - this.#sentAtNs;
    this.#tries = 0;
    this.state = "ESTABLISHED";
    this.#stop();
    this.#limitSegments();
  }

  #takeAck(segment: TcpSegment): void {
    if (this.state === "SYN_RECEIVED" && segment.acknowledgment >= 1) {
      this.#established();
      this.onEstablished?.();
    }
    const news = this.#sender.acknowledge(segment.acknowledgment, segment.sacked ?? []);
    if (!news) return;
    this.#tries = 0;
    if (this.#sender.inFlight) this.#watchTail();
    else this.#stop();
    if (this.#sender.finAcknowledged) this.#finArrived();
    else this.#push();
  }

  #finArrived(): void {
    if (this.state === "FIN_WAIT_1") this.state = "FIN_WAIT_2";
    else if (this.state === "CLOSING") this.#linger();
    else if (this.state === "LAST_ACK") this.#end();
  }

  #takeData(segment: TcpSegment): void {
    const { text, ack } = this.#receiver.take(segment, this.#simulation.now, this.#timeoutNs());
    if (ack === "now") this.#acknowledge();
    else if (ack === "later") this.#acknowledgeLater();
    if (text !== "") this.received.offer({ kind: "data", text });
  }

  #takeFin({ sequence, payload }: TcpSegment): void {
    const at = sequence + payload.length;
    if (at > this.#receiver.next) return;
    if (at < this.#receiver.next) {
      this.#acknowledge();
      return;
    }
    this.#receiver.next += 1;
    this.received.offer({ kind: "end" });
    if (this.state === "ESTABLISHED") {
      this.state = "CLOSE_WAIT";
      this.#receiver.interactive = true;
      this.#acknowledgeLater();
    } else if (this.state === "FIN_WAIT_1") {
      this.state = "CLOSING";
      this.#acknowledge();
    } else if (this.state === "FIN_WAIT_2") {
      this.#acknowledge();
      this.#linger();
    }
  }

  #linger(): void {
    this.state = "TIME_WAIT";
    this.#restart(TIME_WAIT_NS, () => this.#end());
  }

  #push(): void {
    if (this.state === "SYN_SENT" || this.state === "SYN_RECEIVED") return;
    const pieces = this.#sender.take();
    if (pieces.length === 0) return;
    if (pieces.length > 1) this.#hold(pieces.length);
    if (pieces.some(({ text }) => text !== "")) this.#receiver.answered(this.#simulation.now);
    for (const piece of pieces) this.#emit(piece, TcpFlag.ACK);
    this.#watchTail();
  }

  /** The call that sends several segments keeps what arrives meanwhile waiting until it returns. */
  #hold(segments: number): void {
    this.#backlog = [];
    this.#simulation.after(segments * this.#profile.sendCallNs, () => {
      const waiting = this.#backlog ?? [];
      this.#backlog = undefined;
      for (const action of waiting) action();
      this.#resegment();
    });
  }

  /** Sends again, in smaller segments, what is too large for a path that has just become known. */
  #resegment(): void {
    if (!this.#segmentLimitChanged || this.isClosed()) return;
    this.#segmentLimitChanged = false;
    const before = this.#sender.segmentBytes;
    this.#limitSegments();
    if (this.#sender.segmentBytes >= before || !this.#sender.inFlight) return;
    for (const piece of this.#sender.lost()) this.#emit(piece, TcpFlag.ACK);
    this.#watchTail();
  }

  #limitSegments(): void {
    const { remoteAddress, localAddress } = this.ends;
    const header = ipHeaderBytes(localAddress) + HEADER_BYTES;
    const path = this.#host.pathMtu(remoteAddress) - header;
    this.#sender.segmentBytes = Math.min(path, this.#peerSegment) - TIMESTAMP_BYTES;
  }

  /** First a probe with the last segment, then time-outs with the first lost one. */
  #watchTail(): void {
    const { minTimeoutNs, tickNs } = this.#profile;
    const probeNs = 2 * this.#roundTripNs + minTimeoutNs;
    this.#restart(Math.ceil(probeNs / tickNs) * tickNs, () => {
      for (const piece of this.#sender.tail()) this.#emit(piece, TcpFlag.ACK);
      this.#awaitTimeout();
    });
  }

  #awaitTimeout(): void {
    this.#restart(this.#timeoutNs() * (1 << Math.min(this.#tries, 9)), () => {
      this.#tries += 1;
      for (const piece of this.#sender.firstLost()) this.#emit(piece, TcpFlag.ACK);
      this.#awaitTimeout();
    });
  }

  #timeoutNs(): number {
    const { minTimeoutNs, tickNs } = this.#profile;
    return Math.ceil((minTimeoutNs + this.#roundTripNs) / tickNs) * tickNs;
  }

  #acknowledge(): void {
    this.#emit({ sequence: this.#sender.next, text: "", push: false, fin: false }, TcpFlag.ACK);
  }

  #acknowledgeLater(): void {
    if (this.#ackTimer !== undefined) return;
    const delayNs = Math.max(this.#receiver.delayNs, this.#profile.delayedAckNs);
    const { now } = this.#simulation;
    const atNs = timerExpiryNs(now, delayNs, this.#profile.tickNs);
    this.#ackTimer = this.#simulation.at(atNs, () => {
      this.#ackTimer = undefined;
      this.#receiver.delayEnded();
      this.#acknowledge();
    });
  }

  #emit(piece: Piece, flags: number): void {
    const syn = (flags & TcpFlag.SYN) !== 0;
    const early = syn || piece.text !== "" ? [] : this.#receiver.early;
    const all =
      flags |
      (piece.push ? TcpFlag.PSH : 0) |
      (piece.fin ? TcpFlag.FIN | TcpFlag.ACK : 0) |
      ((flags & TcpFlag.RST) !== 0 ? TcpFlag.ACK : 0);
    const sackBytes = early.length === 0 ? 0 : 4 + 8 * Math.min(early.length, 3);
    const segment: TcpSegment = {
      kind: "tcp",
      sourcePort: this.ends.localPort,
      destinationPort: this.ends.remotePort,
      flags: all,
      sequence: piece.sequence,
      acknowledgment: (all & TcpFlag.ACK) === 0 ? 0 : this.#receiver.next,
      sequenceBase: this.#base,
      acknowledgmentBase: this.#peerBase,
      timestampMs: CLOCK_START_MS + Math.floor(this.#simulation.now / NS_PER_MS),
      echoMs: this.#peerClockMs,
      window: WINDOW,
      optionBytes: syn ? SYN_OPTION_BYTES : TIMESTAMP_BYTES + sackBytes,
      payload: piece.text,
      ...(syn ? { maximumSegment: this.#ownSegment() } : {}),
      ...(early.length === 0 ? {} : { sacked: early.slice(0, 3) }),
    };
    if ((all & TcpFlag.ACK) !== 0 && !syn) this.#acknowledged();
    this.#host.send(this.#packet(segment));
  }

  #ownSegment(): number {
    const { localAddress, remoteAddress } = this.ends;
    return (
      Math.min(this.#host.pathMtu(remoteAddress), 65_535) -
      ipHeaderBytes(localAddress) -
      HEADER_BYTES
    );
  }

  #packet(transport: TcpSegment): Packet {
    const { localAddress: source, remoteAddress: destination } = this.ends;
    return { source, destination, ttl: 64, dontFragment: true, identification: 0, transport };
  }

  #acknowledged(): void {
    this.#receiver.acknowledged();
    if (this.#ackTimer !== undefined) this.#simulation.cancel(this.#ackTimer);
    this.#ackTimer = undefined;
  }

  isClosed(): boolean {
    return this.state === "CLOSED";
  }

  #fail(error: SocketErrorCode): void {
    this.opened.fire(error);
    this.received.offer({ kind: "error", error });
    this.#end();
  }

  #restart(delayNs: number, action: () => void): void {
    this.#stop();
    const { now } = this.#simulation;
    this.#timer = this.#simulation.at(timerExpiryNs(now, delayNs, this.#profile.tickNs), action);
  }

  #stop(): void {
    if (this.#timer !== undefined) this.#simulation.cancel(this.#timer);
    this.#timer = undefined;
  }

  #end(): void {
    if (this.state === "CLOSED") return;
    this.state = "CLOSED";
    this.#stop();
    if (this.#ackTimer !== undefined) this.#simulation.cancel(this.#ackTimer);
    this.#ackTimer = undefined;
    this.onClosed?.();
  }
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
