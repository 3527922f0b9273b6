import { invariant } from "@k8s-netsim/sim-core";
import type { EndpointAddress } from "../../api/index.ts";

/** From this share of the list on, additions are sorted with it rather than put in one by one. */
const BULK_SHARE = 16;

/** Addresses sorted by IP as text, then by the pod's uid: the order of Endpoints. */
export class SortedAddresses {
  #sorted: EndpointAddress[] = [];
  #added: EndpointAddress[] = [];
  #listed: readonly EndpointAddress[] | undefined;

  get size(): number {
    return this.#sorted.length + this.#added.length;
  }

  add(address: EndpointAddress): void {
    this.#listed = undefined;
    this.#added.push(address);
  }

  remove(address: EndpointAddress): void {
    this.#settle();
    this.#listed = undefined;
    const index = this.#placeOf(address);
    invariant(this.#sorted[index] === address, "An address that is removed was listed.");
    this.#sorted.splice(index, 1);
  }

  /** The addresses now; the same array until something changes. */
  list(): readonly EndpointAddress[] {
    this.#settle();
    this.#listed ??= this.#sorted.slice();
    return this.#listed;
  }

  #settle(): void {
    const added = this.#added;
    if (added.length === 0) return;
    this.#added = [];
    if (added.length * BULK_SHARE > this.#sorted.length) {
      this.#sorted = [...this.#sorted, ...added].sort(compareAddresses);
      return;
    }
    for (const address of added) this.#sorted.splice(this.#placeOf(address), 0, address);
  }

  /** The first place whose address is not below this one. */
  #placeOf(address: EndpointAddress): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareAddresses(this.#sorted[middle] as EndpointAddress, address) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function compareAddresses(a: EndpointAddress, b: EndpointAddress): number {
  if (a.ip !== b.ip) return a.ip < b.ip ? -1 : 1;
  const [left, right] = [a.targetRef?.uid ?? "", b.targetRef?.uid ?? ""];
  return left < right ? -1 : left > right ? 1 : 0;
}
