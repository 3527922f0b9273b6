import "../../../../../tools/property-seed.ts";
import { Simulation, seconds } from "@k8s-netsim/sim-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  candidateNames,
  DNS_COSTS,
  type DnsOptions,
  NameLookups,
  namesAsked,
} from "../../../src/data-plane/index.ts";

const library = fc.constantFrom("glibc", "musl", "go");

const NAMED = {
  name: "web",
  namespace: "shop",
  callerNamespace: "shop",
  spelling: "shortest",
  ndots: 5,
  nodeDomains: 0,
  library: "glibc",
} as const;

test("as many names are asked for as the closed form says, however a Service is spelled", () => {
  const spellings = {
    namespaced: { written: "web.shop", foundAt: 1 },
    service: { written: "web.shop.svc", foundAt: 2 },
    full: { written: "web.shop.svc.cluster.local", foundAt: "as-is" },
    absolute: { written: "web.shop.svc.cluster.local.", foundAt: "as-is" },
  } as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(spellings) as (keyof typeof spellings)[])),
      library,
      fc.integer({ min: 0, max: 15 }),
      fc.integer({ min: 0, max: 3 }),
      (spelling, library, ndots, nodeDomains) => {
        const { written, foundAt } = spellings[spelling];
        const names = candidateNames({ ...NAMED, spelling, library, ndots, nodeDomains });
        const search = { library, name: written, ndots, family: "any", foundAt } as const;
        expect(names.length).toBe(namesAsked({ ...search, searchDomains: 3 + nodeDomains }));
      },
    ),
  );
});

test("the last name asked for is the Service's own, and musl never gets there with enough dots", () => {
  const last = candidateNames({ ...NAMED, spelling: "namespaced" }).at(-1);
  expect(last).toEqual({ name: "web.shop.svc.cluster.local", isInCluster: true, isFound: true });
  const musl = candidateNames({ ...NAMED, spelling: "namespaced", ndots: 1, library: "musl" });
  expect(musl).toEqual([{ name: "web.shop", isInCluster: false, isFound: false }]);
});

interface Ended {
  readonly tag: number;
  readonly isFound: boolean;
  readonly atNs: number;
}

function lookUp(
  dns: DnsOptions,
  count: number,
  spelling: "shortest" | "service" = "shortest",
): { ended: Ended[]; lookups: NameLookups } {
  const sim = new Simulation({ seed: "look-ups" });
  const ended: Ended[] = [];
  const lookups = new NameLookups(sim, {
    dns,
    random: sim.random("replicas"),
    ended: (tag, isFound) => ended.push({ tag, isFound, atNs: sim.now }),
  });
  const names = candidateNames({ ...NAMED, library: dns.library ?? "glibc", spelling });
  for (let tag = 0; tag < count; tag++) lookups.begin(tag, 0, names);
  sim.run();
  return { ended, lookups };
}

const PAIR_NS = 2 * DNS_COSTS.queryProcessorNs.value;

describe("look-ups of a whole cluster", () => {
  test("an idle server answers each name after a round trip and both queries' work", () => {
    const [one] = lookUp({}, 1).ended;
    expect(one?.atNs).toBe(DNS_COSTS.serverRoundTripNs.value + PAIR_NS);
    const [three] = lookUp({}, 1, "service").ended;
    expect(three?.atNs).toBe(3 * (DNS_COSTS.serverRoundTripNs.value + PAIR_NS));
  });

  test("an agent on the node asks once for what it keeps", () => {
    const sim = new Simulation({ seed: "agent" });
    const tookNs: number[] = [];
    let beganNs = 0;
    const lookups = new NameLookups(sim, {
      dns: { nodeLocalCache: true },
      random: sim.random("replicas"),
      ended: () => tookNs.push(sim.now - beganNs),
    });
    const names = candidateNames(NAMED);
    for (const at of [0, 1, 29, 40]) {
      sim.at(seconds(at), () => {
        beganNs = sim.now;
        lookups.begin(at, 3, names);
      });
    }
    sim.run();
    const { agentRoundTripNs, serverRoundTripNs } = DNS_COSTS;
    const hitNs = agentRoundTripNs.value + PAIR_NS;
    const missNs = hitNs + serverRoundTripNs.value + PAIR_NS;
    expect(tookNs).toEqual([missNs, hitNs, hitNs, missNs]);
    expect(lookups.served).toBe(2 * 2);
  });

  test("what finds no room is asked for again, and fails when the library gives up", () => {
    const slow = { replicas: 1, queryProcessorNs: 1e9 } as const;
    const givesUpS = { glibc: 10, musl: 5, go: 10 } as const;
    for (const library of ["glibc", "musl", "go"] as const) {
      const { ended, lookups } = lookUp({ ...slow, library }, 400);
      expect(ended.length).toBe(400);
      expect(lookups.dropped).toBeGreaterThan(0);
      const failed = ended.filter(({ isFound }) => !isFound);
      expect(failed.length).toBe(lookups.failed);
      expect(failed.length).toBeGreaterThan(0);
      const soonest = Math.min(...failed.map(({ atNs }) => atNs)) / 1e9;
      expect(soonest).toBeGreaterThanOrEqual(givesUpS[library]);
      expect(soonest).toBeLessThan(givesUpS[library] + 0.01);
    }
  });

  test("every look-up ends once, and found names are found", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 600 }),
        fc.boolean(),
        (replicas, count, nodeLocalCache) => {
          const { ended, lookups } = lookUp({ replicas, nodeLocalCache }, count);
          expect(new Set(ended.map(({ tag }) => tag)).size).toBe(count);
          expect(ended.length).toBe(count);
          expect(lookups.lookups).toBe(count);
          expect(ended.filter(({ isFound }) => !isFound).length).toBe(lookups.failed);
        },
      ),
      { numRuns: 30 },
    );
  });
});
