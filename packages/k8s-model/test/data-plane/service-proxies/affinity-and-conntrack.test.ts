import {
  AffinityLists,
  ConntrackTable,
  conntrackLimit,
  type FlowTuple,
  KUBE_PROXY_TIMEOUTS,
  type NewConnection,
  RECENT_LISTS,
  serviceProxy,
  TIMEOUT_SETS,
} from "@k8s-netsim/k8s-model/data-plane";
import { StreamRegistry } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LAB_NODE, labPorts } from "./lab.ts";

const SECOND = 1_000_000_000;
const KINDS = ["iptables-nft", "nftables", "ipvs", "ebpf", "userspace"] as const;

const toAffinity = (protocol: "TCP" | "UDP", port: number, i = 0): NewConnection => ({
  protocol,
  origin: "pod",
  source: "10.244.1.2",
  sourcePort: 40_000 + i,
  destination: "10.96.0.13",
  destinationPort: port,
});

describe.each(KINDS)("session affinity in %s mode", (kind) => {
  const start = (): ((protocol: "TCP" | "UDP", atNs: number) => string | undefined) => {
    const proxy = serviceProxy(kind, LAB_NODE);
    const random = new StreamRegistry("3").stream("endpoints");
    proxy.program({ ports: labPorts(), changed: new Set(), nowNs: 0 });
    return (protocol, nowNs) =>
      proxy
        .route(toAffinity(protocol, protocol === "TCP" ? 80 : 53, nowNs % 9999), {
          nowNs,
          random: () => random.double(),
        })
        .endpoint?.split(":")[0];
  };

  test("keeps a client whose connections follow each other within the time-out", () => {
    const ask = start();
    const seen = Array.from({ length: 20 }, (_, i) => ask("TCP", i * 1.2 * SECOND));
    expect(new Set(seen).size).toBe(1);
  });

  test("forgets a client after the time-out", () => {
    const ask = start();
    const seen = Array.from({ length: 40 }, (_, i) => ask("TCP", i * 2.6 * SECOND));
    expect(new Set(seen).size).toBe(2);
  });

  test("is kept per port of the Service", () => {
    const pairs = Array.from({ length: 30 }, (_, i) => {
      const ask = start();
      for (let before = 0; before < i; before++) ask("UDP", before * 3 * SECOND);
      const nowNs = i * 3 * SECOND;
      return ask("TCP", nowNs) === ask("UDP", nowNs);
    });
    expect(new Set(pairs)).toEqual(new Set([true, false]));
  });
});

test.each(KINDS)("a removed endpoint takes its clients with it in %s mode", (kind) => {
  const proxy = serviceProxy(kind, LAB_NODE);
  const context = { nowNs: 0, random: () => 0 };
  proxy.program({ ports: labPorts(), changed: new Set(), nowNs: 0 });
  const first = proxy.route(toAffinity("TCP", 80), context).endpoint;
  const left = first === "10.244.1.3:8080" ? "b2" : "b1";
  const ports = labPorts((one) => (one.name === "affinity" ? { ...one, pods: [left] } : one));
  proxy.program({ ports, changed: new Set(["default/affinity"]), nowNs: 1 });
  const next = proxy.route(toAffinity("TCP", 80, 1), { ...context, nowNs: 2 }).endpoint;
  expect(next).toBe(left === "b1" ? "10.244.1.3:8080" : "10.244.2.3:8080");
});

describe("affinity lists", () => {
  test("a client seen exactly the time-out ago counts for iptables and no more for nftables", () => {
    const at = (rules: typeof RECENT_LISTS): boolean => {
      const lists = new AffinityLists(rules);
      lists.remember("a", "10.0.0.1", 0, 2);
      return lists.seen("a", "10.0.0.1", 2 * SECOND, 2);
    };
    expect([at(RECENT_LISTS), at(TIMEOUT_SETS)]).toEqual([true, false]);
  });

  test("iptables forgets the client longest unseen beyond 100; nftables takes no more than its size", () => {
    const filled = (rules: typeof RECENT_LISTS): AffinityLists => {
      const lists = new AffinityLists(rules);
      for (let i = 0; i <= rules.capacity; i++) lists.remember("a", `c${i}`, i, 10);
      return lists;
    };
    const recent = filled(RECENT_LISTS);
    expect(recent.seen("a", "c0", 101, 10)).toBe(false);
    expect(recent.seen("a", "c100", 101, 10)).toBe(true);
    const set = filled({ ...TIMEOUT_SETS, capacity: 10 });
    expect(set.seen("a", "c0", 11, 10)).toBe(true);
    expect(set.seen("a", "c10", 11, 10)).toBe(false);
  });
});

const tuple = (i: number, protocol: FlowTuple["protocol"] = "TCP"): FlowTuple => ({
  protocol,
  source: "10.244.1.2",
  sourcePort: 1024 + i,
  destination: "10.96.0.10",
  destinationPort: 80,
});
const reply = (i: number, protocol: FlowTuple["protocol"] = "TCP"): FlowTuple => ({
  protocol,
  source: "10.244.1.3",
  sourcePort: 8080,
  destination: "10.244.1.2",
  destinationPort: 1024 + i,
});

describe("connection tracking", () => {
  test("has room by cores, and never less than the minimum", () => {
    expect([1, 4, 8, 64].map((cores) => conntrackLimit(cores))).toEqual([
      131_072, 131_072, 262_144, 2_097_152,
    ]);
  });

  test("finds a connection in both directions, and keeps its endpoint whatever the rules become", () => {
    const table = new ConntrackTable({ max: 10 });
    const entry = table.open(tuple(1), reply(1), 0);
    expect(table.find(tuple(1), 1)).toBe(entry);
    expect(table.find(reply(1), 1)).toBe(entry);
    expect(entry?.reply.source).toBe("10.244.1.3");
  });

  test("an established TCP connection lives a day without packets, a half-closed one an hour", () => {
    const table = new ConntrackTable({ max: 10 });
    const entry = table.open(tuple(1), reply(1), 0);
    if (entry === undefined) throw new Error("the table has room");
    for (const kind of ["answer", "data"] as const) table.packet(entry, kind, 0);
    expect(entry.expiresNs).toBe(86_400 * SECOND);
    table.packet(entry, "fin", 0);
    expect(entry.expiresNs).toBe(120 * SECOND);
    table.packet(entry, "fin-ack", 0);
    expect([entry.state, entry.expiresNs]).toEqual(["close-wait", 3600 * SECOND]);
    table.packet(entry, "fin", 0);
    table.packet(entry, "last-ack", 0);
    expect([entry.state, entry.expiresNs]).toEqual(["time-wait", 120 * SECOND]);
  });

  test("a UDP flow lives 30 s, and 120 s once both sides have sent for two seconds", () => {
    const table = new ConntrackTable({ max: 10 });
    const entry = table.open(tuple(1, "UDP"), reply(1, "UDP"), 0);
    if (entry === undefined) throw new Error("the table has room");
    table.packet(entry, "answer", SECOND);
    expect(entry.expiresNs).toBe(31 * SECOND);
    table.packet(entry, "data", 3 * SECOND);
    expect(entry.expiresNs).toBe(123 * SECOND);
    expect(table.find(tuple(1, "UDP"), 124 * SECOND)).toBeUndefined();
  });

  test("an SCTP association lives 210 s without packets", () => {
    const table = new ConntrackTable({ max: 10 });
    const entry = table.open(tuple(1, "SCTP"), reply(1, "SCTP"), 0);
    if (entry === undefined) throw new Error("the table has room");
    table.packet(entry, "data", 0);
    expect(entry.expiresNs).toBe(210 * SECOND);
  });

  test("full of standing connections it drops new ones; full of unanswered ones it pushes those out", () => {
    const standing = new ConntrackTable({ max: 3 });
    const waiting = new ConntrackTable({ max: 3 });
    for (let i = 0; i < 3; i++) {
      const entry = standing.open(tuple(i), reply(i), 0);
      if (entry) for (const kind of ["answer", "data"] as const) standing.packet(entry, kind, 0);
      waiting.open(tuple(i), reply(i), 0);
    }
    expect(standing.open(tuple(9), reply(9), 1)).toBeUndefined();
    expect(standing.dropped).toBe(1);
    expect(waiting.open(tuple(9), reply(9), 1)).toBeDefined();
    expect([waiting.dropped, waiting.earlyDropped, waiting.size]).toEqual([0, 1, 3]);
    expect(standing.open(tuple(9), reply(9), 86_401 * SECOND)).toBeDefined();
  });

  test("never holds more than it may, and every entry under both of its directions", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 50 })), {
          maxLength: 80,
        }),
        (steps) => {
          const table = new ConntrackTable({ max: 8, timeouts: KUBE_PROXY_TIMEOUTS });
          let nowNs = 0;
          for (const [i, seconds] of steps) {
            nowNs += seconds * SECOND;
            if (table.find(tuple(i, "UDP"), nowNs) === undefined) {
              table.open(tuple(i, "UDP"), reply(i, "UDP"), nowNs);
            }
            expect(table.size).toBeLessThanOrEqual(8);
            for (const one of table.entries()) {
              if (one.expiresNs > nowNs) expect(table.find(one.reply, nowNs)).toBe(one);
            }
          }
        },
      ),
    );
  });
});
