import type { Service } from "@k8s-netsim/k8s-model/api";
import type { Cluster } from "@k8s-netsim/k8s-model/cluster";
import {
  ClusterZone,
  HeadlessResolver,
  JVM_CACHE,
  ZoneView,
} from "@k8s-netsim/k8s-model/data-plane";
import { describe, expect, it } from "vitest";
import { deployment, service } from "../../cluster/objects.ts";
import { runFor, settled } from "../../cluster/settled.ts";

const SECOND = 1_000_000_000;
const WEB = { name: "web.default.svc.cluster.local", type: "A" } as const;

function headless(more: Partial<Service["spec"]> = {}): Service {
  return service("web", { clusterIP: "None", ...more });
}

function zoneOf(cluster: Cluster): ClusterZone {
  const watchers = { name: "coredns", latencyNs: 10_000_000, jitterNs: 5_000_000 };
  return new ClusterZone(new ZoneView(cluster.store, watchers, "coredns-0"));
}

/** Addresses that the name has, ascending. */
function addresses(zone: ClusterZone, cluster: Cluster): string[] {
  const records = zone.answer(WEB, cluster.sim.now)?.records ?? [];
  return records.map(({ value }) => value).sort();
}

describe("DNS of a simulated cluster", () => {
  it("names every ready pod of a headless Service, through a scale-up and a scale-down", () => {
    const cluster = settled([headless(), deployment("web", 3)]);
    const zone = zoneOf(cluster);
    expect(addresses(zone, cluster)).toHaveLength(3);
    for (const replicas of [5, 2]) {
      cluster.apply(deployment("web", replicas));
      cluster.settle();
      runFor(cluster, 1);
      expect(addresses(zone, cluster)).toHaveLength(replicas);
    }
  });

  it("sends a client with an address cache of 30 s to a pod that is gone, until it asks again", () => {
    const cluster = settled([headless(), deployment("web", 2)]);
    const zone = zoneOf(cluster);
    const client = new HeadlessResolver({ reResolve: JVM_CACHE, choose: "in-turn" });
    const startNs = cluster.sim.now as number;
    client.learn({ addresses: addresses(zone, cluster), ttlSeconds: 5 }, startNs);
    cluster.apply(deployment("web", 1));
    cluster.settle();
    runFor(cluster, 1);
    const left = addresses(zone, cluster);
    const picked = [0, 1].map(() => client.pick(cluster.sim.now as number)?.address ?? "");
    expect(left).toHaveLength(1);
    expect(picked.filter((address) => !left.includes(address))).toHaveLength(1);
    expect(client.needsLookup(startNs + 30 * SECOND)).toBe(true);
  });
});
