import { createHash } from "node:crypto";
import {
  cascadeShares,
  IPVS_SCHEDULERS,
  MAGLEV_SIZES,
  maglevTable,
  nameHash,
  probabilityText,
  type RealServer,
  type RealServerSpec,
  VirtualServer,
} from "@k8s-netsim/k8s-model/data-plane";
import { StreamRegistry } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}:8080`);

describe("the cascade of iptables rules", () => {
  test("prints chances with ten digits, halves to the even one as Go does", () => {
    expect([2, 3, 7, 2048, 4096].map(probabilityText)).toEqual([
      "0.5000000000",
      "0.3333333333",
      "0.1428571429",
      "0.0004882812",
      "0.0002441406",
    ]);
  });

  test("gives every endpoint its share, but for what ten digits cut off", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (count) => {
        const shares = cascadeShares(count);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
        for (const share of shares) expect(Math.abs(share * count - 1)).toBeLessThan(1e-5);
      }),
    );
  });
});

describe("chain names", () => {
  test("carry the first characters of the SHA-256 in base32, whatever the text", () => {
    const base32 = (text: string): string => {
      const bits = [...createHash("sha256").update(text).digest()]
        .map((byte) => byte.toString(2).padStart(8, "0"))
        .join("");
      return (bits.match(/.{5}/g) ?? [])
        .map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five, 2)])
        .join("");
    };
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        expect(nameHash(text, 16)).toBe(base32(text).slice(0, 16));
      }),
    );
  });
});

describe("Maglev", () => {
  const size = fc.constantFrom(...MAGLEV_SIZES.slice(0, 7));

  test("gives every backend the same number of entries, give or take one", () => {
    fc.assert(
      fc.property(size, fc.integer({ min: 1, max: 100 }), (entries, count) => {
        const counts = new Array<number>(count).fill(0);
        for (const backend of maglevTable(names(count), entries)) (counts[backend] as number)++;
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 40 },
    );
  });

  test("refuses sizes that are no primes, over which some entries would never be reached", () => {
    for (const size of [0, 1, 100, 16_380, 2.5, Number.NaN, -7]) {
      expect(() => maglevTable(["a", "b"], size)).toThrow(RangeError);
    }
  });

  test("gives shares by weight", () => {
    const counts = [0, 0, 0];
    for (const one of maglevTable(names(3), 16_381, [1, 2, 5])) (counts[one] as number)++;
    expect(counts.map((count) => Math.round((count / 16_381) * 8 * 100) / 100)).toEqual([1, 2, 5]);
  });

  test("moves few entries of the others when a backend leaves, fewer the larger the table", () => {
    const moved = (entries: number, count: number, leaves: number): number => {
      const before = names(count);
      const after = before.filter((_, i) => i !== leaves);
      const first = maglevTable(before, entries);
      const second = maglevTable(after, entries);
      let moves = 0;
      for (const [entry, backend] of first.entries()) {
        if (backend !== leaves && before[backend] !== after[second[entry] as number]) moves++;
      }
      return moves / entries;
    };
    for (const leaves of [0, 17, 99]) {
      expect(moved(16_381, 100, leaves)).toBeLessThan(0.02);
      expect(moved(131_071, 100, leaves)).toBeLessThan(moved(4093, 100, leaves));
    }
  });
});

describe("ipvs schedulers", () => {
  const client = (i: number): { source: string; sourcePort: number; destination: string } => ({
    source: `10.1.${(i >> 8) & 255}.${i & 255}`,
    sourcePort: 1024 + (i % 60_000),
    destination: "10.96.0.1",
  });
  const virtual = (
    scheduler: (typeof IPVS_SCHEDULERS)[number],
    weights: readonly number[],
  ): VirtualServer => {
    const server = new VirtualServer(scheduler);
    server.update(names(weights.length).map((key, i) => ({ key, weight: weights[i] as number })));
    return server;
  };
  const weights = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 8 });
  /** Connections that never close, counted per server. */
  const fill = (server: VirtualServer, connections: number): number[] => {
    for (let i = 0; i < connections; i++) {
      const chosen = server.schedule(client(i));
      if (chosen !== undefined) chosen.active++;
    }
    return inOrder(server).map(({ active }) => active);
  };
  /** As they were given: each new server stands first in the kernel's list. */
  const inOrder = ({ servers }: VirtualServer): readonly RealServer[] => [...servers].reverse();

  test("a server that is added stands first; round robin goes on after the one it chose last", () => {
    const [a, b, c] = names(3).map((key) => ({ key, weight: 1 })) as [
      RealServerSpec,
      RealServerSpec,
      RealServerSpec,
    ];
    const server = new VirtualServer("rr");
    server.update([a, b]);
    const next = (): string | undefined => server.schedule(client(1))?.key;
    expect([next(), next(), next()]).toEqual([b.key, a.key, b.key]);
    server.update([a, b, c]);
    expect([next(), next(), next()]).toEqual([a.key, c.key, b.key]);
  });

  test("rr takes turns, whatever the weights", () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 5 }), (given, rounds) => {
        const counts = fill(virtual("rr", given), rounds * given.length);
        expect(counts).toEqual(given.map(() => rounds));
      }),
    );
  });

  test("wrr gives each server its weight in every round", () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 4 }), (given, rounds) => {
        const total = given.reduce((sum, weight) => sum + weight, 0);
        const counts = fill(virtual("wrr", given), rounds * total);
        expect(counts).toEqual(given.map((weight) => weight * rounds));
      }),
    );
  });

  test("lc levels open connections; wlc and sed level them by weight", () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 300 }), (given, connections) => {
        const level = fill(virtual("lc", given), connections);
        expect(Math.max(...level) - Math.min(...level)).toBeLessThanOrEqual(1);
        for (const scheduler of ["wlc", "sed"] as const) {
          const counts = fill(virtual(scheduler, given), connections);
          const total = given.reduce((sum, weight) => sum + weight, 0);
          for (const [i, count] of counts.entries()) {
            const fair = (connections * (given[i] as number)) / total;
            expect(Math.abs(count - fair)).toBeLessThanOrEqual(given.length + 1);
          }
        }
      }),
    );
  });

  test("nq goes to an idle server first, even where a heavier one would be quicker", () => {
    const server = virtual("nq", [1, 100]);
    expect(fill(server, 2)).toEqual([1, 1]);
    const delayed = virtual("sed", [1, 100]);
    expect(fill(delayed, 2)).toEqual([0, 2]);
  });

  test("sh keeps a client, dh keeps an address, mh spreads a client's connections", () => {
    const chosen = (scheduler: "sh" | "dh" | "mh"): number => {
      const server = virtual(scheduler, [1, 1, 1, 1]);
      const keys = new Set<string | undefined>();
      for (let port = 0; port < 200; port++) {
        keys.add(server.schedule({ ...client(7), sourcePort: 1024 + port })?.key);
      }
      return keys.size;
    };
    expect([chosen("sh"), chosen("dh"), chosen("mh")]).toEqual([1, 1, 4]);
    const many = new Set<string | undefined>();
    const dh = virtual("dh", [1, 1, 1, 1]);
    for (let i = 0; i < 500; i++) many.add(dh.schedule(client(i))?.key);
    expect(many.size).toBe(1);
  });

  test("sh spreads clients evenly over servers", () => {
    const random = new StreamRegistry("7").stream("clients");
    const server = virtual("sh", [1, 1, 1, 1]);
    const counts = new Map<string, number>();
    for (let i = 0; i < 20_000; i++) {
      const source = `10.${(random.double() * 256) | 0}.${(random.double() * 256) | 0}.9`;
      const key = server.schedule({ ...client(0), source })?.key as string;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const count of counts.values()) expect(count / 5000).toBeCloseTo(1, 0);
  });

  test.each(IPVS_SCHEDULERS)("%s gives nothing new to a server of weight 0", (scheduler) => {
    const server = virtual(scheduler, [0, 0]);
    expect(server.schedule(client(1))).toBeUndefined();
  });

  test.each(IPVS_SCHEDULERS)("%s knows its own node only: two nodes choose alike", (scheduler) => {
    const choices = (): (string | undefined)[] => {
      const server = virtual(scheduler, [1, 1, 1]);
      return Array.from({ length: 20 }, (_, i) => server.schedule(client(i))?.key);
    };
    expect(choices()).toEqual(choices());
  });

  test("an endpoint that leaves keeps its connections and gets no new ones", () => {
    const server = virtual("rr", [1, 1]);
    fill(server, 4);
    server.update([{ key: names(2)[0] as string, weight: 1 }]);
    expect(inOrder(server).map(({ key, weight, active }) => [key, weight, active])).toEqual([
      ["10.0.0.0:8080", 1, 2],
      ["10.0.0.1:8080", 0, 2],
    ]);
    for (let i = 0; i < 5; i++) expect(server.schedule(client(i))?.key).toBe("10.0.0.0:8080");
    for (const one of server.servers) one.active = 0;
    server.dropIdle();
    expect(server.servers).toHaveLength(1);
  });
});
