import { isIcmp, isIcmpError, type Packet, TcpFlag, type Transport } from "../wire/index.ts";
import { type SctpTrackingState, sctpStep } from "./sctp-tracking.ts";
import { type TcpTrackingState, tcpStep } from "./tcp-tracking.ts";
import {
  connectionText,
  type Direction,
  type TrackedConnection,
  type TrackingEvent,
} from "./tracked-connection.ts";
import { TRACKING_TIMEOUTS, type TrackingTimeouts } from "./tracking-timeouts.ts";
import { inverted, type Tuple, tupleKey, tupleOf } from "./tuple.ts";

/** The connection that a packet belongs to, as rules ask for it (`ctstate`). */
export interface Tracking {
  readonly connection: TrackedConnection;
  readonly direction: Direction;
  readonly state: "NEW" | "ESTABLISHED" | "RELATED";
}

/** A packet that fits no connection and opens none. */
export type TrackingResult = Tracking | "invalid" | "untracked";

const NS_PER_SECOND = 1_000_000_000;
const STREAM_AFTER_NS = 2 * NS_PER_SECOND;
const MAX_RETRANSMISSIONS = 3;

/**
 * A network namespace's table of connections (`nf_conntrack`): states, timeouts, translations, events.
 *
 * An entry is made by a connection's first packet and put into the table only when that packet gets
 * through all rules. Expired entries are gone for everybody at once; the kernel's collector, which
 * reports them some time later, is not modelled. Window checks of TCP are left out.
 */
export class ConnectionTracking {
  readonly timeouts: TrackingTimeouts;
  readonly #now: () => number;
  readonly #table = new Map<string, { connection: TrackedConnection; direction: Direction }>();
  #listeners: ((event: TrackingEvent) => void)[] = [];

  constructor(now: () => number, timeouts: TrackingTimeouts = TRACKING_TIMEOUTS) {
    this.#now = now;
    this.timeouts = timeouts;
  }

  /** Tells every event from here on. */
  listen(listener: (event: TrackingEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** Entries in the table, in the order in which they were confirmed. */
  connections(): readonly TrackedConnection[] {
    const found: TrackedConnection[] = [];
    for (const { connection, direction } of this.#table.values()) {
      if (direction === "original" && this.#isAlive(connection)) found.push(connection);
    }
    return found;
  }

  /** The table as `conntrack -L` lists it: remaining seconds, states, both directions. */
  list(): readonly string[] {
    const now = this.#now();
    return this.connections().map((one) => connectionText(one, one.expiresNs - now));
  }

  /** Whether a direction is taken already: answers could not be told apart. */
  isTaken(reply: Tuple): boolean {
    return this.#find(reply) !== undefined;
  }

  /** Finds or makes the packet's connection and takes it a step further. */
  track(packet: Packet): TrackingResult {
    const { transport } = packet;
    if (isIcmp(transport) && isIcmpError(transport)) {
      return this.#related(transport.quoted?.packet) ?? "invalid";
    }
    const tuple = tupleOf(packet);
    if (tuple === undefined) return "untracked";
    const found = this.#find(tuple);
    if (found === undefined) return this.#open(tuple, packet);
    const { connection, direction } = found;
    if (!this.#advance(connection, direction, transport))
      return this.#reopened(tuple, packet, found);
    if (direction === "reply" && !connection.seenReply) {
      connection.seenReply = true;
      connection.changed = true;
    }
    const answered = direction === "reply" || connection.seenReply;
    return { connection, direction, state: answered ? "ESTABLISHED" : "NEW" };
  }

  /** The packet got through: its connection enters the table, what changed is told. */
  confirm({ connection, direction }: Tracking): void {
    if (connection.dead) return;
    if (!connection.confirmed) {
      // An error about a first packet does not open its connection.
      if (direction === "reply") return;
      connection.confirmed = true;
      connection.changed = false;
      const { original, reply } = connection;
      connection.expiresNs = this.#now() + connection.timeoutNs;
      this.#table.set(tupleKey(original), { connection, direction: "original" });
      this.#table.set(tupleKey(reply), { connection, direction: "reply" });
      this.#tell("NEW", connection);
    } else if (connection.changed) {
      connection.changed = false;
      this.#tell("UPDATE", connection);
    }
  }

  /** Forgets everything, as a node that starts anew does. */
  clear(): void {
    for (const connection of this.connections()) this.delete(connection, "expired");
  }

  /** Takes an entry out, as kube-proxy's cleaner does. */
  delete(connection: TrackedConnection, cause: "kube-proxy" | "reset" | "expired"): void {
    if (!connection.confirmed || connection.dead) return;
    connection.dead = true;
    this.#table.delete(tupleKey(connection.original));
    this.#table.delete(tupleKey(connection.reply));
    this.#tell("DESTROY", connection, cause);
  }

  #tell(
    kind: TrackingEvent["kind"],
    connection: TrackedConnection,
    cause?: "kube-proxy" | "reset" | "expired",
  ): void {
    if (this.#listeners.length === 0) return;
    const text = connectionText(connection, connection.timeoutNs);
    const event = {
      atNs: this.#now(),
      kind,
      text,
      connection,
      ...(cause === undefined ? {} : { cause }),
    };
    for (const listener of this.#listeners) listener(event);
  }

  #isAlive(connection: TrackedConnection): boolean {
    if (connection.dead) return false;
    if (connection.expiresNs > this.#now()) return true;
    this.delete(connection, "expired");
    return false;
  }

  #find(tuple: Tuple): { connection: TrackedConnection; direction: Direction } | undefined {
    const found = this.#table.get(tupleKey(tuple));
    return found !== undefined && this.#isAlive(found.connection) ? found : undefined;
  }

  #related(quoted: Packet | undefined): Tracking | undefined {
    const inner = quoted === undefined ? undefined : tupleOf(quoted);
    const found = inner === undefined ? undefined : this.#find(inverted(inner));
    return found === undefined ? undefined : { ...found, state: "RELATED" };
  }

  #open(tuple: Tuple, { transport }: Packet): TrackingResult {
    const connection: TrackedConnection = {
      original: tuple,
      reply: inverted(tuple),
      confirmed: false,
      dead: false,
      sourceTranslated: false,
      destinationTranslated: false,
      sourceSettled: false,
      destinationSettled: false,
      seenReply: false,
      assured: false,
      state: transport.kind === "tcp" ? "NONE" : transport.kind === "sctp" ? "CLOSED" : undefined,
      timeoutNs: 0,
      expiresNs: Number.POSITIVE_INFINITY,
      streamFromNs: this.#now() + STREAM_AFTER_NS,
      lastSegment: "",
      retransmissions: 0,
      changed: false,
    };
    if (isIcmp(transport) && transport.type !== 8 && transport.type !== 128) return "invalid";
    if (!this.#advance(connection, "original", transport)) return "invalid";
    return { connection, direction: "original", state: "NEW" };
  }

  /** A SYN after the end of a connection with the same ends starts a new one. */
  #reopened(
    tuple: Tuple,
    packet: Packet,
    { connection }: { connection: TrackedConnection },
  ): TrackingResult {
    const { transport } = packet;
    const fresh = transport.kind === "tcp" && transport.flags === TcpFlag.SYN;
    const over = connection.state === "TIME_WAIT" || connection.state === "CLOSE";
    if (!fresh || !over) return "invalid";
    this.delete(connection, "expired");
    return this.#open(tuple, packet);
  }

  /** False where the packet does not fit the connection's state. */
  #advance(connection: TrackedConnection, direction: Direction, transport: Transport): boolean {
    switch (transport.kind) {
      case "tcp":
        return this.#advanceTcp(connection, direction, transport);
      case "udp":
        this.#advanceUdp(connection, direction);
        return true;
      case "sctp": {
        const before = connection.state as SctpTrackingState;
        const state = sctpStep(before, direction, transport);
        if (state !== before) connection.changed = true;
        if (state === "ESTABLISHED" && direction === "reply") connection.assured = true;
        connection.state = state;
        this.#refresh(connection, this.timeouts.sctpNs[state]);
        return true;
      }
      default:
        this.#refresh(connection, this.timeouts.icmpNs);
        return true;
    }
  }

  #advanceTcp(
    connection: TrackedConnection,
    direction: Direction,
    segment: Transport & { kind: "tcp" },
  ): boolean {
    const before = connection.state as TcpTrackingState;
    const over = before === "TIME_WAIT" || before === "CLOSE";
    if (segment.flags === TcpFlag.SYN && over && direction === "original") return false;
    const step = tcpStep(before, direction, segment);
    if (step === "invalid") return false;
    if (step === "ignore") return true;
    const fruitless = before === "SYN_SENT" && step === before && !connection.seenReply;
    // A SYN sent again does not prolong the entry: nobody may have answered for good.
    if (fruitless && direction === "original") return true;
    connection.state = step;
    if (step !== before) connection.changed = true;
    const reset = (segment.flags & TcpFlag.RST) !== 0;
    // A first answer that is a reset: nothing was ever open.
    if (reset && direction === "reply" && !connection.seenReply) {
      this.delete(connection, "reset");
      return true;
    }
    const seen = `${direction} ${segment.flags} ${segment.sequence} ${segment.payload.length}`;
    const again = seen === connection.lastSegment && segment.payload.length > 0;
    connection.retransmissions = again ? connection.retransmissions + 1 : 0;
    connection.lastSegment = seen;
    const established = before === "SYN_RECV" || before === "ESTABLISHED";
    if (established && step === "ESTABLISHED" && !connection.assured && connection.seenReply) {
      connection.assured = true;
      connection.changed = true;
    }
    let timeoutNs = this.timeouts.tcpNs[step];
    if (connection.retransmissions >= MAX_RETRANSMISSIONS) {
      timeoutNs = Math.min(timeoutNs, this.timeouts.tcpMaxRetransNs);
    }
    this.#refresh(connection, timeoutNs);
    return true;
  }

  #advanceUdp(connection: TrackedConnection, direction: Direction): void {
    const { udpNs, udpStreamNs } = this.timeouts;
    // The first answer itself counts as not yet answered.
    const answered = connection.seenReply || direction === "reply";
    const stream = answered && connection.seenReply && this.#now() > connection.streamFromNs;
    if (stream && !connection.assured) {
      connection.assured = true;
      connection.changed = true;
    }
    this.#refresh(connection, stream ? udpStreamNs : udpNs);
  }

  #refresh(connection: TrackedConnection, timeoutNs: number): void {
    connection.timeoutNs = timeoutNs;
    if (connection.confirmed) connection.expiresNs = this.#now() + timeoutNs;
  }
}
