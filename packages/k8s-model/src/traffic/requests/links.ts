import { TrafficInputError } from "../traffic-input-error.ts";
import { widened } from "./call-table.ts";
import type { ConnectionTable } from "./connection-table.ts";

export interface LinkSpeeds {
  /** By [sender's zone × zones + receiver's zone]; absent: no limit. */
  readonly zonePairs: readonly number[] | undefined;
  /** Of each node's network interface, each way; absent: no limit. */
  readonly node: number | undefined;
}

/**
 * Links from zone to zone and interfaces of nodes, each with a bandwidth: bytes leave one after another in
 * the order in which they came (FIFO), so that a busy link delays whatever follows. With Poisson
 * arrivals and equal sizes the wait is that of an M/D/1 queue. What stays on a node passes neither.
 *
 * A message passes the sender's interface, the link of the zones and the receiver's interface one after
 * another, its first byte before its last has come (cut-through); places in the later two lines are given
 * in the order of sending. Times must be given in order.
 */
export class Links {
  readonly #table: ConnectionTable;
  readonly #zones: number;
  readonly #zoneNsPerByte: Float64Array;
  readonly #zoneFreeAt: Float64Array;
  /** 0: without limit. */
  readonly #nodeNsPerByte: number;
  #outFreeAt: Float64Array = new Float64Array(0);
  #inFreeAt: Float64Array = new Float64Array(0);

  constructor({ zonePairs, node }: LinkSpeeds, zones: number, table: ConnectionTable) {
    const speeds = zonePairs ?? Array<number>(zones * zones).fill(Number.POSITIVE_INFINITY);
    checkSpeeds(speeds, zones, node);
    this.#table = table;
    this.#zones = zones;
    this.#zoneNsPerByte = Float64Array.from(speeds, (rate) => 1e9 / rate);
    this.#zoneFreeAt = new Float64Array(speeds.length);
    this.#nodeNsPerByte = node === undefined ? 0 : 1e9 / node;
  }

  /** Puts a request on a connection's way now: how long until its last byte has left the last link, ns. */
  request(connection: number, bytes: number, nowNs: number): number {
    const { callerZone, backendZone, callerNode, backendNode } = this.#table;
    const pair =
      (callerZone[connection] as number) * this.#zones + (backendZone[connection] as number);
    if (this.#nodeNsPerByte === 0) return this.#overZones(pair, bytes, nowNs) - nowNs;
    const from = callerNode[connection] as number;
    return this.#overNodes(from, backendNode[connection] as number, pair, bytes, nowNs);
  }

  /** The same for an answer. */
  answer(connection: number, bytes: number, nowNs: number): number {
    const { callerZone, backendZone, callerNode, backendNode } = this.#table;
    const pair =
      (backendZone[connection] as number) * this.#zones + (callerZone[connection] as number);
    if (this.#nodeNsPerByte === 0) return this.#overZones(pair, bytes, nowNs) - nowNs;
    const from = backendNode[connection] as number;
    return this.#overNodes(from, callerNode[connection] as number, pair, bytes, nowNs);
  }

  #overZones(pair: number, bytes: number, atNs: number): number {
    const startNs = Math.max(atNs, this.#zoneFreeAt[pair] as number);
    const doneNs = startNs + bytes * (this.#zoneNsPerByte[pair] as number);
    this.#zoneFreeAt[pair] = doneNs;
    return doneNs;
  }

  #overNodes(from: number, to: number, pair: number, bytes: number, nowNs: number): number {
    if (from === to) return this.#overZones(pair, bytes, nowNs) - nowNs;
    this.#reserve(Math.max(from, to) + 1);
    const ownNs = bytes * this.#nodeNsPerByte;
    const outNs = passed(this.#outFreeAt, from, ownNs, nowNs, nowNs);
    const zoneNs = bytes * (this.#zoneNsPerByte[pair] as number);
    const linkNs = passed(this.#zoneFreeAt, pair, zoneNs, outNs - ownNs, outNs);
    const slowestNs = Math.max(ownNs, zoneNs);
    return passed(this.#inFreeAt, to, ownNs, linkNs - slowestNs, linkNs) - nowNs;
  }

  #reserve(nodes: number): void {
    if (nodes <= this.#outFreeAt.length) return;
    this.#outFreeAt = widened(this.#outFreeAt, new Float64Array(2 * nodes));
    this.#inFreeAt = widened(this.#inFreeAt, new Float64Array(2 * nodes));
  }
}

/**
 * Passes a line that takes `ownNs`: begins with the first byte (`firstNs`) at the earliest, and ends
 * not before the last one has come (`lastNs`).
 */
function passed(
  freeAt: Float64Array,
  line: number,
  ownNs: number,
  firstNs: number,
  lastNs: number,
): number {
  if (line < 0) return lastNs;
  const doneNs = Math.max(Math.max(firstNs, freeAt[line] as number) + ownNs, lastNs);
  freeAt[line] = doneNs;
  return doneNs;
}

function checkSpeeds(zonePairs: readonly number[], zones: number, node: number | undefined): void {
  if (zonePairs.length !== zones * zones) {
    throw new TrafficInputError(
      "link-count",
      `${zones} zones have ${zones * zones} links, and ${zonePairs.length} bandwidths were given.`,
      "give one for every ordered pair of zones, Infinity where there is no limit",
    );
  }
  zonePairs.forEach((rate, pair) => {
    if (rate > 0) return;
    throw new TrafficInputError(
      "link-bandwidth",
      `Link ${pair} (from zone ${Math.floor(pair / zones)} to zone ${pair % zones}) has ${rate} bytes per second.`,
      "give a bandwidth above 0, Infinity where there is no limit",
    );
  });
  if (node === undefined || node > 0) return;
  throw new TrafficInputError(
    "link-bandwidth",
    `The network interface of a node has ${node} bytes per second.`,
    "give a bandwidth above 0, or leave it out where there is no limit",
  );
}
