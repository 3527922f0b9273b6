import { ApiServers } from "@k8s-netsim/k8s-model/api-server";
import { ProxyFleet, type ProxyOptions } from "@k8s-netsim/k8s-model/data-plane";
import { Store, timestampAt } from "@k8s-netsim/k8s-model/store";
import type { SimTime } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sliceObject } from "./delivery-objects.ts";

const MS = 1_000_000;
const S = 1_000_000_000;

interface World {
  readonly fleet: ProxyFleet;
  readonly store: Store;
  readonly at: (seconds: number) => number;
  /** Writes a slice of these endpoints, triggered now. */
  readonly write: (seconds: number, uids: readonly string[], name?: string) => void;
}

function world(changes: Partial<ProxyOptions> = {}, replicas = 1, nodes = 3): World {
  const clock = { now: 0 };
  const store = new Store({ now: () => clock.now as SimTime });
  const servers = new ApiServers(
    store,
    { replicas, egressBytesPerSecond: 1e6, encodeNsPerByte: 0, watchBufferEvents: 3 },
    () => 1000,
  );
  const options: ProxyOptions = {
    watchers: { name: "kube-proxy", latencyNs: 10 * MS, jitterNs: 0 },
    minSyncPeriodNs: S,
    syncNs: 100 * MS,
    seed: 5,
    ...changes,
  };
  const fleet = new ProxyFleet(store, options, servers);
  for (let node = 0; node < nodes; node++) fleet.start(node, 0);
  return {
    fleet,
    store,
    at: (seconds) => {
      clock.now = Math.round(seconds * S);
      return clock.now;
    },
    write: (seconds, uids, name = "web") => {
      clock.now = Math.round(seconds * S);
      const slice = sliceObject(name, "web", uids, timestampAt(clock.now));
      if (store.get("EndpointSlice", `default/${name}`) === undefined) store.create(slice);
      else store.replace(slice);
    },
  };
}

describe("a proxy that loses its connection", () => {
  it("keeps what it has, comes back after 0.8 s to 1.6 s and takes up every version", () => {
    const { fleet, write, at } = world();
    write(2, ["a"]);
    fleet.connections.lose(1, at(10));
    write(10.1, ["a", "b"]);
    write(10.2, ["b"]);
    expect(fleet.programmed(1, at(10.8)).slices).toBe(1);
    expect(fleet.programmed(0, at(10.8)).slices).toBe(2);
    expect(fleet.programmed(1, at(13)).slices).toBe(3);
    expect([fleet.servers.lists, fleet.servers.resumes]).toEqual([3, 1]);
    // Nothing was passed over: three changes seen by three nodes.
    expect(fleet.collect(at(30)).latency.count).toBe(9);
  });

  it("lists after a long absence: versions passed over yield no sample", () => {
    const { fleet, write, at } = world();
    write(2, ["a"]);
    fleet.connections.partition(1, at(10));
    write(20, ["a", "b"]);
    write(30, ["b"]);
    expect(fleet.programmed(1, at(200)).slices).toBe(1);
    fleet.connections.heal(1, at(200));
    expect(fleet.programmed(1, at(235)).slices).toBe(3);
    expect(fleet.servers.lists).toBe(4);
    expect(fleet.collect(at(240)).latency.count).toBe(8);
  });

  it("counts a dead endpoint for as long as it stands in its rules", () => {
    const { fleet, write, at } = world();
    write(2, ["a", "b"]);
    fleet.connections.partition(1, at(10));
    fleet.endpointDied("a", at(20));
    write(20.5, ["b"]);
    // Nodes 0 and 2: written at 20.5 s, in force about 0.11 s later.
    const first = fleet.collect(at(50));
    expect(first.staleEndpoints.seconds).toBeCloseTo(2 * 0.61, 1);
    expect(first.standingStaleSeconds).toBeCloseTo(30, 6);
    fleet.connections.heal(1, at(50));
    const healed = fleet.collect(at(120));
    expect(healed.standingStaleSeconds).toBe(0);
    expect(healed.staleEndpoints.seconds).toBeGreaterThan(30);
    expect(healed.staleEndpoints.seconds).toBeLessThan(85);
  });
});

describe("an API server that restarts", () => {
  it("has all its watchers list again, elsewhere while it is down", () => {
    const { fleet, write, at } = world({}, 2, 6);
    write(2, ["a"]);
    fleet.connections.restartServer(0, at(10), 60 * S);
    write(10.1, ["b"]);
    for (let node = 0; node < 6; node++) expect(fleet.programmed(node, at(15)).slices).toBe(2);
    expect(fleet.servers.lists).toBe(9);
    expect(fleet.servers.streams[1]?.attached).toEqual([0, 6]);
  });

  it("is waited for where it is the only one", () => {
    const { fleet, write, at } = world();
    write(2, ["a"]);
    fleet.connections.restartServer(0, at(10), 5 * S);
    write(10.1, ["b"]);
    expect(fleet.programmed(0, at(15)).slices).toBe(1);
    expect(fleet.programmed(0, at(25)).slices).toBe(2);
  });
});

describe("a slow watcher", () => {
  it("is dropped when more events wait for it than the server keeps, and lists again", () => {
    const { fleet, write, at } = world();
    fleet.connections.slowDown(2, at(1), 1000);
    for (let count = 0; count < 12; count++) write(2 + count / 100, [`e${count}`]);
    expect(fleet.servers.lists).toBe(3);
    expect(fleet.programmed(2, at(30)).slices).toBe(12);
    expect(fleet.servers.lists).toBeGreaterThan(3);
    const account = fleet.connections.account(at(30));
    expect(account.lostBytes).toBeGreaterThan(0);
    expect(account.sentBytes).toBe(account.receivedBytes + account.lostBytes);
  });
});

describe("samples of the network programming latency", () => {
  it("are negative where the node's clock is behind, and then count as nothing", () => {
    const { fleet, write, at } = world();
    fleet.setClock(1, at(1), -60 * S);
    write(200, ["a"]);
    const { latency } = fleet.collect(at(210));
    expect([latency.count, latency.negative]).toEqual([3, 1]);
    expect(latency.sum.seconds).toBeCloseTo(3 * 0.112 - 60, 1);
    expect(latency.histogram().min).toBe(0);
  });

  it("are not taken of what was triggered before the proxy started", () => {
    const { fleet, write, at } = world();
    write(5, ["a"]);
    fleet.start(3, at(8));
    expect(fleet.programmed(3, at(9)).slices).toBe(1);
    expect(fleet.collect(at(9)).latency.count).toBe(3);
  });

  it("are forgotten where a slice of the Service goes before the run", () => {
    const { fleet, store, write, at } = world();
    write(2, ["a"], "web-1");
    write(10, ["a", "b"], "web-1");
    write(10.05, ["c"], "web-2");
    // The run that begins at 10.01 s sees the first of these, the next one the other two.
    store.delete("EndpointSlice", "default/web-2");
    expect(fleet.collect(at(20)).latency.count).toBe(6);
  });

  it("are lost with a run that fails", () => {
    const { fleet, write, at } = world({ failureShare: 1 });
    write(2, ["a"]);
    expect(fleet.programmed(0, at(100)).slices).toBe(0);
    const { latency, runs, failedRuns } = fleet.collect(at(100));
    expect(latency.count).toBe(0);
    expect(failedRuns).toBe(runs);
    expect(runs).toBeGreaterThan(9);
  });
});

type Luck = readonly [
  kind: "lose" | "partition" | "heal" | "restart" | "stop" | "start" | "slow" | "write",
  node: number,
  gapMs: number,
];

const lucks = fc.array(
  fc.tuple(
    fc.constantFrom<Luck[0]>(
      ...(["lose", "partition", "heal", "restart", "stop", "start", "slow"] as const),
      ...(["write", "write", "write", "write", "write", "write"] as const),
    ),
    fc.nat(3),
    fc.nat(3000),
  ),
  { maxLength: 60 },
);

/** Lives through bad luck; asks as often as told on the way. */
function live(luck: readonly Luck[], asking: (index: number) => boolean): World & { end: number } {
  const made = world({ watchers: { name: "p", latencyNs: 10 * MS, jitterNs: 50 * MS } }, 2, 4);
  const { fleet, at, write } = made;
  let seconds = 1;
  for (const [index, [kind, node, gapMs]] of luck.entries()) {
    seconds += gapMs / 1000;
    const now = at(seconds);
    if (kind === "write") write(seconds, [`e${index}`], `web-${node}`);
    else if (kind === "lose") fleet.connections.lose(node, now);
    else if (kind === "partition") fleet.connections.partition(node, now);
    else if (kind === "heal") fleet.connections.heal(node, now);
    else if (kind === "restart") fleet.connections.restartServer(node % 2, now, 2 * S);
    else if (kind === "stop") fleet.stop(node, now);
    else if (kind === "start") fleet.start(node, now);
    else if (index % 2 === 0) fleet.connections.slowDown(node, now, 3000);
    if (asking(index)) {
      fleet.programmed((node + 1) % 4, now);
      fleet.delivered((node + 2) % 4, now);
      fleet.connections.account(now);
    }
  }
  return { ...made, end: seconds };
}

describe("whatever bad luck there is", () => {
  it("bytes sent are bytes received, in flight or lost with their connection", () => {
    fc.assert(
      fc.property(lucks, fc.nat(3000), (luck, laterMs) => {
        const { fleet, at, end } = live(luck, () => false);
        const account = fleet.connections.account(at(end + laterMs / 1000));
        expect(account.inFlightBytes).toBeGreaterThanOrEqual(0);
        expect(account.receivedBytes + account.inFlightBytes + account.lostBytes).toBe(
          account.sentBytes,
        );
      }),
    );
  });

  it("nodes believe the same whether they are asked often or once", () => {
    fc.assert(
      fc.property(lucks, fc.integer({ min: 1, max: 5 }), (luck, every) => {
        const often = live(luck, (index) => index % every === 0);
        const once = live(luck, () => false);
        for (const later of [0, 0.5, 5, 100]) {
          for (let node = 0; node < 4; node++) {
            const nowNs = Math.round((once.end + later) * S);
            expect(often.fleet.programmed(node, nowNs)).toEqual(once.fleet.programmed(node, nowNs));
          }
        }
        const endNs = Math.round((once.end + 100) * S);
        const [a, b] = [often.fleet.collect(endNs), once.fleet.collect(endNs)];
        expect(a.latency.histogram().snapshot()).toEqual(b.latency.histogram().snapshot());
        expect(often.fleet.connections.account(endNs)).toEqual(
          once.fleet.connections.account(endNs),
        );
      }),
    );
  });
});
