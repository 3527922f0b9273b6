/**
 * Connection tracking of the nodes: each connection is an entry on the caller's node and on the
 * endpoint's. Times must be given in order.
 */
export interface NodeTracking {
  /** Enters one more; false: the table is full, and the first packet is dropped. */
  open(node: number, nowNs: number): boolean;
  /** An entry just made is taken back. */
  forget(node: number): void;
  /** The connection has been closed; its entry stays for a while. */
  close(node: number, nowNs: number): void;
}
