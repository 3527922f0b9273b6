/** Streams that a proxy watches. */
export const SERVICES = 0;
export const ENDPOINTS = 1;
export const STREAMS = 2;

/** Stands for "no run in progress". */
export const IDLE = -1;
/** Stands for the rank of a node without a connection. */
export const UNCONNECTED = -1;
const NEVER = Number.POSITIVE_INFINITY;

/**
 * The state of every node's proxy, a number each in typed arrays: about 220 bytes a node.
 *
 * Arrays with two entries a node hold one per stream, at `node × STREAMS + stream`. Positions are
 * counts of versions; times are in ns.
 */
export class ProxyNodes {
  /** Versions that runs have taken up, those that were there before the last run, those in force. */
  covered: Float64Array<ArrayBuffer> = new Float64Array(0);
  coveredBefore: Float64Array<ArrayBuffer> = new Float64Array(0);
  inForce: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** Versions known by the last list, and those heard of before the connection was lost. */
  listed: Float64Array<ArrayBuffer> = new Float64Array(0);
  heard: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** Bytes of the stream before the versions that this watch has sent. */
  bytesBefore: Float64Array<ArrayBuffer> = new Float64Array(0);
  listedNs: Float64Array<ArrayBuffer> = new Float64Array(0);
  runStartNs: Float64Array<ArrayBuffer> = new Float64Array(0);
  runEndNs: Float64Array<ArrayBuffer> = new Float64Array(0);
  pauseEndNs: Float64Array<ArrayBuffer> = new Float64Array(0);
  timerNs: Float64Array<ArrayBuffer> = new Float64Array(0);
  lastFullNs: Float64Array<ArrayBuffer> = new Float64Array(0);
  startedNs: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** When the connection was lost; infinite while there is one. */
  lostNs: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** How far the node's clock is ahead. */
  clockNs: Float64Array<ArrayBuffer> = new Float64Array(0);
  /** Copies sent to others of the same server before this node's. */
  rank: Int32Array<ArrayBuffer> = new Int32Array(0);
  runs: Int32Array<ArrayBuffer> = new Int32Array(0);
  server: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** 1 or 0: a proxy runs; its first run has begun; the next run writes all; the run fails. */
  active: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  synced: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  needsFull: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  failing: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  /** The last list passed over versions: those were never seen one by one. */
  skipped: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  count = 0;
  #capacity = 0;

  /** A node's proxy as it is when its process starts: nothing known, nothing in force. */
  begin(node: number, nowNs: number, maxIntervalNs: number): void {
    if (node >= this.#capacity) this.#grow(Math.max(64, 2 * this.#capacity, node + 1));
    this.count = Math.max(this.count, node + 1);
    for (let at = node * STREAMS; at < (node + 1) * STREAMS; at++) {
      for (const column of [
        this.covered,
        this.coveredBefore,
        this.inForce,
        this.listed,
        this.heard,
        this.bytesBefore,
      ]) {
        column[at] = 0;
      }
    }
    this.listedNs[node] = NEVER;
    this.runEndNs[node] = IDLE;
    this.pauseEndNs[node] = 0;
    this.timerNs[node] = nowNs + maxIntervalNs;
    this.startedNs[node] = nowNs;
    this.lastFullNs[node] = nowNs;
    this.lostNs[node] = NEVER;
    this.rank[node] = UNCONNECTED;
    this.active[node] = 1;
    this.synced[node] = 0;
    this.needsFull[node] = 1;
    this.failing[node] = 0;
    this.skipped[node] = 0;
  }

  #grow(capacity: number): void {
    this.#capacity = capacity;
    this.covered = grown(this.covered, capacity * STREAMS);
    this.coveredBefore = grown(this.coveredBefore, capacity * STREAMS);
    this.inForce = grown(this.inForce, capacity * STREAMS);
    this.listed = grown(this.listed, capacity * STREAMS);
    this.heard = grown(this.heard, capacity * STREAMS);
    this.bytesBefore = grown(this.bytesBefore, capacity * STREAMS);
    this.listedNs = grown(this.listedNs, capacity);
    this.runStartNs = grown(this.runStartNs, capacity);
    this.runEndNs = grown(this.runEndNs, capacity);
    this.pauseEndNs = grown(this.pauseEndNs, capacity);
    this.timerNs = grown(this.timerNs, capacity);
    this.lastFullNs = grown(this.lastFullNs, capacity);
    this.startedNs = grown(this.startedNs, capacity);
    this.lostNs = grown(this.lostNs, capacity);
    this.clockNs = grown(this.clockNs, capacity);
    this.rank = grown(this.rank, capacity);
    this.runs = grown(this.runs, capacity);
    this.server = grown(this.server, capacity);
    this.active = grown(this.active, capacity);
    this.synced = grown(this.synced, capacity);
    this.needsFull = grown(this.needsFull, capacity);
    this.failing = grown(this.failing, capacity);
    this.skipped = grown(this.skipped, capacity);
  }
}

type Column = Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** The same numbers with room for more. */
function grown<T extends Column>(column: T, length: number): T {
  const wider = new (column.constructor as new (length: number) => T)(length);
  wider.set(column);
  return wider;
}
