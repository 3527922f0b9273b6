import { Signal, type Simulation, Store } from "@k8s-netsim/sim-core";
import { TcpFlag, type TcpSegment } from "../wire/index.ts";
import { DelayedAck } from "./delayed-ack.ts";
import type { IcmpErrorKind } from "./icmp-errors.ts";
import type { NetworkNamespace } from "./network-namespace.ts";
import { againText } from "./retransmission-text.ts";
import { SocketBacklog } from "./socket-backlog.ts";
import type { Ends } from "./socket-ends.ts";
import { errorOfIcmp, type Reading, type SocketErrorCode } from "./socket-error.ts";
import { TcpOutput } from "./tcp-output.ts";
import { synTimeoutNs, type TcpProfile, timeoutNs } from "./tcp-profile.ts";
import { TcpReceiver } from "./tcp-receiver.ts";
import { bare, type Piece, TcpSender } from "./tcp-sender.ts";
import { DEFAULT_SEGMENT, type Opened, type TcpState, TIME_WAIT_NS } from "./tcp-state.ts";
import { KernelTimer } from "./timer-wheel.ts";

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
  readonly #output: TcpOutput;
  #peerSegment: number = DEFAULT_SEGMENT;
  #roundTripNs = 0;
  #sentAtNs = 0;
  #tries = 0;
  readonly #timer: KernelTimer;
  readonly #delayedAck: DelayedAck;
  readonly #backlog = new SocketBacklog();
  #segmentLimitChanged = false;
  /** No program has the connection any more: data that come are answered with a reset. */
  #orphaned = false;

  constructor(
    host: NetworkNamespace,
    profile: TcpProfile,
    ends: Ends,
    state: "SYN_SENT" | "SYN_RECEIVED",
  ) {
    this.#host = host;
    this.#simulation = host.simulation;
    this.#profile = profile;
    this.#timer = new KernelTimer(this.#simulation, profile.tickNs);
    this.#sender = new TcpSender(profile);
    this.#receiver = new TcpReceiver(profile);
    this.ends = ends;
    this.#output = new TcpOutput(host, ends, this.#receiver);
    this.#delayedAck = new DelayedAck(this.#simulation, profile, this.#receiver, () => {
      this.#acknowledge();
    });
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
    this.#output.hear(syn);
    this.#learn(syn);
    this.#sender.next = 1;
    this.#handshake();
  }

  /** Queues data and sends what may go. */
  write(text: string): void {
    if (this.isEnding()) return;
    this.#sender.write(text);
    this.#push();
  }

  /** Ends the sending half, after what was written. */
  close(): void {
    if (this.#isOpening()) this.#end();
    if (this.isEnding()) return;
    this.#sender.finish();
    this.state = this.state === "CLOSE_WAIT" ? "LAST_ACK" : "FIN_WAIT_1";
    this.#push();
  }

  /** Throws the connection away with a reset (a socket closed with `SO_LINGER` 0). */
  abort(): void {
    const isOpen = this.state !== "SYN_SENT" && this.state !== "CLOSED";
    if (isOpen) this.#emit(bare(this.#sender.next), TcpFlag.RST);
    this.#end();
  }

  /** Whether this side has said its goodbye, or the connection is over. */
  isEnding(): boolean {
    return this.#sender.finished || this.isClosed();
  }

  /**
   * The program is gone: a FIN, or a reset where data came that nobody has read. Whatever comes later
   * finds no socket.
   */
  end(): void {
    this.#orphaned = true;
    if (this.received.size > 0 || this.#isOpening()) this.abort();
    else this.close();
  }

  /** The program has read what was there: an acknowledgment that waits for it goes out. */
  hasRead(): void {
    if (this.#delayedAck.isPending && !this.#receiver.interactive) this.#acknowledge();
  }

  receive(segment: TcpSegment): void {
    this.#backlog.take(() => this.#take(segment));
  }

  /** An ICMP error about one of our segments. */
  receiveError(kind: IcmpErrorKind | undefined): void {
    if (kind === "too-big") {
      this.#segmentLimitChanged = true;
      if (!this.#backlog.isHeld) this.#resegment();
      return;
    }
    const error = errorOfIcmp(kind);
    // Later ones may pass: the connection goes on trying.
    if (error !== undefined && this.state === "SYN_SENT") this.#fail(error);
  }

  #handshake(): void {
    const syn = this.state === "SYN_SENT";
    const flags = syn ? TcpFlag.SYN : TcpFlag.SYN | TcpFlag.ACK;
    this.#sentAtNs = this.#simulation.now;
    this.#emit(bare(0), flags);
    const limit = syn ? this.#profile.synRetransmissions : this.#profile.synAckRetransmissions;
    const waitNs = syn
      ? synTimeoutNs(this.#profile, this.#tries)
      : this.#profile.initialTimeoutNs * (1 << this.#tries);
    this.#timer.start(waitNs, () => {
      if (this.#tries >= limit) return this.#fail("ETIMEDOUT");
      this.#tries += 1;
      this.#host.explain?.(againText(syn ? "SYN" : "SYN and ACK", this.#tries));
      this.#handshake();
    });
  }

  #take(segment: TcpSegment): void {
    if (this.state === "CLOSED") return;
    this.#output.hear(segment);
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
    if (!this.isClosed() && (flags & TcpFlag.FIN) !== 0) this.#takeFin(segment);
  }

  #takeReset({ flags, acknowledgment }: TcpSegment): void {
    const ours = this.state !== "SYN_SENT";
    if (!ours && ((flags & TcpFlag.ACK) === 0 || acknowledgment !== 1)) return;
    this.#fail(ours ? "ECONNRESET" : "ECONNREFUSED");
  }

  #takeSynAck(segment: TcpSegment): void {
    const { flags, acknowledgment } = segment;
    const answered = (flags & TcpFlag.SYN) !== 0 && (flags & TcpFlag.ACK) !== 0;
    if (!answered || acknowledgment !== 1) return;
    this.#learn(segment);
    this.#established();
    this.#acknowledge();
    this.opened.fire("connected");
  }

  /** What a SYN tells of its sender. */
  #learn({ sequence, maximumSegment = DEFAULT_SEGMENT }: TcpSegment): void {
    this.#peerSegment = maximumSegment;
    this.#receiver.next = sequence + 1;
  }

  #established(): void {
    this.#sender.acknowledge(1, []);
    if (this.#tries === 0) this.#roundTripNs = this.#simulation.now - this.#sentAtNs;
    this.#tries = 0;
    this.state = "ESTABLISHED";
    this.#timer.stop();
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
    else this.#timer.stop();
    if (this.#sender.finAcknowledged) this.#finArrived();
    else this.#push();
  }

  #finArrived(): void {
    if (this.state === "FIN_WAIT_1") this.state = "FIN_WAIT_2";
    else if (this.state === "CLOSING") this.#linger();
    else if (this.state === "LAST_ACK") this.#end();
  }

  #takeData(segment: TcpSegment): void {
    if (this.#orphaned) {
      this.#host.explain?.("nobody is left to read this: reset");
      this.abort();
      return;
    }
    const { text, ack } = this.#receiver.take(
      segment,
      this.#simulation.now,
      timeoutNs(this.#profile, this.#roundTripNs),
    );
    if (ack === "now") this.#acknowledge();
    else if (ack === "later") this.#delayedAck.start();
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
      this.#delayedAck.start();
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
    this.#timer.start(TIME_WAIT_NS, () => this.#end());
  }

  #push(): void {
    if (this.#isOpening()) return;
    const pieces = this.#sender.take();
    if (pieces.length === 0) return;
    if (pieces.length > 1) {
      const callNs = pieces.length * this.#profile.sendCallNs;
      this.#backlog.hold(this.#simulation, callNs, () => this.#resegment());
    }
    if (pieces.some(({ text }) => text !== "")) this.#receiver.answered(this.#simulation.now);
    for (const piece of pieces) this.#emit(piece, TcpFlag.ACK);
    this.#watchTail();
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
    this.#sender.segmentBytes = this.#output.segmentBytes(this.#peerSegment);
  }

  /** First a probe with the last segment, then time-outs with the first lost one. */
  #watchTail(): void {
    this.#timer.start(timeoutNs(this.#profile, 2 * this.#roundTripNs), () => {
      for (const piece of this.#sender.tail()) this.#emit(piece, TcpFlag.ACK);
      this.#awaitTimeout();
    });
  }

  #awaitTimeout(): void {
    const doublings = 1 << Math.min(this.#tries, 9);
    this.#timer.start(timeoutNs(this.#profile, this.#roundTripNs) * doublings, () => {
      if (this.#tries >= this.#profile.retransmissions) return this.#fail("ETIMEDOUT");
      this.#tries += 1;
      this.#host.explain?.(againText("data", this.#tries));
      for (const piece of this.#sender.firstLost()) this.#emit(piece, TcpFlag.ACK);
      this.#awaitTimeout();
    });
  }

  #acknowledge(): void {
    this.#emit(bare(this.#sender.next), TcpFlag.ACK);
  }

  #emit(piece: Piece, flags: number): void {
    if (this.#output.send(piece, flags)) this.#delayedAck.done();
  }

  isClosed(): boolean {
    return this.state === "CLOSED";
  }

  #isOpening(): boolean {
    return this.state === "SYN_SENT" || this.state === "SYN_RECEIVED";
  }

  #fail(error: SocketErrorCode): void {
    this.opened.fire(error);
    this.received.offer({ kind: "error", error });
    this.#end();
  }

  #end(): void {
    if (this.state === "CLOSED") return;
    this.state = "CLOSED";
    this.#timer.stop();
    this.#delayedAck.stop();
    this.onClosed?.();
  }
}
