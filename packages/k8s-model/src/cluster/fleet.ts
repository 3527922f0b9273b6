import {
  type ApiServerParameters,
  ApiServers,
  type BytesOf,
  Etcd,
  type StoredBytesOf,
} from "../api-server/index.ts";
import type { Timings } from "../control-plane/timings.ts";
import { ProxyFleet, type ProxyOptions } from "../data-plane/index.ts";
import type { Store } from "../store/index.ts";

/** API servers as a cluster has them. */
export interface ApiServerOptions extends Partial<ApiServerParameters> {
  /** Bytes of a watch event; from the fields of the object unless told. */
  readonly bytesOf?: BytesOf;
  /** Bytes of an object as etcd stores it, for its limit; likewise. */
  readonly storedBytesOf?: StoredBytesOf;
}

/** What lies between the store and the rules of the nodes. */
export interface FleetOptions {
  /**
   * API servers with a shared link between the store and the kube-proxies, and the limit of etcd.
   * Unless given, versions come straight from a store that takes objects of any size.
   */
  readonly apiServers?: ApiServerOptions;
  /** What the kube-proxies watch and how long their runs take, where not as by default. */
  readonly proxies?: Pick<
    ProxyOptions,
    "cost" | "periods" | "endpointsKind" | "fullSyncPeriodNs" | "failureShare"
  >;
}

/** What {@link startFleet} makes. */
export interface Fleet {
  readonly proxies: ProxyFleet;
  /** Absent where the store takes objects of any size. */
  readonly etcd?: Etcd;
}

/** The kube-proxies of a cluster, none of them started, behind its API servers. */
export function startFleet(
  store: Store,
  timings: Timings,
  seed: number,
  { apiServers, proxies }: FleetOptions,
): Fleet {
  const options: ProxyOptions = {
    watchers: {
      name: "kube-proxy",
      latencyNs: timings.proxyWatchNs,
      jitterNs: timings.proxyWatchJitterNs,
    },
    minSyncPeriodNs: timings.proxyMinSyncPeriodNs,
    syncNs: timings.proxySyncNs,
    seed,
    ...proxies,
  };
  if (apiServers === undefined) return { proxies: new ProxyFleet(store, options) };
  const { bytesOf, storedBytesOf, ...parameters } = apiServers;
  const servers = new ApiServers(store, parameters, bytesOf);
  const etcd = new Etcd(store, servers.parameters.maxRequestBytes, storedBytesOf);
  return { proxies: new ProxyFleet(store, options, servers), etcd };
}
