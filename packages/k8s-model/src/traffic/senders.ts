import type { Place } from "../topology/index.ts";
import type { Network } from "./network.ts";

/** Nodes of one zone (of one region) that send, with their share together. */
interface SendingZone {
  readonly nodes: number[];
  share: number;
}

/** Nodes that choose endpoints alike, or one node. */
export interface SendingView {
  /** Chooses as all of them do. */
  readonly node: number;
  /** Of the rate of all senders. */
  readonly share: number;
  /** Part of the share that a node of these sends; 0 for others. */
  readonly shareOn: (node: number) => number;
}

/** Nodes that send with their shares of a rate, grouped by the view that they choose endpoints by. */
export class Senders {
  readonly #shares: ReadonlyMap<number, number>;
  readonly #place: (node: number) => Place;
  readonly #zones = new Map<string, SendingZone>();

  constructor(network: Network, shares: ReadonlyMap<number, number>) {
    this.#shares = shares;
    this.#place = (node) => network.place(node);
    for (const [node, share] of shares) {
      const { zone, region } = network.place(node);
      const key = `${zone} ${region}`;
      const known = this.#zones.get(key);
      if (known === undefined) this.#zones.set(key, { nodes: [node], share });
      else {
        known.nodes.push(node);
        known.share += share;
      }
    }
  }

  /** @param special nodes that may choose otherwise than the rest of their zone; absent: all may */
  views(special: readonly number[] | undefined): readonly SendingView[] {
    if (special === undefined) {
      return [...this.#shares].map(([node, share]) => this.#alone(node, share));
    }
    const apart = new Set(special);
    const views: SendingView[] = [];
    for (const node of apart) {
      const share = this.#shares.get(node);
      if (share !== undefined) views.push(this.#alone(node, share));
    }
    for (const zone of this.#zones.values()) {
      const view = this.#together(zone, apart);
      if (view !== undefined) views.push(view);
    }
    return views;
  }

  /** A way through a load balancer sends from the node that it ends at. */
  #alone(node: number, share: number): SendingView {
    const { node: at } = this.#place(node);
    return { node, share, shareOn: (other) => (other === at ? share : 0) };
  }

  /** The nodes of a zone but those apart. */
  #together({ nodes, share }: SendingZone, apart: ReadonlySet<number>): SendingView | undefined {
    const node = nodes.find((one) => !apart.has(one));
    if (node === undefined) return undefined;
    const { zone, region } = this.#place(node);
    const isHere = (other: number): boolean => {
      const place = this.#place(other);
      return place.zone === zone && place.region === region && !apart.has(other);
    };
    let shareApart = 0;
    for (const other of apart) {
      const place = this.#place(other);
      if (place.zone !== zone || place.region !== region) continue;
      shareApart += this.#shares.get(other) ?? 0;
    }
    const shareOn = (other: number): number => (isHere(other) ? (this.#shares.get(other) ?? 0) : 0);
    return { node, share: share - shareApart, shareOn };
  }
}
