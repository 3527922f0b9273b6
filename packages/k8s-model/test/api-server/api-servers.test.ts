import type { KubeObject } from "@k8s-netsim/k8s-model/api";
import {
  ApiServers,
  DEFAULT_API_SERVER,
  EgressLink,
  Etcd,
  LeaseLoad,
} from "@k8s-netsim/k8s-model/api-server";
import { Store, StoreError } from "@k8s-netsim/k8s-model/store";
import type { SimTime } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const S = 1_000_000_000;

function slice(name: string, endpoints = 0): KubeObject {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace: "default" },
    addressType: "IPv4",
    endpoints: Array.from({ length: endpoints }, (_, index) => ({
      addresses: [`10.0.${index >> 8}.${index & 255}`],
    })),
  } as KubeObject;
}

function storeAt(clock: { now: number }): Store {
  return new Store({ now: () => clock.now as SimTime });
}

describe("an API server's link", () => {
  it("sends one version after another: finish(k) = max(finish(k−1), ready(k)) + bytes × watchers ÷ bandwidth", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(S), fc.integer({ min: 1, max: 100_000 })), { minLength: 1 }),
        fc.integer({ min: 0, max: 500 }),
        (writes, watchers) => {
          const clock = { now: 0 };
          const store = storeAt(clock);
          const bytes: number[] = [];
          const servers = new ApiServers(
            store,
            { dispatchNs: 1000, encodeNsPerByte: 3, egressBytesPerSecond: 1e6 },
            ({ position }) => bytes[position] as number,
          );
          const stream = servers.stream("EndpointSlice", "test");
          stream.attached[0] = watchers;
          let finish = 0;
          for (const [index, [gap, size]] of writes.entries()) {
            clock.now += gap;
            bytes.push(size);
            store.create(slice(`s${index}`));
            finish = Math.max(finish, clock.now + 1000 + 3 * size) + size * watchers * 1000;
            servers.advance(clock.now);
            expect(stream.lines[0]?.endNs.at(index)).toBeCloseTo(finish, 3);
          }
        },
      ),
    );
  });

  it("has sent in all seconds together what it was given, and never more than it can in one", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5 * S), fc.nat(20_000)), { maxLength: 30 }), (sends) => {
        const link = new EgressLink(10_000);
        let readyNs = 0;
        let given = 0;
        for (const [gap, bytes] of sends) {
          readyNs += gap;
          given += bytes;
          link.send(readyNs, bytes);
        }
        let sent = 0;
        for (let second = 0; second < link.seconds; second++) {
          sent += link.sentIn(second);
          expect(link.sentIn(second)).toBeLessThanOrEqual(10_000.001);
        }
        expect(sent).toBeCloseTo(given, 3);
        expect(link.sentBytes).toBe(given);
      }),
    );
  });

  it("answers lists one after another on the same link", () => {
    const clock = { now: 0 };
    const store = storeAt(clock);
    const parameters = { listNs: 500, listNsPerObject: 100, egressBytesPerSecond: 1e9 };
    const servers = new ApiServers(store, parameters, () => 1000);
    const stream = servers.stream("EndpointSlice", "test");
    for (let index = 0; index < 5; index++) store.create(slice(`s${index}`));
    const done: number[] = [];
    const listing = { server: 0, streams: [stream], listed: (atNs: number) => done.push(atNs) };
    servers.advance(0);
    for (let client = 0; client < 3; client++) servers.announce({ ...listing, atNs: S });
    servers.advance(S - 1);
    expect(done).toEqual([]);
    servers.advance(S);
    // 5,000 bytes each at a byte a nanosecond; the list itself would be made after 1,000 ns.
    expect(done).toEqual([S + 5000, S + 10_000, S + 15_000]);
    expect(stream.attached).toEqual([3]);
    expect(servers.bookmarksPerSecond).toBe(3 / 60);
    expect([servers.lists, servers.listedBytes]).toEqual([3, 15_000]);
  });
});

describe("etcd", () => {
  it("refuses what is too large in its own words, and the object stays as it was", () => {
    const store = storeAt({ now: 0 });
    const etcd = new Etcd(
      store,
      DEFAULT_API_SERVER.maxRequestBytes,
      (object) => 1_000 * (object.endpoints as readonly unknown[]).length,
    );
    store.create(slice("web", 1572));
    const refusal = (endpoints: number): string => {
      try {
        store.replace(slice("web", endpoints));
        return "stored";
      } catch (error) {
        expect(error).toBeInstanceOf(StoreError);
        return (error as Error).message;
      }
    };
    expect(refusal(1573)).toMatchInlineSnapshot(
      `"EndpointSlice "default/web" is not stored: etcdserver: request is too large. Put fewer endpoints in one object: EndpointSlices hold at most 1,000. [request-too-large]"`,
    );
    expect(refusal(2098)).toContain("trying to send message larger than max (2098000 vs. 2097152)");
    expect(etcd.refusals).toBe(2);
    expect(store.revision).toBe(1);
    expect(refusal(3)).toBe("stored");
  });
});

describe("leases", () => {
  it("are counted from the time that nodes were up: 15,000 nodes write 1,500 a second", () => {
    const leases = new LeaseLoad(10 * S);
    leases.change(15_000, 0);
    expect(leases.writesPerSecond).toBe(1500);
    expect(leases.writes(60 * S)).toBe(90_000);
    leases.change(-15_000, 60 * S);
    expect(leases.writes(1000 * S)).toBe(90_000);
  });
});
