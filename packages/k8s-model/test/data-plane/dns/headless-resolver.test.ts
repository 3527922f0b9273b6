import type { EndpointSlice } from "@k8s-netsim/k8s-model/api";
import {
  ClusterZone,
  HeadlessResolver,
  JVM_CACHE,
  type ReResolve,
  sortedByDestination,
  ZoneView,
} from "@k8s-netsim/k8s-model/data-plane";
import { Store } from "@k8s-netsim/k8s-model/store";
import { type SimTime, StreamRegistry } from "@k8s-netsim/sim-core";
import { describe, expect, it } from "vitest";
import { SECOND, serviceNamed, sliceOf } from "./cluster-names.ts";

/** One pod behind a headless Service that is replaced at 10 s; a connection each second. */
function connections(reResolve: ReResolve): readonly (readonly [number, string, number])[] {
  const clock = { now: 0 };
  const store = new Store({ now: () => clock.now as SimTime });
  const view = new ZoneView(store, { name: "coredns", latencyNs: 0, jitterNs: 0 }, "a");
  const zone = new ClusterZone(view);
  store.create(serviceNamed("db", { clusterIP: "None" }));
  store.create(sliceOf("db", [{ addresses: ["10.0.0.1"], conditions: { ready: true } }]));
  const resolver = new HeadlessResolver({ reResolve, choose: "first" });
  const seen: [number, string, number][] = [];
  for (let second = 0; second < 70; second++) {
    clock.now = second * SECOND;
    if (second === 10) {
      store.update<EndpointSlice>("EndpointSlice", "default/db-1", (slice) => {
        slice.endpoints = [{ addresses: ["10.0.0.2"], conditions: { ready: true } }];
      });
    }
    if (resolver.needsLookup(clock.now)) {
      const answer = zone.answer({ name: "db.default.svc.cluster.local", type: "A" }, clock.now);
      const addresses = (answer?.records ?? []).map(({ value }) => value);
      resolver.learn({ addresses, ttlSeconds: answer?.ttlSeconds ?? 0 }, clock.now);
    }
    const { address = "", ageNs = 0 } = resolver.pick(clock.now) ?? {};
    seen.push([second, address, ageNs / SECOND]);
  }
  return seen;
}

const lastToOldPod = (reResolve: ReResolve): number =>
  connections(reResolve)
    .filter(([, address]) => address === "10.0.0.1")
    .at(-1)?.[0] ?? -1;

describe("clients of a headless Service", () => {
  it("go to a pod that is gone until they look the name up again", () => {
    expect(lastToOldPod({ when: "each-connection" })).toBe(9);
    expect(lastToOldPod({ when: "time-to-live" })).toBe(9);
    expect(lastToOldPod({ when: "interval", everyNs: 8 * SECOND, deniedNs: SECOND })).toBe(15);
    expect(lastToOldPod(JVM_CACHE)).toBe(29);
    expect(lastToOldPod({ when: "never" })).toBe(69);
  });

  it("know how old what they act on is", () => {
    const ages = connections(JVM_CACHE).map(([, , age]) => age);
    expect(Math.max(...ages)).toBe(29);
  });

  it("look again after a denial as soon as their cache of denials allows, and never give up asking", () => {
    const java = new HeadlessResolver({ reResolve: JVM_CACHE, choose: "first" });
    java.learn({ addresses: [], ttlSeconds: 5 }, 0);
    expect(java.pick(0)).toBeUndefined();
    expect([9, 10].map((second) => java.needsLookup(second * SECOND))).toEqual([false, true]);
    const never = new HeadlessResolver({ reResolve: { when: "never" }, choose: "first" });
    never.learn({ addresses: [], ttlSeconds: 5 }, 0);
    expect(never.needsLookup(0)).toBe(true);
  });

  it("keep what they know when a look-up fails, and ask again", () => {
    const client = new HeadlessResolver({ reResolve: JVM_CACHE, choose: "first" });
    client.learn({ addresses: ["10.0.0.1"], ttlSeconds: 5 }, 0);
    client.learnNothing(30 * SECOND);
    expect(client.pick(31 * SECOND)).toEqual({ address: "10.0.0.1", ageNs: 31 * SECOND });
    expect(client.needsLookup(31 * SECOND)).toBe(true);
  });

  it("choose among pods by number as well as among addresses: what traffic knows them by", () => {
    const client = new HeadlessResolver<number>({
      reResolve: { when: "never" },
      choose: "in-turn",
    });
    client.learn({ addresses: [7, 3], ttlSeconds: 5 }, 0);
    expect([0, 1, 2].map(() => client.pick(SECOND)?.address)).toEqual([7, 3, 7]);
  });

  it("spread connections in turn or at random, or send all of them to the first", () => {
    const addresses = ["a", "b", "c"];
    const random = new StreamRegistry("choice").stream("client");
    const counts = (["first", "in-turn", "random"] as const).map((choose) => {
      const client = new HeadlessResolver({ reResolve: { when: "never" }, choose, random });
      client.learn({ addresses, ttlSeconds: 5 }, 0);
      const seen = addresses.map(() => 0);
      for (let i = 0; i < 3000; i++) {
        const place = addresses.indexOf(client.pick(0)?.address ?? "");
        seen[place] = (seen[place] ?? 0) + 1;
      }
      return seen;
    });
    expect(counts[0]).toEqual([3000, 0, 0]);
    expect(counts[1]).toEqual([1000, 1000, 1000]);
    for (const count of counts[2] ?? []) expect(Math.abs(count - 1000)).toBeLessThan(110);
  });
});

describe("the order of addresses", () => {
  const answer = ["10.244.2.9", "10.244.1.200", "10.244.1.9"];

  it("of IPv4 stays the server's with Go and musl, and with glibc outside of the own subnet", () => {
    const host = [{ address: "10.244.1.8", prefixLength: 32 }];
    for (const library of ["glibc", "musl", "go"] as const) {
      expect(sortedByDestination(library, answer, host)).toEqual(answer);
    }
    const subnet = [{ address: "10.244.1.8", prefixLength: 24 }];
    expect(sortedByDestination("go", answer, subnet)).toEqual(answer);
    expect(sortedByDestination("glibc", answer, subnet)).toEqual([
      "10.244.1.9",
      "10.244.1.200",
      "10.244.2.9",
    ]);
  });

  it("puts unique local IPv6 behind IPv4, global IPv6 before it, and what has no source last", () => {
    const sources = [
      { address: "10.244.1.8", prefixLength: 24 },
      { address: "fd00::1:8", prefixLength: 64 },
    ];
    const mixed = ["fd00::2", "10.0.0.1", "2001:db8::1"];
    expect(sortedByDestination("glibc", mixed, sources)).toEqual([
      "2001:db8::1",
      "10.0.0.1",
      "fd00::2",
    ]);
    expect(sortedByDestination("glibc", mixed, sources.slice(0, 1))[0]).toBe("10.0.0.1");
  });
});
