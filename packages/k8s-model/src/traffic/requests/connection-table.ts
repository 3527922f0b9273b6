import { widened } from "./call-table.ts";

/** Connections as rows of typed arrays with a free list. */
export class ConnectionTable {
  backend: Int32Array = new Int32Array(0);
  backendEpoch: Int32Array = new Int32Array(0);
  /** `wayOf`: the distance between both ends, and the hop from a load balancer before it. */
  distance: Uint8Array = new Uint8Array(0);
  /** Zones of the caller and of the endpoint. */
  callerZone: Int32Array = new Int32Array(0);
  backendZone: Int32Array = new Int32Array(0);
  /** Nodes of the caller (or its entry) and of the endpoint. */
  callerNode: Int32Array = new Int32Array(0);
  backendNode: Int32Array = new Int32Array(0);
  /** Node or way of a load balancer at which it entered; -1 from inside. */
  entry: Int32Array = new Int32Array(0);
  requestsLeft: Float64Array = new Float64Array(0);
  /** When the handshake is done, ns. */
  establishedAt: Float64Array = new Float64Array(0);
  /** 1: the ledger knows it. */
  counted: Uint8Array = new Uint8Array(0);
  /** 1: no further request may use it. */
  closed: Uint8Array = new Uint8Array(0);
  readonly #free: number[] = [];
  #size = 0;

  open(): number {
    let at = this.#free.pop();
    if (at === undefined) {
      if (this.#size === this.backend.length) this.#grow();
      at = this.#size++;
    }
    this.closed[at] = 0;
    this.counted[at] = 0;
    return at;
  }

  /** Gives the row back; only when no call refers to it any more. */
  recycle(connection: number): void {
    this.closed[connection] = 2;
    this.#free.push(connection);
  }

  #grow(): void {
    const size = Math.max(256, this.backend.length * 2);
    this.backend = widened(this.backend, new Int32Array(size));
    this.backendEpoch = widened(this.backendEpoch, new Int32Array(size));
    this.distance = widened(this.distance, new Uint8Array(size));
    this.callerZone = widened(this.callerZone, new Int32Array(size));
    this.backendZone = widened(this.backendZone, new Int32Array(size));
    this.callerNode = widened(this.callerNode, new Int32Array(size));
    this.backendNode = widened(this.backendNode, new Int32Array(size));
    this.entry = widened(this.entry, new Int32Array(size));
    this.requestsLeft = widened(this.requestsLeft, new Float64Array(size));
    this.establishedAt = widened(this.establishedAt, new Float64Array(size));
    this.counted = widened(this.counted, new Uint8Array(size));
    this.closed = widened(this.closed, new Uint8Array(size));
  }
}
