import type { EndpointSlice, Node, Service } from "@k8s-netsim/k8s-model/api";
import { ServiceViews } from "@k8s-netsim/k8s-model/data-plane";
import { podIndexOf, readyNode, readyPod, webService } from "./objects.ts";
import { ServiceChain } from "./service-chain.ts";

/** A Service over zones: its pods by zone, and what the nodes of each zone are. */
export interface Zones {
  readonly podsPerZone: readonly number[];
  /** One node a zone unless told. */
  readonly nodesPerZone?: readonly number[];
  /** Allocatable CPU of each of a zone's nodes, in millicores; the same everywhere unless told. */
  readonly cpuMilliPerZone?: readonly number[];
}

const zoneName = (zone: number): string => `zone-${String.fromCharCode(97 + zone)}`;
const nodeName = (zone: number, node: number): string => `node-${zone}-${node}`;

/** The Service of the topology hints: `topology-mode: Auto`. */
export const HINTED: Service = webService({ "service.kubernetes.io/topology-mode": "Auto" });
/** The Service whose endpoints serve their own zones. */
export const PREFER_CLOSE: Service = {
  ...webService(),
  spec: { ...webService().spec, trafficDistribution: "PreferClose" },
};

function nodesOf({ podsPerZone, nodesPerZone, cpuMilliPerZone }: Zones): readonly Node[] {
  return podsPerZone.flatMap((_, zone) =>
    Array.from({ length: nodesPerZone?.[zone] ?? 1 }, (__, node) =>
      readyNode(nodeName(zone, node), zoneName(zone), `${cpuMilliPerZone?.[zone] ?? 16_000}m`),
    ),
  );
}

/** The slices that the controller makes of a Service over zones. */
export function zonedService(service: Service, zones: Zones): ServiceChain {
  const chain = new ServiceChain({ kind: "EndpointSlice", nodes: nodesOf(zones) });
  chain.step(() => {
    let index = 0;
    for (const [zone, pods] of zones.podsPerZone.entries()) {
      for (let pod = 0; pod < pods; pod++) {
        chain.store.create(readyPod(index++, nodeName(zone, 0)));
      }
    }
    chain.store.create(service);
  });
  return chain;
}

/** Endpoints hinted to each zone; none at all where the controller refuses. */
export function hintsPerZone(chain: ServiceChain, zones: number): readonly number[] | undefined {
  const counts = new Array<number>(zones).fill(0);
  for (const { endpoints } of chain.objects<EndpointSlice>()) {
    for (const { hints } of endpoints ?? []) {
      const name = hints?.forZones?.[0]?.name;
      if (name === undefined) return undefined;
      const zone = name.charCodeAt(name.length - 1) - 97;
      counts[zone] = (counts[zone] as number) + 1;
    }
  }
  return counts;
}

/** What the nodes of all zones send where, each the same, by the rules of their kube-proxies. */
export interface Spread {
  /** Share of the traffic that stays in its zone. */
  readonly inZone: number;
  /** How far the load of the busiest endpoint is above an even one. */
  readonly overload: number;
}

export function trafficSpread(service: Service, zones: Zones): Spread {
  const chain = zonedService(service, zones);
  const zoneOfPod = zones.podsPerZone.flatMap((pods, zone) => new Array<number>(pods).fill(zone));
  const views = new ServiceViews(chain.store, ({ address }) => podIndexOf(address));
  const at = {
    services: chain.store.log("Service").end,
    slices: chain.store.log("EndpointSlice").end,
  };
  const port = views.view("default/web", at)?.port(80, "TCP");
  const load = new Float64Array(zoneOfPod.length);
  let nodes = 0;
  let inZone = 0;
  for (const zone of zones.podsPerZone.keys()) {
    for (let node = 0; node < (zones.nodesPerZone?.[zone] ?? 1); node++) {
      const endpoints = port?.routing(nodeName(zone, node), zoneName(zone), "internal").endpoints;
      nodes++;
      for (const endpoint of endpoints ?? []) {
        const share = 1 / (endpoints as readonly number[]).length;
        load[endpoint] = (load[endpoint] as number) + share;
        if (zoneOfPod[endpoint] === zone) inZone += share;
      }
    }
  }
  return { inZone: inZone / nodes, overload: (Math.max(...load) * load.length) / nodes - 1 };
}
