import { addressMatches } from "../netfilter/index.ts";
import { canonicalAddress } from "../wire/index.ts";

/** One way out of a namespace. */
export interface Route {
  /** `10.244.2.0/24`; `0.0.0.0/0` is the default. */
  readonly to: string;
  readonly device: string;
  /** The next router; absent: the destination itself is on the link. */
  readonly via?: string;
}

/** The routes of one namespace: the longest prefix wins, the earlier of equals. */
export class RoutingTable {
  #routes: readonly Route[] = [];

  add(route: Route): void {
    const via = route.via === undefined ? {} : { via: canonicalAddress(route.via) };
    const sorted = [...this.#routes, { ...route, ...via }];
    sorted.sort((a, b) => prefixLength(b) - prefixLength(a));
    this.#routes = sorted;
  }

  remove(to: string): void {
    this.#routes = this.#routes.filter((route) => route.to !== to);
  }

  removeDevice(device: string): void {
    this.#routes = this.#routes.filter((route) => route.device !== device);
  }

  lookup(address: string): Route | undefined {
    return this.#routes.find(({ to }) => addressMatches(address, to));
  }
}

function prefixLength({ to }: Route): number {
  return Number(to.slice(to.indexOf("/") + 1));
}
