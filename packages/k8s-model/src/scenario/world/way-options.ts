import type { DnsOptions } from "../../data-plane/index.ts";
import type { Bandwidth, Distance } from "../../topology/index.ts";
import type { DistributionSpec } from "../../traffic/index.ts";

/** How fast bytes travel; what is left out has no limit. */
export interface LinkBandwidths {
  /** Between each ordered pair of zones, all nodes together. */
  readonly betweenZones?: Bandwidth;
  /** From one zone to another, as `zone-a->zone-b`; in place of `betweenZones`. */
  readonly pairs?: Readonly<Record<string, Bandwidth>>;
  /** Of each node's network interface, each way. */
  readonly nodes?: Bandwidth;
}

/** How a kubelet's readiness probes share the fate of requests. */
export interface ProbesUnderLoad {
  /** Time of a worker that answering a probe takes, ns; 1 ms. */
  readonly serviceNs?: number;
}

/**
 * What of names, packets' ways and probes a run simulates beyond distances. Everything here is off unless
 * given: callers know every name, bytes take no time of their own, connection tracking has room, and probes
 * succeed as soon as the application runs.
 */
export interface WayOptions {
  readonly dns?: DnsOptions;
  readonly linkBandwidths?: LinkBandwidths;
  /** Round trips drawn for each way of a packet in place of `roundTripTimes`. */
  readonly roundTripDistributions?: Readonly<Partial<Record<Distance, DistributionSpec>>>;
  /** Entries in each node's connection tracking table (`nf_conntrack_max`). */
  readonly conntrackMax?: number;
  /** `false`: the pod network does not let a pod reach itself through a Service. */
  readonly hairpin?: boolean;
  /** Readiness probes by HTTP or gRPC wait at the pod's queue like requests, and time out there. */
  readonly probesUnderLoad?: boolean | ProbesUnderLoad;
}

/** The part of a definition that says how names, packets and probes go. */
export function waysOf(given: WayOptions): WayOptions {
  const { dns, linkBandwidths, roundTripDistributions, conntrackMax, hairpin, probesUnderLoad } =
    given;
  return {
    ...(dns === undefined ? {} : { dns }),
    ...(linkBandwidths === undefined ? {} : { linkBandwidths }),
    ...(roundTripDistributions === undefined ? {} : { roundTripDistributions }),
    ...(conntrackMax === undefined ? {} : { conntrackMax }),
    ...(hairpin === undefined ? {} : { hairpin }),
    ...(probesUnderLoad === undefined ? {} : { probesUnderLoad }),
  };
}

/** Whether the control plane must run along with traffic, even where nothing else changes. */
export function needsControlPlane({ probesUnderLoad = false }: WayOptions = {}): boolean {
  return probesUnderLoad !== false;
}
