import { distanceIndex, type Place } from "../../../topology/index.ts";

/** Entries of load balancers are numbered from here on, beyond every node. */
const FIRST_ENTRY = 1_000_000;

/** One way through a load balancer: a front end, and the node or the pod that it sends to. */
export interface Entry {
  /** -1: the balancer sends straight to the pod. */
  readonly node: number;
  /** The pod; empty where the node's proxy chooses. */
  readonly pods: readonly number[];
  /** Where the connection goes on from, as traffic counts distances. */
  readonly place: Place;
  /** Distance from the front end to the node; -1 where that way is not known or there is none. */
  readonly hop: number;
}

/** Ways through load balancers by number; a number keeps its meaning. */
export class EntryTable {
  readonly #entries: Entry[] = [];
  readonly #numbers = new Map<string, number>();

  /** `undefined` for a node. */
  at(number: number): Entry | undefined {
    return number < FIRST_ENTRY ? undefined : this.#entries[number - FIRST_ENTRY];
  }

  numbers(): readonly number[] {
    return this.#entries.map((_, at) => FIRST_ENTRY + at);
  }

  /** From a front end to a node. */
  toNode(frontEnd: Place, node: number, place: Place): number {
    return this.#number(`${frontEnd.zone} node ${node}`, () => ({
      node,
      pods: [],
      place,
      hop: distanceIndex(frontEnd, place),
    }));
  }

  /** From a front end straight to a pod. */
  toPod(frontEnd: Place, pod: number): number {
    return this.#number(`${frontEnd.zone} pod ${pod}`, () => ({
      node: -1,
      pods: [pod],
      place: frontEnd,
      hop: -1,
    }));
  }

  #number(key: string, make: () => Entry): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = FIRST_ENTRY + this.#entries.length;
    this.#entries.push(make());
    this.#numbers.set(key, number);
    return number;
  }
}
