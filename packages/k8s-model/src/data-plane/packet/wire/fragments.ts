import {
  FRAGMENT_HEADER_BYTES,
  ipHeaderBytes,
  isIPv6,
  type Packet,
  packetBytes,
} from "./packet.ts";

/**
 * Cuts a packet into pieces that fit, the way a router or host does where DF is not set. Of IPv6 only
 * the sender may do so.
 */
export function fragmentsOf(packet: Packet, mtu: number): readonly Packet[] {
  const extra = isIPv6(packet.source) ? FRAGMENT_HEADER_BYTES : 0;
  const header = ipHeaderBytes(packet.source) + extra;
  const total = packetBytes(packet) - header + (packet.fragment === undefined ? extra : 0);
  const room = Math.max(8, Math.floor((mtu - header) / 8) * 8);
  const base = packet.fragment?.offset ?? 0;
  const moreFollow = packet.fragment?.more ?? false;
  const pieces: Packet[] = [];
  for (let offset = 0; offset < total; offset += room) {
    const bytes = Math.min(room, total - offset);
    const more = moreFollow || offset + bytes < total;
    pieces.push({ ...packet, fragment: { offset: base + offset, bytes, more } });
  }
  return pieces;
}

const KEEP_NS = 30 * 1_000_000_000;

interface Parts {
  readonly sinceNs: number;
  readonly pieces: Map<number, { readonly bytes: number; readonly more: boolean }>;
}

/** Puts fragments together again; what stays incomplete for 30 s is forgotten. */
export class Reassembly {
  readonly #open = new Map<string, Parts>();

  /** The whole packet with its last missing piece, undefined before. */
  add(packet: Packet, nowNs: number): Packet | undefined {
    const { fragment, ...whole } = packet;
    if (fragment === undefined) return packet;
    for (const [key, { sinceNs }] of this.#open) {
      if (nowNs - sinceNs > KEEP_NS) this.#open.delete(key);
    }
    const { source, destination, identification, transport } = packet;
    const key = `${source} ${destination} ${transport.kind} ${identification}`;
    const parts = this.#open.get(key) ?? { sinceNs: nowNs, pieces: new Map() };
    this.#open.set(key, parts);
    parts.pieces.set(fragment.offset, fragment);
    if (!isComplete(parts)) return undefined;
    this.#open.delete(key);
    return whole;
  }
}

function isComplete({ pieces }: Parts): boolean {
  let offset = 0;
  for (;;) {
    const piece = pieces.get(offset);
    if (piece === undefined) return false;
    if (!piece.more) return true;
    offset += piece.bytes;
  }
}
