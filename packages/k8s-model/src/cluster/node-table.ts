import { type Node, REGION_LABEL, ZONE_LABEL } from "../api/index.ts";

/** A node by its index, which it keeps for good. */
export interface NodeEntry {
  readonly index: number;
  readonly name: string;
  /** `undefined` where the node has no zone label. */
  zone: string | undefined;
  region: string | undefined;
  /** False while the node is down. */
  up: boolean;
  /** False once the Node object is gone. */
  exists: boolean;
}

/** All nodes that ever were, by index and by name. */
export class NodeTable {
  readonly #entries: NodeEntry[] = [];
  readonly #byName = new Map<string, NodeEntry>();

  get size(): number {
    return this.#entries.length;
  }

  at(index: number): NodeEntry | undefined {
    return this.#entries[index];
  }

  byName(name: string): NodeEntry | undefined {
    return this.#byName.get(name);
  }

  [Symbol.iterator](): Iterator<NodeEntry> {
    return this.#entries[Symbol.iterator]();
  }

  /** Takes a Node over; true where it was not known. */
  see(node: Node): boolean {
    const { name, labels } = node.metadata;
    const known = this.#byName.get(name);
    const zone = labels?.[ZONE_LABEL];
    const region = labels?.[REGION_LABEL];
    if (known !== undefined) {
      Object.assign(known, { zone, region, exists: true });
      return false;
    }
    const index = this.#entries.length;
    const entry: NodeEntry = { index, name, zone, region, up: true, exists: true };
    this.#entries.push(entry);
    this.#byName.set(name, entry);
    return true;
  }
}
