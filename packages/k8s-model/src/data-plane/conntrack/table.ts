import {
  type ConntrackTimeouts,
  KUBE_PROXY_TIMEOUTS,
  type SCTPState,
  type TCPState,
} from "./timeouts.ts";

/** Addresses and ports of one direction; addresses as text, without the port. */
export interface FlowTuple {
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

/** What a packet of a tracked connection is, as far as tracking cares. */
export type PacketKind = "first" | "answer" | "data" | "fin" | "fin-ack" | "last-ack" | "reset";

/** One tracked connection. */
export interface ConntrackEntry {
  readonly original: FlowTuple;
  /** What answers look like: from the endpoint, to the address that it was given as the source. */
  readonly reply: FlowTuple;
  state: TCPState | SCTPState | "unreplied" | "replied" | "stream";
  /** An answer was seen and the connection stands: such entries are not pushed out early. */
  assured: boolean;
  readonly startedNs: number;
  expiresNs: number;
}

export interface ConntrackOptions {
  readonly max: number;
  readonly timeouts?: ConntrackTimeouts;
}

const UDP_STREAM_AFTER_NS = 2_000_000_000;

/**
 * Connection tracking of one node: what is translated stays translated, whatever rules and endpoints
 * become. Full means that first packets of new connections are dropped, unless an entry without an
 * answer can be pushed out (the kernel looks at a few hash buckets for one, this table at all).
 */
export class ConntrackTable {
  readonly #max: number;
  readonly #timeouts: ConntrackTimeouts;
  /** By both directions. */
  readonly #entries = new Map<string, ConntrackEntry>();
  #count = 0;
  /** First packets dropped for want of room. */
  dropped = 0;
  /** Entries pushed out before their time. */
  earlyDropped = 0;

  constructor({ max, timeouts = KUBE_PROXY_TIMEOUTS }: ConntrackOptions) {
    this.#max = max;
    this.#timeouts = timeouts;
  }

  /** Entries, those included that are over but not yet swept. */
  get size(): number {
    return this.#count;
  }

  /** The entry of a packet, in whichever direction it goes. */
  find(tuple: FlowTuple, nowNs: number): ConntrackEntry | undefined {
    const entry = this.#entries.get(keyOf(tuple));
    if (entry === undefined) return undefined;
    if (entry.expiresNs > nowNs) return entry;
    this.delete(entry);
    return undefined;
  }

  /** Enters a first packet; undefined where the table is full: the packet is dropped. */
  open(original: FlowTuple, reply: FlowTuple, nowNs: number): ConntrackEntry | undefined {
    if (this.#count >= this.#max) this.sweep(nowNs);
    if (this.#count >= this.#max && !this.#dropEarly()) {
      this.dropped++;
      return undefined;
    }
    const state = original.protocol === "UDP" ? "unreplied" : firstState(original.protocol);
    const entry: ConntrackEntry = {
      original,
      reply,
      state,
      assured: false,
      startedNs: nowNs,
      expiresNs: nowNs + this.#timeoutNs(original.protocol, state),
    };
    this.#entries.set(keyOf(original), entry);
    this.#entries.set(keyOf(reply), entry);
    this.#count++;
    return entry;
  }

  /** A further packet: the state goes on and the time-out starts anew. */
  packet(entry: ConntrackEntry, kind: PacketKind, nowNs: number): void {
    const { protocol } = entry.original;
    if (protocol === "UDP") {
      if (kind === "answer" || entry.state !== "unreplied") {
        const old = nowNs - entry.startedNs > UDP_STREAM_AFTER_NS;
        entry.state = old || entry.state === "stream" ? "stream" : "replied";
        entry.assured = entry.state === "stream";
      }
    } else {
      const next = protocol === "TCP" ? nextTCP(entry.state as TCPState, kind) : nextSCTP(kind);
      entry.state = next;
      if (next === "established") entry.assured = true;
    }
    entry.expiresNs = nowNs + this.#timeoutNs(protocol, entry.state);
  }

  delete(entry: ConntrackEntry): void {
    if (!this.#entries.delete(keyOf(entry.original))) return;
    this.#entries.delete(keyOf(entry.reply));
    this.#count--;
  }

  /** Deletes the entries that a rule picks; returns how many. */
  deleteWhere(picks: (entry: ConntrackEntry) => boolean): number {
    const before = this.#count;
    for (const entry of this.entries()) if (picks(entry)) this.delete(entry);
    return before - this.#count;
  }

  /** Deletes what is over. */
  sweep(nowNs: number): void {
    this.deleteWhere(({ expiresNs }) => expiresNs <= nowNs);
  }

  /** Every entry once, oldest first. */
  *entries(): Iterable<ConntrackEntry> {
    for (const [key, entry] of this.#entries) if (key === keyOf(entry.original)) yield entry;
  }

  #dropEarly(): boolean {
    for (const entry of this.entries()) {
      if (entry.assured) continue;
      this.delete(entry);
      this.earlyDropped++;
      return true;
    }
    return false;
  }

  #timeoutNs(protocol: FlowTuple["protocol"], state: ConntrackEntry["state"]): number {
    const { tcp, sctp, udpNs, udpStreamNs } = this.#timeouts;
    if (protocol === "UDP") return state === "stream" ? udpStreamNs : udpNs;
    return protocol === "TCP" ? tcp[state as TCPState] : sctp[state as SCTPState];
  }
}

function firstState(protocol: "TCP" | "SCTP"): TCPState | SCTPState {
  return protocol === "TCP" ? "syn-sent" : "cookie-wait";
}

function nextTCP(state: TCPState, kind: PacketKind): TCPState {
  switch (kind) {
    case "first":
      return state === "time-wait" || state === "close" ? "syn-sent" : state;
    case "answer":
      return state === "syn-sent" ? "syn-recv" : state;
    case "data":
      return state === "syn-recv" ? "established" : state;
    case "fin":
      // The second one comes from the other side.
      return state === "fin-wait" || state === "close-wait" ? "last-ack" : "fin-wait";
    case "fin-ack":
      return state === "fin-wait" ? "close-wait" : state;
    case "last-ack":
      return "time-wait";
    case "reset":
      return "close";
  }
}

function nextSCTP(kind: PacketKind): SCTPState {
  switch (kind) {
    case "first":
    case "answer":
      return "cookie-wait";
    case "data":
      return "established";
    case "reset":
      return "closed";
    default:
      return "shutdown";
  }
}

function keyOf({ protocol, source, sourcePort, destination, destinationPort }: FlowTuple): string {
  return `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort}`;
}
