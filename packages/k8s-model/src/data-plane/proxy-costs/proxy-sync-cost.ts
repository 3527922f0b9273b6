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
  return {
    fullSyncNs: ({ services, endpoints }) =>
      syncNs(proxy, "full", {
        services,
        endpoints,
        changedServices: services,
        changedEndpoints: endpoints,
      }),
    partialSyncNs: (changed, { services, endpoints }) =>
      syncNs(proxy, "partial", {
        services,
        endpoints,
        changedServices: changed.services,
        changedEndpoints: changed.endpoints,
      }),
  };
}
