import type { ProxyKind } from "./proxy-program.ts";
import { syncNs } from "./sync-cost.ts";

/** What the rules of one node stand for. */
interface Load {
  readonly services: number;
  readonly endpoints: number;
}

/**
 * The time of a kube-proxy's runs by mode, for `ProxyFleet` (it is a `SyncCost`). A full run is one
 * over rules that stand already, the dearer one; a node's very first is taken for one, too.
 */
export function proxySyncCost(proxy: ProxyKind): {
  fullSyncNs(all: Load): number;
  partialSyncNs(changed: Load, all: Load): number;
} {
  const full = new KnownTimes(proxy, "full");
  const partial = new KnownTimes(proxy, "partial");
  return {
    fullSyncNs: (all) => full.of(all, all),
    partialSyncNs: (changed, all) => partial.of(changed, all),
  };
}

/** A power of two. */
const SLOTS = 32_768;

/** Times worked out before: thousands of nodes make the same run. */
class KnownTimes {
  readonly #proxy: ProxyKind;
  readonly #kind: "full" | "partial";
  /** Four loads and the time, by slot; -1: none yet. */
  readonly #known: Float64Array = new Float64Array(SLOTS * 5).fill(-1);

  constructor(proxy: ProxyKind, kind: "full" | "partial") {
    this.#proxy = proxy;
    this.#kind = kind;
  }

  of(changed: Load, { services, endpoints }: Load): number {
    const known = this.#known;
    const mixed =
      Math.imul(changed.endpoints, 0x9e3779b1) ^
      Math.imul(endpoints, 0x85ebca6b) ^
      Math.imul(changed.services, 0xc2b2ae35) ^
      services;
    const at = ((mixed ^ (mixed >>> 15)) & (SLOTS - 1)) * 5;
    if (
      known[at] !== changed.services ||
      known[at + 1] !== changed.endpoints ||
      known[at + 2] !== services ||
      known[at + 3] !== endpoints
    ) {
      known[at] = changed.services;
      known[at + 1] = changed.endpoints;
      known[at + 2] = services;
      known[at + 3] = endpoints;
      known[at + 4] = syncNs(this.#proxy, this.#kind, {
        services,
        endpoints,
        changedServices: changed.services,
        changedEndpoints: changed.endpoints,
      });
    }
    return known[at + 4] as number;
  }
}
